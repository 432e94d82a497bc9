import type { Criterion } from '@/desk/life/shapes'

const SCORE = /^\d{1,4}(\.\d{1,3})?$/

/** The criteria whose points are missing or are no number between nothing and their most. */
export function faultyScores(criteria: readonly Criterion[], scores: Readonly<Record<string, string>>): string[] {
  return criteria
    .filter(({ id, most }) => {
      const text = (scores[id] ?? '').trim()
      return !SCORE.test(text) || Number(text) > Number(most)
    })
    .map(({ id }) => id)
}

/** The sum of what is scored so far, in thousandths while it is added, so that 0.1 and 0.2 make 0.3. */
export function totalOf(scores: Readonly<Record<string, string>>): string {
  const thousandths = Object.values(scores)
    .filter((text) => SCORE.test(text.trim()))
    .reduce((sum, text) => sum + Math.round(Number(text) * 1000), 0)
  return String(thousandths / 1000)
}
