import type { ApplicationRow } from '@/desk/life/shapes'

const FROM_ABOVE = ['province', 'city', 'county'] as const

/** Orders applications of one call as the highest office that ranked either of two has them; others keep their place. */
export function byRank(a: ApplicationRow, b: ApplicationRow): number {
  for (const office of FROM_ABOVE) {
    const [one, other] = [rankBy(a, office), rankBy(b, office)]
    if (one !== other) return one - other
  }
  return 0
}

function rankBy(row: ApplicationRow, office: string): number {
  return row.ranks.find((ranked) => ranked.office === office)?.rank ?? Number.MAX_SAFE_INTEGER
}

/** Whether a step takes the place of an application on the list of the office that takes it. */
export function takesRank(action: string): boolean {
  return action === 'rank' || action.startsWith('recommend_')
}
