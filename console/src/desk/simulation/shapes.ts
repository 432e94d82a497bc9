/** What the simulator is asked and answers, as far as its page reads it. */
export interface Patch {
  path: string
  value: string | number | boolean | null
}

export interface Side {
  pack: string
  edition: string
  patched: boolean
  enterprises: number
  assessed: number
  eligible: number
  undecided: number
  paid: number
  cost_fen: number
  within_budget: boolean | null
  by_level: number[]
}

export interface Group {
  key: string
  name_zh: string
  name_en: string
  enterprises: number
  level_up: number
  level_down: number
  gains: number
  loses: number
  cost_before_fen: number
  cost_after_fen: number
}

export interface Changed {
  enterprise_id: number
  name_zh: string
  name_en: string
  area_code: string
  score_before: string | null
  score_after: string | null
  level_before: number
  level_after: number
  award_before_fen: number
  award_after_fen: number
}

export interface AppliedPatch {
  path: string
  before: string | null
  after: string | null
  confidence: string | null
}

export interface Simulation {
  before: Side
  after: Side
  level_names: { level: number; name_zh: string; name_en: string }[]
  patches: AppliedPatch[]
  level_up: number
  level_down: number
  gains: number
  loses: number
  moves: { level_from: number; level_to: number; enterprises: number }[]
  by_county: Group[]
  by_industry: Group[]
  by_size: Group[]
  changed: Changed[]
  changed_total: number
  unanswered_zh: string[]
  unanswered_en: string[]
  took_ms: number
}

export interface Labelled {
  label: { confidence: string }
}

interface Named {
  id: string
  name_zh: string
  name_en: string
}

export interface QuestionNode extends Named, Labelled {
  weight: string
  kind: string | null
  children: QuestionNode[]
}

/** The part of a pack in which numbers may be changed. */
export interface SimulatedPack {
  pack: { id: string; edition: string; name_zh: string; name_en: string; has_questions: boolean; has_money: boolean }
  level_source?: { pack: string; edition: string } | null
  questions: QuestionNode[]
  scenarios: (Named & Labelled & { constrained: boolean })[]
  levels: (Named &
    Labelled & {
      number: number
      score_min: string | null
      gates: ({ at_level: number; at_least: number | null; constrained_at_least: number | null } & Labelled)[]
    })[]
  conditions: (Labelled & {
    id: string
    text_zh: string
    text_en: string
    has_threshold: boolean
    threshold: string | null
  })[]
  money:
    | (Labelled & {
        kind: string
        amount_fen: number | null
        percent: string | null
        cap_fen: number | null
        tiers: ({ level: number; amount_fen: number } & Labelled)[]
      })
    | null
}
