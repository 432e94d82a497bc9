import type { AllowedStep, Step } from '@/desk/steps'

export interface ChallengeRow {
  id: number
  state: string
  state_zh: string
  state_en: string
  version: number
  claim_id: string
  measure: string
  subject: string
  enterprise_id: number
  enterprise_zh: string
  enterprise_en: string
  application_id: number | null
  audit_id: number | null
  reason: string
  opened_at_us: number
  opened_by: string
  deadline: string | null
  allowed: AllowedStep[]
}

export interface ChallengeAnswer {
  outcome: string
  claimed_value: number | null
  recomputed_value: number | null
  checks: { name: string; ok: boolean; detail: string }[]
  differences: { kind: string; zh: string; en: string }[]
  answered_at_us: number
  answered_by: string
}

export interface ChallengeDetail {
  challenge: ChallengeRow
  node_answers: boolean
  answers: ChallengeAnswer[]
  steps: Step[]
}

export interface Audit {
  id: number
  name: string
  commitment: string
  share_permille: number
  answer_days: number
  draw_on: string
  overdue: boolean
  seed: string | null
  pool: { claim_id: string; drawn: boolean }[]
  drawn_at_us: number | null
  challenges: number[]
}

export interface Consent {
  id: number
  enterprise_zh: string
  enterprise_en: string
  recipient_zh: string
  recipient_en: string
  purpose_zh: string
  purpose_en: string
  detail_zh: string
  detail_en: string
  measures: string[]
  claim_id: string | null
  from_us: number
  until_us: number
  state: 'in_force' | 'not_yet' | 'expired' | 'withdrawn'
  withdrawal_reason: string | null
}
