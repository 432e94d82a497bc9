import type { Bucket, RawPoint } from '@/api/types'
import { clampSpan, width, type Span } from '@/chart/span'

/** What to ask the platform for, to draw a span on so many pixels. */
export type FetchPlan = { kind: 'points'; span: Span; limit: number } | { kind: 'buckets'; span: Span; buckets: number }

/** A line of more points than this shows nothing that buckets would not; the platform sends buckets then. */
export const RAW_LIMIT = 2_000
const MOST_BUCKETS = 2_000
const PIXELS_A_BUCKET = 2
/** Fetched on both sides of what is seen, so that a small move shows data at once. */
const MARGIN_SHARE = 0.25

/** `pointsPerUs` is the density seen in the last answer, or undefined before the first. */
export function planFetch(span: Span, bounds: Span, pixels: number, pointsPerUs: number | undefined): FetchPlan {
  const margin = width(span) * MARGIN_SHARE
  const wide = clampSpan({ startUs: span.startUs - margin, endUs: span.endUs + margin }, bounds)
  if (pointsPerUs !== undefined && pointsPerUs * width(wide) <= RAW_LIMIT) {
    return { kind: 'points', span: wide, limit: RAW_LIMIT * 2 }
  }
  const share = width(wide) / Math.max(1, width(span))
  const buckets = Math.round((Math.max(pixels, 100) / PIXELS_A_BUCKET) * share)
  // Buckets narrower than a millisecond would tell nothing that points do not.
  const most = Math.max(1, Math.floor(width(wide) / 1000))
  return { kind: 'buckets', span: wide, buckets: Math.min(buckets, MOST_BUCKETS, most) }
}

/** Points per microsecond in an answer; where there are none, a density that asks for raw points next. */
export function densityOf(buckets: readonly Bucket[], span: Span): number {
  const count = buckets.reduce((sum, bucket) => sum + bucket[1], 0)
  return count / Math.max(1, width(span))
}

export function densityOfPoints(points: readonly RawPoint[], span: Span): number {
  return points.length / Math.max(1, width(span))
}
