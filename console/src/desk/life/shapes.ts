import type { Decision } from '@/api/types'
import type { AskedFact, FactValue } from '@/desk/life/facts'
import type { AllowedStep, Step } from '@/desk/steps'

export interface AskedDocument {
  id: string
  name_zh: string
  name_en: string
  required: boolean
  media_types: string[]
}

export interface AskedClaim {
  id: string
  measure: string
  text_zh: string
  text_en: string
}

export interface AskedLevel {
  number: number
  name_zh: string
  name_en: string
}

export interface Criterion {
  id: string
  name_zh: string
  name_en: string
  most: string
}

export interface CallTerms {
  title_zh: string
  title_en: string
  opens_on: string
  closes_on: string | null
  quota: number | null
  budget_line: string | null
  offices: string[]
  host: string
  decided_here: boolean
  criteria: Criterion[]
  reviewers_min: number
  publicity_days: number
  validity_months: number | null
  correction_days: number
  dates: Record<'completeness' | 'county' | 'city' | 'province' | 'review', string | null>
  pledge: boolean
  facts: (AskedFact & { required: boolean })[]
  documents: AskedDocument[]
  claims: AskedClaim[]
  levels: AskedLevel[]
}

export interface CallRow {
  id: number
  programme_zh: string
  programme_en: string
  is_demonstration: boolean
  pack: string
  pack_edition: string | null
  title_zh: string
  title_en: string
  opens_on: string
  closes_on: string | null
  quota: number | null
  state: string
  version: number
  is_open: boolean
  counts: Record<string, number>
}

export interface CallDetail extends CallRow {
  terms: CallTerms
  allowed: AllowedStep[]
  steps: Step[]
}

export interface Content {
  facts: Record<string, FactValue>
  documents: Record<string, string>
  claim_ids: string[]
  level: number | null
  pledge: boolean
}

export interface ApplicationRow {
  id: number
  call_id: number
  title_zh: string
  title_en: string
  enterprise_id: number
  enterprise_zh: string
  enterprise_en: string
  area_code: string
  state: string
  version: number
  in_charge: string | null
  deadline: string | null
  submitted_at_us: number | null
  grade: Decision['grade'] | null
  outcome: string | null
  mine: boolean
}

export interface ApplicationDetail extends ApplicationRow {
  content: Content
  digest: string
  signed_by: string | null
  signed_at_us: number | null
  missing: string[]
  decision: Decision | null
  allowed: AllowedStep[]
  steps: Step[]
}

export interface ReviewRow {
  id: number
  application_id: number
  call_id: number
  title_zh: string
  title_en: string
  enterprise_zh: string
  enterprise_en: string
  reviewer: string
  state: string
  version: number
  due_on: string | null
  total: string | null
}

export interface ReviewDetail extends ReviewRow {
  scores: Record<string, string> | null
  comment: string | null
  terms: CallTerms
  application: ApplicationDetail
  allowed: AllowedStep[]
  steps: Step[]
}

export interface ReviewStatistics {
  assigned: number
  scored: number
  mean: string | null
  median: string | null
  lowest: string | null
  highest: string | null
  spread: string | null
  outliers: number[]
}

export interface Publicity {
  id: number
  call_id: number
  title_zh: string
  title_en: string
  state: string
  version: number
  opens_on: string
  closes_on: string
  entries: { application_id: number; enterprise_zh: string; enterprise_en: string; area_code: string }[]
  objections: Objection[]
  allowed: AllowedStep[]
  steps: Step[]
}

export interface Objection {
  id: number
  application_id: number
  enterprise_zh: string
  enterprise_en: string
  state: string
  text: string
  objector: string | null
  raised_by: string
  raised_at_us: number
  allowed: AllowedStep[]
}

export interface Recognition {
  id: number
  application_id: number
  call_id: number
  title_zh: string
  title_en: string
  enterprise_id: number
  enterprise_zh: string
  enterprise_en: string
  number: string
  grade_zh: string | null
  grade_en: string | null
  state: string
  version: number
  valid_from: string
  valid_until: string | null
  recognised_at_us: number
  allowed: AllowedStep[]
}
