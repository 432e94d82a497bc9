import type { CallTerms } from '@/desk/life/shapes'

/** What of a call's terms an office types, as its fields hold it: an empty text where nothing is said. */
export interface CallDraft {
  title_zh: string
  title_en: string
  opens_on: string
  closes_on: string
  quota: string
  budget_line: string
  reviewers_min: number
  publicity_days: number
  correction_days: number
  dates: Record<keyof CallTerms['dates'], string>
}

export function draftOf(terms: CallTerms): CallDraft {
  return {
    title_zh: terms.title_zh,
    title_en: terms.title_en,
    opens_on: terms.opens_on,
    closes_on: terms.closes_on ?? '',
    quota: terms.quota === null ? '' : String(terms.quota),
    budget_line: terms.budget_line ?? '',
    reviewers_min: terms.reviewers_min,
    publicity_days: terms.publicity_days,
    correction_days: terms.correction_days,
    dates: {
      completeness: terms.dates.completeness ?? '',
      county: terms.dates.county ?? '',
      city: terms.dates.city ?? '',
      province: terms.dates.province ?? '',
      review: terms.dates.review ?? '',
    },
  }
}

/** Only what was changed, so that what the pack said stays the pack's. */
export function changesOf(terms: CallTerms, draft: CallDraft): Record<string, unknown> {
  const before = draftOf(terms)
  const changes: Record<string, unknown> = {}
  for (const key of Object.keys(before) as (keyof CallDraft)[]) {
    if (JSON.stringify(before[key]) === JSON.stringify(draft[key])) continue
    changes[key] = key === 'dates' ? datesOf(draft) : key === 'quota' ? quotaOf(draft.quota) : orNull(draft[key])
  }
  return changes
}

function datesOf(draft: CallDraft): Record<string, string | null> {
  return Object.fromEntries(Object.entries(draft.dates).map(([stage, day]) => [stage, day || null]))
}

/** A quota that is no number is sent as it was typed, so that the platform says what is wrong with it. */
function quotaOf(text: string): number | string | null {
  const trimmed = text.trim()
  return trimmed === '' ? null : /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed
}

function orNull(value: unknown): unknown {
  return value === '' ? null : value
}
