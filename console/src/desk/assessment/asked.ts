import type { Pack, PackQuestion } from '@/desk/assessment/shapes'

/** The questions of a pack in its order, without its branches. */
export function itemsOf(questions: readonly PackQuestion[]): PackQuestion[] {
  return questions.flatMap((one) => (one.kind === null ? itemsOf(one.children) : [one]))
}

/** What a questionnaire asks, by the three parts of its answers. */
export function askedOf(pack: Pack): { items: string[]; scenarios: string[]; requirements: string[] } {
  const items = itemsOf(pack.questions)
  return {
    items: items.filter(({ kind }) => kind !== 'requirements').map(({ id }) => id),
    scenarios: pack.scenarios.map(({ id }) => id),
    requirements: items.flatMap(({ requirements }) => requirements.map(({ id }) => id)),
  }
}

/** The two facts whose ratio answers an item, by their names; none where an option is chosen directly. */
export function ratioOf(pack: Pack, item: PackQuestion) {
  if (item.kind !== 'bands' || !item.numerator || !item.denominator) return null
  const named = (id: string | null) => pack.facts.find((fact) => fact.id === id)
  return { numerator: named(item.numerator), denominator: named(item.denominator) }
}
