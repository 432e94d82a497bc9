import type { LivePoint, LivePoints } from '@/api/types'

/**
 * The latest point of each series by source time. Points may come late or twice: an older one never replaces a newer
 * one, and of two with the same time the first stays, as it does in the platform's history.
 */
export class LatestPoints {
  readonly #points = new Map<number, LivePoint>()

  /** Takes points in; returns the series whose latest point is another one now. */
  merge(points: readonly LivePoint[]): Set<number> {
    const changed = new Set<number>()
    for (const point of points) {
      const known = this.#points.get(point.series)
      if (known && known.source_time_us >= point.source_time_us) continue
      this.#points.set(point.series, point)
      changed.add(point.series)
    }
    return changed
  }

  get(series: number): LivePoint | undefined {
    return this.#points.get(series)
  }

  get size(): number {
    return this.#points.size
  }
}

const STALE_AFTER_US = 60_000_000

/** How old a point is, never negative: a device's clock may run a little ahead of this computer's. */
export function ageUs(point: LivePoint, nowUs: number): number {
  return Math.max(0, nowUs - point.source_time_us)
}

export function isStale(point: LivePoint, nowUs: number, staleAfterUs = STALE_AFTER_US): boolean {
  return ageUs(point, nowUs) > staleAfterUs
}

export const QUALITY_NAMES = ['good', 'uncertain', 'bad'] as const

export function qualityName(quality: number): (typeof QUALITY_NAMES)[number] {
  return QUALITY_NAMES[quality] ?? 'bad'
}

/** A message of the live stream; what cannot be read is told as undefined and the stream goes on. */
export function readMessage(data: string): LivePoints | undefined {
  try {
    const body: unknown = JSON.parse(data)
    if (typeof body !== 'object' || body === null || !('points' in body) || !Array.isArray(body.points))
      return undefined
    return body as LivePoints
  } catch {
    return undefined
  }
}
