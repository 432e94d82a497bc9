import type { Grade } from '@/api/types'
import type { Answers } from '@/desk/assessment/draft'
import type { ScoreNode } from '@/desk/score'
import type { AllowedStep, Step } from '@/desk/steps'

interface Named {
  id: string
  name_zh: string
  name_en: string
}

interface Label {
  confidence: string
  official: boolean
  source: string | null
  note_zh: string
  note_en: string
}

export interface PackSummary extends Named {
  edition: string
  digest: string
  kind: string
  summary_zh: string
  summary_en: string
  valid_from: string
  valid_to: string | null
  is_demonstration: boolean
  has_questions: boolean
  has_money: boolean
  variants: Named[]
}

export interface PackOption extends Named {
  share: string
  points: string
  exclusive: boolean
  label: Label
}

/** A branch of the tree with its parts, or, with a `kind`, an item that is answered. */
export interface PackQuestion extends Named {
  help_zh: string
  help_en: string
  weight: string
  points: string
  label: Label
  kind: string | null
  unit: string
  options: PackOption[]
  requirements: { id: string; level: number; text_zh: string; text_en: string }[]
  numerator: string | null
  denominator: string | null
  evidence: { measure: string; level: number | null; min_coverage: string; label: Label }[]
  children: PackQuestion[]
}

export interface PackScenario extends Named {
  group: string
  constrained: boolean
  label: Label
  levels: { level: number; text_zh: string; text_en: string; generic: boolean; label: Label }[]
  evidence: { measure: string; level: number | null }[]
}

export interface Pack {
  pack: PackSummary
  weights_of: string | null
  sources: (Omit<Named, 'name_zh' | 'name_en'> & {
    title_zh: string
    title_en: string
    number: string
    issuer_zh: string
    issuer_en: string
    url: string
    confidence: string
  })[]
  rule_kind: string | null
  below_zh: string
  below_en: string
  full: string | null
  questions: PackQuestion[]
  groups: Named[]
  scenarios: PackScenario[]
  levels: (Named & {
    number: number
    meaning_zh: string
    meaning_en: string
    score_min: string | null
    gates: { at_level: number; at_least: number | null; constrained_at_least: number | null; label: Label }[]
    label: Label
  })[]
  degrees: (Named & { share: string; label: Label })[]
  facts: (Named & { type: string; unit: string; label: Label })[]
  eligibility: TextRule[]
  conditions: TextRule[]
  money: {
    kind: string
    amount_fen: number | null
    percent: string | null
    cap_fen: number | null
    min_level: number | null
    tiers: { level: number; amount_fen: number; up_to: boolean; label: Label }[]
    cost_categories: Named[]
    label: Label
  } | null
  documents: (Named & { required: boolean; stage: string; label: Label })[]
}

export interface TextRule {
  id: string
  kind: string
  text_zh: string
  text_en: string
  has_threshold: boolean
  threshold: string | null
  label: Label
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
  outdated: boolean
  variant: string | null
  kind: 'self' | 'expert'
  state: string
  version: number
  level: number | null
  level_zh: string | null
  level_en: string | null
  score: string | null
  started_at_us: number
  saved_at_us: number
  submitted_at_us: number | null
}

export interface AssessmentDetail extends AssessmentRow {
  answers: Answers
  documents: Record<string, string[]>
  sources: Record<string, { grade: Grade; refs: string[]; demonstration: boolean }>
  missing: string[]
  allowed: AllowedStep[]
  steps: Step[]
}

export interface Result {
  score: string
  full: string
  level: number
  level_zh: string
  level_en: string
  undecided: number[]
  checks: {
    level: number
    name_zh: string
    name_en: string
    holds: boolean | null
    reason_zh: string
    reason_en: string
    confidence: string
  }[]
  tree: ScoreNode[]
  radar: (Named & { percent: string })[]
  gaps: (Named & {
    kind: 'item' | 'scenario'
    missing: string | null
    of: string | null
    level: number | null
    top: number | null
  })[]
  missing: string[]
}

export type Voice = 'self' | 'expert' | 'machine'

export interface Compared extends Named {
  kind: 'item' | 'scenario'
  entries: { voice: Voice; grade: Grade; text_zh: string; text_en: string; claim_id: string | null }[]
  differs: boolean
  differences: { first: Voice; second: Voice; changes_points: boolean; text_zh: string; text_en: string }[]
  unusable: { claim_ids: string[]; reasons_zh: string[]; reasons_en: string[] }[]
}

export interface Grades {
  by_self: Outcome | null
  by_expert: Outcome | null
  proven: Outcome
  demonstration: boolean
  rows: Compared[]
}

interface Outcome {
  score: string
  level: number
  level_zh: string
  level_en: string
}

export interface LiftChange {
  kind: 'option' | 'tick' | 'scenario' | 'requirement'
  id: string
  name_zh: string
  name_en: string
  from_zh: string
  from_en: string
  to: string
  to_zh: string
  to_en: string
  gain: string
  cost: number
  more: number | null
}

export interface Lift {
  level_from: number
  level_to: number | null
  level_to_zh: string | null
  level_to_en: string | null
  basis: 'estimates' | 'pack' | 'effort' | 'steps' | null
  basis_zh: string
  basis_en: string
  cost_fen: number | null
  cost_steps: number | null
  points_missing: string | null
  score_before: string
  score_after: string | null
  changes: LiftChange[]
  others: LiftChange[]
  reason_zh: string
  reason_en: string
}
