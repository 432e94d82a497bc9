import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

import { bodyOfCall, type Api } from '@/api/client'
import { asProblem, isAbort, type Problem } from '@/api/problem'
import type { Bucket, RawPoint, Series } from '@/api/types'
import { densityOf, densityOfPoints, planFetch, RAW_LIMIT, type FetchPlan } from '@/chart/plan'
import { clampSpan, width, type Span } from '@/chart/span'

/** What is known of a span: buckets from far away, the points themselves from near. */
export type Window =
  | { kind: 'buckets'; span: Span; widthUs: number; buckets: Bucket[] }
  | { kind: 'points'; span: Span; points: RawPoint[]; truncated: boolean }

export interface SeriesWindow {
  readonly window: ShallowRef<Window | undefined>
  readonly problem: ShallowRef<Problem | undefined>
  readonly loading: Ref<boolean>
  /** Loads what a span needs; a newer call ends the one under way. */
  load: (span: Span, bounds: Span, pixels: number) => Promise<void>
}

const TEXT_LIMIT = 20_000
/** A state lasts until the next one, so the one before the span is wanted too. */
const TEXT_LOOK_BACK_US = 86_400_000_000

export function useSeriesWindow(api: Api, series: Pick<Series, 'id' | 'data_type'>): SeriesWindow {
  const window = shallowRef<Window>()
  const problem = shallowRef<Problem>()
  const loading = ref(false)
  let density: number | undefined
  let running: AbortController | undefined

  async function points(span: Span, limit: number, signal: AbortSignal): Promise<Window> {
    const query = { start_us: span.startUs, end_us: span.endUs, limit }
    const path = { series_id: series.id }
    const answer = await bodyOfCall(api.GET('/api/series/{series_id}/points', { params: { path, query }, signal }))
    return { kind: 'points', span, points: answer.points, truncated: answer.truncated }
  }

  async function buckets(span: Span, count: number, signal: AbortSignal): Promise<Window & { kind: 'buckets' }> {
    const query = { start_us: span.startUs, end_us: span.endUs, buckets: count }
    const path = { series_id: series.id }
    const answer = await bodyOfCall(api.GET('/api/series/{series_id}/downsample', { params: { path, query }, signal }))
    return { kind: 'buckets', span, widthUs: answer.width_us, buckets: answer.buckets }
  }

  async function fetchNumbers(plan: FetchPlan, signal: AbortSignal): Promise<Window> {
    if (plan.kind === 'points') {
      const found = await points(plan.span, plan.limit, signal)
      if (found.kind === 'points' && !found.truncated) {
        density = densityOfPoints(found.points, plan.span)
        return found
      }
      return buckets(plan.span, RAW_LIMIT / 2, signal) // Denser here than it was where it was last looked at.
    }
    const found = await buckets(plan.span, plan.buckets, signal)
    density = densityOf(found.buckets, plan.span)
    return density * width(plan.span) <= RAW_LIMIT ? points(plan.span, RAW_LIMIT * 2, signal) : found
  }

  async function load(span: Span, bounds: Span, pixels: number): Promise<void> {
    running?.abort()
    const current = (running = new AbortController())
    loading.value = true
    try {
      const found =
        series.data_type === 'text'
          ? await points(
              { startUs: clampSpan(span, bounds).startUs - TEXT_LOOK_BACK_US, endUs: span.endUs },
              TEXT_LIMIT,
              current.signal,
            )
          : await fetchNumbers(planFetch(span, bounds, pixels, density), current.signal)
      if (current !== running) return
      window.value = found
      problem.value = undefined
    } catch (thrown) {
      if (current === running && !isAbort(thrown)) problem.value = asProblem(thrown)
    } finally {
      if (current === running) loading.value = false
    }
  }

  onScopeDispose(() => running?.abort())
  return { window, problem, loading, load }
}
