import type { components } from '@/api/schema'

/** A fact that a pack asks of an enterprise; the same id means the same in every pack. */
export type AskedFact = components['schemas']['AskedFact']

export type FactValue = string | number | boolean | string[] | null

export type FactFault = 'number' | 'integer' | 'low' | 'high'

/** What is wrong with a value that was typed, if anything; nothing typed is simply not answered. */
export function factFault(fact: AskedFact, value: FactValue | undefined): FactFault | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (fact.type !== 'number' && fact.type !== 'integer') return undefined
  const text = String(value).trim()
  if (!/^-?\d{1,15}(\.\d{1,6})?$/.test(text)) return 'number'
  if (fact.type === 'integer' && text.includes('.')) return 'integer'
  if (fact.minimum != null && Number(text) < Number(fact.minimum)) return 'low'
  if (fact.maximum != null && Number(text) > Number(fact.maximum)) return 'high'
  return undefined
}

/** Whether a fact was answered at all: "no" and 0 are answers, an empty field is none. */
export function isAnswered(value: FactValue | undefined): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && !value.length)
}
