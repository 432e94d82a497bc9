/** The two times of a question, as texts of date fields; an empty `knownAt` is now. */
export interface Times {
  asOf: string
  knownAt: string
}

export function timesQuery(times: Times): { as_of: string; known_at?: string } {
  return times.knownAt ? { as_of: times.asOf, known_at: times.knownAt } : { as_of: times.asOf }
}
