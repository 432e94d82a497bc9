import type { Grade, LedgerKind, NewLedgerEntry } from '@/api/types'

/** What a person has filled in so far; all texts, as the fields hold them. */
export interface LedgerDraft {
  kind: string
  subject: string
  area: string
  quantity: string
  timing: 'moment' | 'span'
  date: string
  from: string
  until: string
  counting: 'individual' | 'bulk'
  qualifier: 'exact' | 'at_least'
  source: string
  grade: Grade
}

export function emptyDraft(kind: string, area: string, today: string): LedgerDraft {
  return {
    kind,
    subject: '',
    area,
    quantity: '',
    timing: 'moment',
    date: today,
    from: '',
    until: '',
    counting: 'individual',
    qualifier: 'exact',
    source: '',
    grade: 'document_backed',
  }
}

/** Which fields an entry of a kind has: who is counted by name has no quantity, who is counted in bulk no name. */
export function fieldsOf(kind: Pick<LedgerKind, 'counts'> | undefined, counting: LedgerDraft['counting']) {
  const byName = kind?.counts === 'subjects'
  return {
    counting: byName,
    subject: !byName || counting === 'individual',
    subjectNeeded: byName && counting === 'individual',
    quantity: !byName || counting === 'bulk',
  }
}

export type DraftFault = { key: 'needs'; fields: (keyof LedgerDraft)[] } | { key: 'badQuantity' | 'backwards' }

/** What keeps a draft from being sent, if anything; the platform has the last word. */
export function draftFault(draft: LedgerDraft, kind: Pick<LedgerKind, 'counts'> | undefined): DraftFault | undefined {
  const fields = fieldsOf(kind, draft.counting)
  const needed: (keyof LedgerDraft)[] = ['kind']
  if (fields.subjectNeeded) needed.push('subject')
  if (fields.quantity) needed.push('quantity')
  needed.push('area', ...(draft.timing === 'moment' ? (['date'] as const) : (['from', 'until'] as const)), 'source')
  const missing = needed.filter((field) => !draft[field].trim())
  if (missing.length) return { key: 'needs', fields: missing }
  if (fields.quantity && !/^\d+(\.\d{1,6})?$/.test(draft.quantity)) return { key: 'badQuantity' }
  if (draft.timing === 'span' && draft.until < draft.from) return { key: 'backwards' }
  return undefined
}

/** The entry as the platform takes it; the unit is the kind's own. */
export function entryOf(draft: LedgerDraft, kind: Pick<LedgerKind, 'counts'> | undefined): NewLedgerEntry {
  const fields = fieldsOf(kind, draft.counting)
  const span = draft.timing === 'span'
  return {
    kind: draft.kind,
    area: draft.area.trim(),
    quantity: fields.quantity ? draft.quantity : null,
    subject: (fields.subject && draft.subject.trim()) || null,
    date: span ? null : draft.date,
    period_start: span ? draft.from : null,
    period_end: span ? draft.until : null,
    counting: fields.counting ? draft.counting : 'individual',
    qualifier: draft.qualifier,
    source: draft.source.trim(),
    grade: draft.grade,
  }
}
