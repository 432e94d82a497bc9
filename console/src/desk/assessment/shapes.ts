import type { Grade } from '@/api/types'
import type { Answers } from '@/desk/assessment/draft'
import type { AllowedStep, Step } from '@/desk/steps'

export interface PackSummary {
  id: string
  edition: string
  digest: string
  kind: 'assessment' | 'programme'
  name_zh: string
  name_en: string
  summary_zh: string
  summary_en: string
}

export interface AssessmentRow {
  id: number
  enterprise_id: number
  enterprise_zh: string
  enterprise_en: string
  pack: string
  edition: string
  pack_zh: string
  pack_en: string
  kind: 'self' | 'expert'
  state: string
  version: number
  level: number | null
  score: string | null
  started_at_us: number
  submitted_at_us: number | null
}

export interface AssessmentDetail extends AssessmentRow {
  answers: Answers
  allowed: AllowedStep[]
  steps: Step[]
}

export interface GradedText {
  grade: Grade
  text_zh: string | null
  text_en: string | null
  claim_id: string | null
}
