/**
 * Answers as a person gives them, before and after they are saved. The shapes are those of the platform; what a
 * person has not answered is missing.
 */
export type ItemAnswer = { option: string } | { options: string[] } | { numerator: string; denominator: string }

export interface Answers {
  items: Record<string, ItemAnswer>
  scenarios: Record<string, number>
  requirements: Record<string, string>
}

export interface ChoiceOption {
  id: string
  exclusive: boolean
}

export function noAnswers(): Answers {
  return { items: {}, scenarios: {}, requirements: {} }
}

/** Ticks or unticks one option of several; "none of these" and the others put each other out. */
export function toggled(
  answer: ItemAnswer | undefined,
  option: ChoiceOption,
  all: readonly ChoiceOption[],
): ItemAnswer {
  const ticked = new Set(answer && 'options' in answer ? answer.options : [])
  if (ticked.delete(option.id)) return { options: inOrder(ticked, all) }
  if (option.exclusive) return { options: [option.id] }
  for (const other of all) if (other.exclusive) ticked.delete(other.id)
  ticked.add(option.id)
  return { options: inOrder(ticked, all) }
}

function inOrder(ticked: ReadonlySet<string>, all: readonly ChoiceOption[]): string[] {
  return all.filter(({ id }) => ticked.has(id)).map(({ id }) => id)
}

export type RatioFault = 'number' | 'zero' | 'over'

/** What is wrong with a ratio that was typed, if anything; both fields empty is simply not answered. */
export function ratioFault(numerator: string, denominator: string): RatioFault | undefined {
  if (!numerator.trim() && !denominator.trim()) return undefined
  const number = /^\d{1,12}(\.\d{1,6})?$/
  if (!number.test(numerator.trim()) || !number.test(denominator.trim())) return 'number'
  if (Number(denominator) === 0) return 'zero'
  return Number(numerator) > Number(denominator) ? 'over' : undefined
}

/** The share a ratio stands for, for a person to compare with the bands; null while it is none. */
export function ratioShare(answer: ItemAnswer | undefined): number | null {
  if (!answer || !('numerator' in answer)) return null
  const denominator = Number(answer.denominator)
  return denominator > 0 ? Number(answer.numerator) / denominator : null
}

export interface Asked {
  items: readonly string[]
  scenarios: readonly string[]
  requirements: readonly string[]
}

/** How far a questionnaire has come: what is answered of what is asked. */
export function progressOf(answers: Answers, asked: Asked): { answered: number; asked: number } {
  const answered =
    asked.items.filter((id) => id in answers.items).length +
    asked.scenarios.filter((id) => id in answers.scenarios).length +
    asked.requirements.filter((id) => id in answers.requirements).length
  return { answered, asked: asked.items.length + asked.scenarios.length + asked.requirements.length }
}

/** Whether two sets of answers say the same; the order in which they were given does not matter. */
export function sameAnswers(a: Answers, b: Answers): boolean {
  return canonical(a) === canonical(b)
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, one]) => `${key}:${canonical(one)}`).join()}}`
}
