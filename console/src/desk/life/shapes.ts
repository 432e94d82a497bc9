import type { Grade } from '@/api/types'
import type { AskedFact, FactValue } from '@/desk/life/facts'
import type { AllowedStep, Step } from '@/desk/steps'

export type Outcome = 'met' | 'not_met' | 'not_provable' | 'not_decidable'

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

/** What reviewers give points for, from nothing to `most`, an exact number as text. */
export interface Criterion {
  id: string
  name_zh: string
  name_en: string
  most: string
}

export type StageName = 'completeness' | 'county' | 'city' | 'province' | 'review'

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
  dates: Record<StageName, string | null>
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
  /** Those one may see, by state. */
  applications: Record<string, number>
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

export interface ContentVersion {
  version: number
  content: Content
  digest: string
  saved_by: string
  saved_at_us: number
  signed_by: string | null
  signed_at_us: number | null
}

export interface Condition {
  id: string
  text_zh: string
  text_en: string
  outcome: Outcome
  grade: Grade
  reasons: { code: string; zh: string; en: string }[]
  claim_ids: string[]
}

/** How an enterprise stands to a call before it applies: the same answers, about nothing that was kept. */
export type Fit = Pick<Advice, 'outcome' | 'grade' | 'conditions'> & Partial<Advice>

/** What the machine says of the conditions; officers decide. */
export interface Advice {
  application_version: number
  outcome: Outcome
  grade: Grade
  reasons_zh: string[]
  reasons_en: string[]
  conditions: Condition[]
  claim_ids: string[]
  demonstration: boolean
  pack: string
  pack_edition: string
  at_us: number
}

export interface Statistics {
  count: number
  mean: string
  median: string
  spread: string
  lowest: string
  highest: string
  full_marks: string
  outliers: string[]
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
  outcome: Outcome | null
  grade: Grade | null
  in_charge: string
  deadline: string | null
  submitted_at_us: number | null
}

export interface ApplicationDetail extends ApplicationRow {
  terms: CallTerms
  current: ContentVersion
  missing: string[]
  advice: Advice | null
  statistics: Statistics | null
  recognition_id: number | null
  open_objections: number
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
  criteria: Criterion[]
  scores: Record<string, string> | null
  total: string | null
  comment: string | null
  allowed: AllowedStep[]
}

/** The application is shown once no conflict is declared. */
export interface ReviewDetail extends ReviewRow {
  application: ContentVersion | null
  terms: CallTerms | null
  advice: Advice | null
  steps: Step[]
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
  takes_objections: boolean
  entries: {
    application_id: number
    enterprise_zh: string
    enterprise_en: string
    area_code: string
    state: string
  }[]
  allowed: AllowedStep[]
}

export interface Objection {
  id: number
  publicity_id: number
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
  programme_zh: string
  programme_en: string
  enterprise_zh: string
  enterprise_en: string
  number: string
  level: number | null
  state: string
  version: number
  valid_from: string
  valid_until: string | null
  allowed: AllowedStep[]
}

export interface Task {
  object_kind: string
  object_id: number
  action: string
  text_zh: string
  text_en: string
  call_id: number
  title_zh: string
  title_en: string
  enterprise_zh: string | null
  enterprise_en: string | null
  state: string
  deadline: string | null
  days_left: number | null
}
