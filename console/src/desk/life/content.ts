import { isAnswered } from '@/desk/life/facts'
import type { CallTerms, Content } from '@/desk/life/shapes'

/** Every part that a call requires and an application lacks, under the names by which the platform tells them. */
export function missingOf(
  terms: Pick<CallTerms, 'facts' | 'documents' | 'levels' | 'pledge'>,
  content: Content,
): string[] {
  return [
    ...terms.facts.filter((one) => one.required && !isAnswered(content.facts[one.id])).map(({ id }) => `facts.${id}`),
    ...terms.documents.filter((one) => one.required && !content.documents[one.id]).map(({ id }) => `documents.${id}`),
    ...(terms.levels.length && content.level === null ? ['level'] : []),
    ...(terms.pledge && !content.pledge ? ['pledge'] : []),
  ]
}

/** A record without one of its keys. */
export function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([one]) => one !== key))
}
