import type { DemandContent, DemandDetail } from '@/city/suppliers/shapes'

export interface Draft {
  title: string
  text: string
  scenarios: { scenario: string; level?: number | null }[]
  industry: string
  area_code: string
  level: number | null
  budget_max_fen: number | null
  wanted_by: string
  shows: string[]
  consent: boolean
}

export const SHOWN = ['industry', 'area', 'level', 'budget'] as const

export function emptyDraft(): Draft {
  return {
    title: '',
    text: '',
    scenarios: [],
    industry: '',
    area_code: '',
    level: null,
    budget_max_fen: null,
    wanted_by: '',
    shows: [],
    consent: false,
  }
}

export function draftOf(demand: DemandDetail): Draft {
  return {
    title: demand.title,
    text: demand.text,
    scenarios: [...demand.scenarios],
    industry: demand.industry ?? '',
    area_code: demand.area_code ?? '',
    level: demand.level,
    budget_max_fen: demand.budget_max_fen,
    wanted_by: demand.wanted_by ?? '',
    shows: [...demand.shows],
    consent: demand.consent,
  }
}

export function contentOf(draft: Draft): DemandContent {
  return {
    ...draft,
    title: draft.title.trim(),
    text: draft.text.trim(),
    scenarios: draft.scenarios.map(({ scenario, level }) => ({ scenario, level: level ?? null })),
    industry: draft.industry.trim() || null,
    area_code: draft.area_code || null,
    wanted_by: draft.wanted_by || null,
    shows: draft.shows as DemandContent['shows'],
  }
}
