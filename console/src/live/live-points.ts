import type { LivePoint, LivePoints } from '@/api/types'

/**
 * The latest point of each series by source time. Points may come late or twice: an older one never replaces a newer
 * one, and of two with the same time the first stays, as it does in the platform's history.
 */
export class LatestPoints {
  readonly #points = new Map<number, LivePoint>()
  readonly #stepsUs = new Map<number, number>()

  /** Takes points in; returns the series whose latest point is another one now. */
  merge(points: readonly LivePoint[]): Set<number> {
    const changed = new Set<number>()
    for (const point of points) {
      const known = this.#points.get(point.series)
      if (known && known.source_time_us >= point.source_time_us) continue
      if (known) this.#stepsUs.set(point.series, point.source_time_us - known.source_time_us)
      this.#points.set(point.series, point)
      changed.add(point.series)
    }
    return changed
  }

  get(series: number): LivePoint | undefined {
    return this.#points.get(series)
  }

  /** How long the series was silent before its latest point; undefined until two were seen. */
  stepUs(series: number): number | undefined {
    return this.#stepsUs.get(series)
  }

  get size(): number {
    return this.#points.size
  }
}

const LEAST_SILENCE_US = 60_000_000
const MOST_SILENCE_US = 3_600_000_000
/** Before a series' usual step is known: machines say an unchanged value again every ten minutes or so. */
const FIRST_SILENCE_US = 900_000_000
const STEPS_MISSED = 5

/** The silence after which a series' latest value is stale: several of its usual steps, within reason. */
export function silenceAllowedUs(stepUs: number | undefined): number {
  if (stepUs === undefined) return FIRST_SILENCE_US
  return Math.min(MOST_SILENCE_US, Math.max(LEAST_SILENCE_US, stepUs * STEPS_MISSED))
}

/** How old a point is, never negative: a device's clock may run a little ahead of this computer's. */
export function ageUs(point: LivePoint, nowUs: number): number {
  return Math.max(0, nowUs - point.source_time_us)
}

export function isStale(latest: LatestPoints, series: number, nowUs: number): boolean {
  const point = latest.get(series)
  return point !== undefined && ageUs(point, nowUs) > silenceAllowedUs(latest.stepUs(series))
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
