/** A count of stored points and when it was asked for, on a clock that only goes forward. */
export interface StoredAt {
  stored: number
  atMs: number
}

/** Points a second between two counts; null where the count fell, since the platform was started anew. */
export function pointsPerSecond(before: StoredAt, now: StoredAt): number | null {
  const seconds = (now.atMs - before.atMs) / 1000
  if (seconds <= 0 || now.stored < before.stored) return null
  return Math.round((now.stored - before.stored) / seconds)
}
