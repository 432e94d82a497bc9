import { describe, expect, it } from 'vitest'

import type { Bucket, RawPoint } from '@/api/types'
import { columnsOfBuckets, columnsOfPoints, gapUs, stepsOfTexts } from '@/chart/columns'
import { densityOf, planFetch, RAW_LIMIT } from '@/chart/plan'
import { boundsOf, clampSpan, moveSpan, newest, SECOND_US, width, zoomSpan, type Span } from '@/chart/span'

const DAY_US = 86_400 * SECOND_US
const history: Span = { startUs: 0, endUs: 180 * DAY_US }
const ms = (us: number): number => us / 1000

type Statistic = number | null

/** A bucket of which only the start, the counts and the values matter. */
function bucket(
  start: number,
  count: number,
  ...rest: [Statistic, Statistic, Statistic, Statistic, Statistic, number]
): Bucket {
  const [least, most, mean, first, last, good] = rest
  return [start, count, least, most, mean, first, last, good, mean, start, start, start, start]
}

describe('moving through time', () => {
  it('zooms from months to seconds around the moment under the hand', () => {
    const anchor = 77 * DAY_US + 12_345_678
    let span = history
    for (let step = 0; step < 60; step += 1) span = zoomSpan(span, 0.5, anchor, history)
    expect(width(span)).toBe(SECOND_US)
    expect(span.startUs).toBeLessThanOrEqual(anchor)
    expect(span.endUs).toBeGreaterThanOrEqual(anchor)
  })

  it('never leaves the history and never turns inside out', () => {
    expect(clampSpan({ startUs: -5 * DAY_US, endUs: -4 * DAY_US }, history)).toEqual({ startUs: 0, endUs: DAY_US })
    expect(moveSpan({ startUs: 179 * DAY_US, endUs: 180 * DAY_US }, 3, history).endUs).toBe(history.endUs)
    expect(zoomSpan({ startUs: 0, endUs: DAY_US }, 1e9, 0, history)).toEqual(history)
    expect(width(clampSpan({ startUs: 10, endUs: 10 }, history))).toBe(SECOND_US)
  })

  it('keeps its width when it follows the newest points', () => {
    const bounds = boundsOf(0, DAY_US)
    expect(bounds.endUs).toBeGreaterThan(DAY_US)
    expect(newest(60 * SECOND_US, bounds)).toEqual({ startUs: bounds.endUs - 60 * SECOND_US, endUs: bounds.endUs })
  })

  it('gives a series of one point a view', () => {
    expect(width(boundsOf(5, 5))).toBe(SECOND_US)
  })
})

describe('what to ask the platform for', () => {
  it('is buckets as long as the density is unknown or high', () => {
    expect(planFetch(history, history, 800, undefined)).toEqual({ kind: 'buckets', span: history, buckets: 400 })
    expect(planFetch(history, history, 800, 1 / SECOND_US).kind).toBe('buckets')
  })

  it('is every point once they are few enough to be seen', () => {
    const near = { startUs: DAY_US, endUs: DAY_US + 600 * SECOND_US }
    const plan = planFetch(near, history, 800, 1 / SECOND_US)
    expect(plan.kind).toBe('points')
    expect(width(plan.span)).toBe(900 * SECOND_US) // with a quarter more on both sides
  })

  it('never asks for more buckets than the platform gives, nor for empty ones', () => {
    const plan = planFetch({ startUs: 0, endUs: 2 * SECOND_US }, history, 20_000, RAW_LIMIT)
    expect(plan).toMatchObject({ kind: 'buckets', buckets: 2_000 })
  })

  it('learns the density from an answer', () => {
    const buckets: Bucket[] = [bucket(0, 30, 1, 2, 1.5, 1, 2, 30), bucket(10, 10, 1, 2, 1.5, 1, 2, 10)]
    expect(densityOf(buckets, { startUs: 0, endUs: 20 })).toBe(2)
  })
})

describe('what a chart draws', () => {
  it('is a band and a mean, broken where there is no data', () => {
    const buckets: Bucket[] = [0, 1, 2, 3, 40, 41].map((at) => bucket(at * 10, 5, at, at + 2, at + 1, at, at, 5))
    const columns = columnsOfBuckets(buckets, 10, ms)
    expect(columns.mean.filter(([, value]) => value === null)).toHaveLength(1)
    expect(columns.low[0]).toEqual([0.005, 0])
    expect(columns.height[0]).toEqual([0.005, 2])
    expect(columns).toMatchObject({ least: 0, most: 43, count: 30 })
  })

  it('shows a bucket without one good value as a gap and a mark', () => {
    const buckets: Bucket[] = [
      bucket(0, 5, 1, 1, 1, 1, 1, 5),
      bucket(10, 5, null, null, null, null, null, 0),
      bucket(20, 5, 1, 1, 1, 1, 1, 3),
    ]
    const columns = columnsOfBuckets(buckets, 10, ms)
    expect(columns.mean.map(([, value]) => value)).toEqual([1, null, 1])
    expect(columns.flaws.map(([, grade]) => grade)).toEqual([2, 1])
  })

  it('draws no value of bad quality', () => {
    const raw = (source_time_us: number, value: number | null, quality: number): RawPoint => ({
      source_time_us,
      received_time_us: source_time_us,
      value,
      text: null,
      quality,
      code: 0,
    })
    const columns = columnsOfPoints([raw(0, 1, 0), raw(1_000_000, 99, 2), raw(2_000_000, 3, 1)], ms)
    expect(columns.mean.map(([, value]) => value)).toEqual([1, null, 3])
    expect(columns.flaws.map(([, grade]) => grade)).toEqual([2, 1])
    expect(columns.most).toBe(3)
  })

  it('joins the points of a slow series, and not those across a long silence', () => {
    expect(gapUs([0, 900, 1_800, 2_700], 10)).toBe(9_000)
    expect(gapUs([], 10)).toBe(10)
  })

  it('lists states in the order of their appearance', () => {
    const text = (source_time_us: number, state: string | null, quality = 0): RawPoint => ({
      source_time_us,
      received_time_us: 0,
      value: null,
      text: state,
      quality,
      code: 0,
    })
    const { states, steps } = stepsOfTexts(
      [text(0, 'RUN'), text(1000, 'DOWN'), text(2000, 'RUN'), text(3000, 'IDLE', 2)],
      ms,
    )
    expect(states).toEqual(['RUN', 'DOWN'])
    expect(steps.at(-1)).toEqual([3, null])
  })
})
