import { describe, expect, it } from 'vitest'

import { isFit, knobsOf, patchesOf, type KnobValue } from '@/desk/simulation/knobs'
import type { SimulatedPack } from '@/desk/simulation/shapes'

const label = {
  confidence: 'B',
  confidence_zh: '核对',
  confidence_en: 'checked',
  official: true,
  note_zh: '',
  note_en: '',
}
const question = {
  help_zh: '',
  help_en: '',
  points: '40',
  label,
  unit: '',
  options: [],
  requirements: [],
  numerator: null,
  denominator: null,
  evidence: [],
}

const pack: SimulatedPack = {
  pack: {
    id: 'city',
    edition: '2024',
    digest: 'd1',
    kind: 'programme',
    name_zh: '市',
    name_en: 'City',
    summary_zh: '',
    summary_en: '',
    valid_from: '2024-01-01',
    valid_to: null,
    is_demonstration: false,
    has_questions: true,
    has_money: true,
    variants: [],
  },
  weights_of: null,
  level_source: null,
  sources: [],
  rule_kind: 'gates',
  below_zh: '',
  below_en: '',
  full: '100',
  groups: [],
  degrees: [],
  facts: [],
  eligibility: [],
  documents: [],
  questions: [
    {
      ...question,
      id: 'foundation',
      name_zh: '基础',
      name_en: 'Foundation',
      weight: '100',
      kind: null,
      children: [
        { ...question, id: 'network', name_zh: '网络', name_en: 'Network', weight: '40', kind: 'multi', children: [] },
      ],
    },
  ],
  scenarios: [
    {
      id: 'design',
      group: 'd',
      name_zh: '设计',
      name_en: 'Design',
      constrained: true,
      label,
      levels: [],
      evidence: [],
    },
  ],
  levels: [
    {
      number: 2,
      id: 'two',
      name_zh: '二级',
      name_en: 'Two',
      meaning_zh: '',
      meaning_en: '',
      score_min: '40',
      label,
      gates: [{ at_level: 2, at_least: 6, constrained_at_least: null, label: { ...label, confidence: 'U' } }],
    },
  ],
  conditions: [
    {
      id: 'rate',
      kind: 'claim_threshold',
      levels: [],
      text_zh: '联网率',
      text_en: 'Rate',
      has_threshold: true,
      threshold: null,
      label,
    },
    {
      id: 'words',
      kind: 'judgement',
      levels: [],
      text_zh: '承诺',
      text_en: 'Pledge',
      has_threshold: false,
      threshold: null,
      label,
    },
  ],
  money: {
    kind: 'tiers',
    amount_fen: null,
    percent: null,
    cap_fen: 12_345_678,
    average_fen: null,
    min_level: null,
    label,
    cost_categories: [],
    exclusions: [],
    tiers: [{ level: 2, amount_fen: 30_000_000, up_to: false, label }],
  },
}

describe('the numbers of a pack that may be changed', () => {
  const knobs = knobsOf(pack)
  const by = (path: string) => knobs.find((knob) => knob.path === path)

  it('are found in every table, each by its path', () => {
    expect(knobs.map(({ path }) => path)).toEqual([
      'levels.2.score_min',
      'levels.2.gates.0.at_least',
      'levels.2.gates.0.constrained_at_least',
      'money.rule.cap_yuan',
      'money.tiers.2.amount_yuan',
      'conditions.rate.threshold',
      'branches.foundation.weight',
      'items.network.weight',
      'scenarios.design.constrained',
    ])
  })

  it('keep money exact and say how well each is known', () => {
    expect(by('money.rule.cap_yuan')?.value).toBe('123456.78')
    expect(by('money.tiers.2.amount_yuan')?.value).toBe('300000')
    expect(by('levels.2.gates.0.at_least')?.confidence).toBe('U')
  })

  it('may be left empty, but take no words', () => {
    const gate = by('levels.2.gates.0.at_least')
    expect(gate && [isFit(gate, '7'), isFit(gate, null), isFit(gate, '7.5'), isFit(gate, 'seven')]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  it('become changes only where they differ from the pack', () => {
    const drafts = new Map<string, KnobValue>([
      ['levels.2.score_min', '40'],
      ['levels.2.gates.0.at_least', '7'],
      ['money.tiers.2.amount_yuan', '250000'],
      ['scenarios.design.constrained', false],
    ])
    expect(patchesOf(knobs, drafts)).toEqual([
      { path: 'levels.2.gates.0.at_least', value: 7 },
      { path: 'money.tiers.2.amount_yuan', value: '250000' },
      { path: 'scenarios.design.constrained', value: false },
    ])
  })
})
