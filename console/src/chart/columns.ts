import type { Bucket, RawPoint } from '@/api/types'

/** Data for a line with gaps: pairs of time (ms, as the chart counts) and value; null breaks the line. */
export type Pair = [number, number | null]

export interface ChartColumns {
  mean: Pair[]
  /** Lower edge and height of the band from minimum to maximum. */
  low: Pair[]
  height: Pair[]
  /** Where quality was not good: time and class (1 some, 2 none good). */
  flaws: [number, 1 | 2][]
  least: number | null
  most: number | null
  count: number
}

type ToMs = (timeUs: number) => number

/**
 * The distance in time above which two neighbours are not joined: several times the usual one. A series that reports
 * only on change has no usual distance, but then its points are many steps apart everywhere, so the median follows.
 */
export function gapUs(times: readonly number[], leastUs: number): number {
  const steps: number[] = []
  for (let i = 1; i < times.length; i += 1) steps.push((times[i] ?? 0) - (times[i - 1] ?? 0))
  if (!steps.length) return leastUs
  steps.sort((a, b) => a - b)
  const median = steps[Math.floor(steps.length / 2)] ?? leastUs
  return Math.max(leastUs, median * 10)
}

export function columnsOfBuckets(buckets: readonly Bucket[], widthUs: number, ms: ToMs): ChartColumns {
  const columns = emptyColumns()
  const filled = buckets.filter((bucket) => bucket[1] > 0)
  const gap = gapUs(
    filled.map((bucket) => bucket[0]),
    widthUs * 2.5,
  )
  let before: number | undefined
  for (const [startUs, count, least, most, , , , good, mean] of filled) {
    const middle = startUs + widthUs / 2
    if (before !== undefined && middle - before > gap) breakLine(columns, ms((before + middle) / 2))
    before = middle
    columns.count += count
    if (good < count) columns.flaws.push([ms(middle), good === 0 ? 2 : 1])
    if (least === null || most === null || mean === null) breakLine(columns, ms(middle))
    else addBucket(columns, ms(middle), least, most, mean)
  }
  return columns
}

export function columnsOfPoints(points: readonly RawPoint[], ms: ToMs): ChartColumns {
  const columns = emptyColumns()
  const gap = gapUs(
    points.map((point) => point.source_time_us),
    2_000_000,
  )
  let before: number | undefined
  for (const { source_time_us, value, quality } of points) {
    if (before !== undefined && source_time_us - before > gap)
      columns.mean.push([ms((before + source_time_us) / 2), null])
    before = source_time_us
    columns.count += 1
    if (quality > 0) columns.flaws.push([ms(source_time_us), quality === 1 ? 1 : 2])
    const drawn = quality < 2 ? value : null
    columns.mean.push([ms(source_time_us), drawn])
    widen(columns, drawn, drawn)
  }
  return columns
}

/** States in the order in which they first appear, and the steps between them; a null state breaks the line. */
export function stepsOfTexts(
  points: readonly RawPoint[],
  ms: ToMs,
): { states: string[]; steps: [number, string | null][] } {
  const states: string[] = []
  const steps: [number, string | null][] = []
  for (const { source_time_us, text, quality } of points) {
    const state = quality < 2 ? text : null
    if (state !== null && !states.includes(state)) states.push(state)
    steps.push([ms(source_time_us), state])
  }
  return { states, steps }
}

function emptyColumns(): ChartColumns {
  return { mean: [], low: [], height: [], flaws: [], least: null, most: null, count: 0 }
}

function addBucket(columns: ChartColumns, at: number, least: number, most: number, mean: number): void {
  columns.mean.push([at, mean])
  columns.low.push([at, least])
  columns.height.push([at, most - least])
  widen(columns, least, most)
}

function breakLine(columns: ChartColumns, at: number): void {
  columns.mean.push([at, null])
  columns.low.push([at, null])
  columns.height.push([at, null])
}

function widen(columns: ChartColumns, least: number | null, most: number | null): void {
  if (least !== null) columns.least = Math.min(columns.least ?? least, least)
  if (most !== null) columns.most = Math.max(columns.most ?? most, most)
}
