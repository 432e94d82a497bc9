import type { Patch, QuestionNode, SimulatedPack } from '@/desk/simulation/shapes'

export type KnobGroup = 'levels' | 'weights' | 'scenarios' | 'conditions' | 'money'
export type KnobValue = string | boolean | null

/** A number (or a mark) of a pack that may be changed in a copy of it. */
export interface Knob {
  path: string
  group: KnobGroup
  /** What it is called: a key of the texts and the names it speaks of, in both languages. */
  what: string
  zh: string
  en: string
  /** Another number in the name: the level of a gate. */
  at: number
  kind: 'percent' | 'count' | 'points' | 'yuan' | 'number' | 'mark'
  value: KnobValue
  confidence: string
}

/** All that may be changed in a pack, in the order of its tables. */
export function knobsOf(pack: SimulatedPack): Knob[] {
  return [...levels(pack), ...money(pack), ...conditions(pack), ...weights(pack.questions), ...scenarios(pack)]
}

function levels(pack: SimulatedPack): Knob[] {
  return pack.levels.flatMap((level) => {
    const named = { group: 'levels' as const, zh: level.name_zh, en: level.name_en }
    const gates = level.gates.flatMap((gate, index) => {
      const path = `levels.${level.number}.gates.${index}`
      const shared = { ...named, at: gate.at_level, kind: 'count' as const, confidence: gate.label.confidence }
      return [
        { ...shared, path: `${path}.at_least`, what: 'gate', value: text(gate.at_least) },
        {
          ...shared,
          path: `${path}.constrained_at_least`,
          what: 'constrainedGate',
          value: text(gate.constrained_at_least),
        },
      ]
    })
    if (level.score_min === null && !gates.length) return []
    const score: Knob = {
      ...named,
      path: `levels.${level.number}.score_min`,
      what: 'scoreMin',
      at: level.number,
      kind: 'points',
      value: level.score_min,
      confidence: level.label.confidence,
    }
    return [score, ...gates]
  })
}

function money(pack: SimulatedPack): Knob[] {
  const rule = pack.money
  if (!rule) return []
  const shared = { group: 'money' as const, zh: '', en: '', at: 0, confidence: rule.label.confidence }
  const knobs: Knob[] = []
  if (rule.amount_fen !== null)
    knobs.push({
      ...shared,
      path: 'money.rule.amount_yuan',
      what: 'amount',
      kind: 'yuan',
      value: yuan(rule.amount_fen),
    })
  if (rule.percent !== null)
    knobs.push({ ...shared, path: 'money.rule.percent', what: 'percent', kind: 'percent', value: rule.percent })
  if (rule.cap_fen !== null)
    knobs.push({ ...shared, path: 'money.rule.cap_yuan', what: 'cap', kind: 'yuan', value: yuan(rule.cap_fen) })
  const tiers = rule.tiers.map((tier): Knob => ({
    ...shared,
    path: `money.tiers.${tier.level}.amount_yuan`,
    what: 'tier',
    at: tier.level,
    kind: 'yuan',
    value: yuan(tier.amount_fen),
    confidence: tier.label.confidence,
  }))
  return [...knobs, ...tiers]
}

function conditions(pack: SimulatedPack): Knob[] {
  return pack.conditions
    .filter(({ has_threshold }) => has_threshold)
    .map((condition) => ({
      path: `conditions.${condition.id}.threshold`,
      group: 'conditions',
      what: 'threshold',
      zh: condition.text_zh,
      en: condition.text_en,
      at: 0,
      kind: 'number',
      value: condition.threshold,
      confidence: condition.label.confidence,
    }))
}

function weights(nodes: readonly QuestionNode[]): Knob[] {
  return nodes.flatMap((node) => [
    {
      path: `${node.kind === null ? 'branches' : 'items'}.${node.id}.weight`,
      group: 'weights' as const,
      what: 'weight',
      zh: node.name_zh,
      en: node.name_en,
      at: 0,
      kind: 'percent' as const,
      value: node.weight,
      confidence: node.label.confidence,
    },
    ...weights(node.children),
  ])
}

function scenarios(pack: SimulatedPack): Knob[] {
  return pack.scenarios.map((scenario) => ({
    path: `scenarios.${scenario.id}.constrained`,
    group: 'scenarios',
    what: 'constrained',
    zh: scenario.name_zh,
    en: scenario.name_en,
    at: 0,
    kind: 'mark',
    value: scenario.constrained,
    confidence: scenario.label.confidence,
  }))
}

function text(value: number | null): string | null {
  return value === null ? null : String(value)
}

/** Whole yuan, with fen behind the point where there are any. */
function yuan(fen: number): string {
  const rest = fen % 100
  return rest ? `${Math.trunc(fen / 100)}.${String(rest).padStart(2, '0')}` : String(fen / 100)
}

const NUMBER = /^\d{1,15}(\.\d{1,6})?$/

/** Whether what was typed can stand there: nothing (it is left empty), a mark, or a plain number. */
export function isFit(knob: Knob, value: KnobValue): boolean {
  if (value === null || typeof value === 'boolean') return true
  return knob.kind === 'count' ? /^\d{1,6}$/.test(value) : NUMBER.test(value)
}

/** What was changed, as the simulator takes it. */
export function patchesOf(knobs: readonly Knob[], drafts: ReadonlyMap<string, KnobValue>): Patch[] {
  return knobs.flatMap((knob) => {
    const value = drafts.get(knob.path)
    if (value === undefined || value === knob.value) return []
    return [{ path: knob.path, value: knob.kind === 'count' && typeof value === 'string' ? Number(value) : value }]
  })
}
