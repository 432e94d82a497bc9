/** What a pack asks, as the questionnaire shows it: already of one variant, in the pack's order. */
export interface AskedOption {
  id: string
  name_zh: string
  name_en: string
  /** Percent of the item's points, as an exact text. */
  share: string | null
  exclusive: boolean
}

export interface AskedItem {
  id: string
  name_zh: string
  name_en: string
  help_zh: string
  help_en: string
  kind: 'single' | 'multi' | 'bands' | 'requirements'
  options: AskedOption[]
  /** The two counts a share is made of, where the pack names them; the band follows from them. */
  ratio: { numerator_zh: string; numerator_en: string; denominator_zh: string; denominator_en: string } | null
  points: string | null
  confidence: string | null
  source: string | null
  /** The measure that machines answer this with. */
  measure: string | null
}

export interface AskedBranch {
  id: string
  name_zh: string
  name_en: string
  points: string | null
  confidence: string | null
  branches: AskedBranch[]
  items: AskedItem[]
}

export interface AskedScenario {
  id: string
  name_zh: string
  name_en: string
  group_zh: string
  group_en: string
  constrained: boolean
  confidence: string | null
  levels: { level: number; text_zh: string; text_en: string }[]
}

export function itemsOf(branches: readonly AskedBranch[]): AskedItem[] {
  return branches.flatMap((branch) => [...branch.items, ...itemsOf(branch.branches)])
}
