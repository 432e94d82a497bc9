import type { AllowedStep, Step } from '@/desk/steps'

export interface Balances {
  appropriated_fen: number
  available_fen: number
  committed_fen: number
  paid_fen: number
  recovered_fen: number
}

export interface BudgetLine extends Balances {
  id: number
  code: string
  name_zh: string
  name_en: string
  source: string
  year: number
  programme_id: number
  programme_zh: string
  programme_en: string
  purpose: string
}

export interface MoneyEntry extends Balances {
  id: number
  number: number
  kind: string
  award_id: number | null
  document: string
  reason: string | null
  at_us: number
  actor: string
  reverses: number | null
  postings: { account: string; amount_fen: number }[]
}

export interface BudgetDetail extends BudgetLine {
  entries: MoneyEntry[]
}

export interface CalculationLine {
  code: string
  zh: string
  en: string
  amount_fen: number
  refs: string[]
  confidence: string | null
  source: string | null
}

export interface Disbursement {
  id: number
  award_id: number
  line_id: number
  instalment: string
  amount_fen: number
  state: string
  version: number
  proposed_by: string
  approved_by: string | null
  receipt: string | null
  allowed: AllowedStep[]
  steps: Step[]
}

export interface AwardRow {
  id: number
  recognition_id: number
  programme_id: number
  programme_zh: string
  programme_en: string
  enterprise_id: number
  enterprise_zh: string
  enterprise_en: string
  state: string
  version: number
  amount_fen: number
  paid_fen: number
}

export interface Instalment {
  id: string
  name_zh: string
  name_en: string
  fen: number
  after: string | null
}

export interface AwardDetail extends AwardRow {
  recognition_number: string
  call_id: number
  calculation: { steps: CalculationLine[]; unresolved: string[]; excluded_by: string[]; confidence: string | null }
  instalments: Instalment[]
  funding: { line_id: number; fen: number }[]
  pack: string
  pack_edition: string
  committed_fen: number
  recovered_fen: number
  disbursements: Disbursement[]
  allowed: AllowedStep[]
  steps: Step[]
}

export interface Clawback {
  id: number
  award_id: number
  enterprise_id: number
  enterprise_zh: string
  enterprise_en: string
  state: string
  version: number
  amount_fen: number
  received_fen: number
  due_on: string | null
  ground: string
  allowed: AllowedStep[]
  steps: Step[]
}
