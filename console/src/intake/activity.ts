import type { ActivityRows } from '@/api/types'

export type Span = 'hour' | 'day'

/** Rows of the platform's own numbers, the oldest first; every column is as long as `timesUs`. */
export interface Activity {
  stepS: number
  timesUs: number[]
  columns: Record<string, (number | null)[]>
}

export const SPAN_US: Record<Span, number> = { hour: 3_600_000_000, day: 86_400_000_000 }

/** A chart: its name, the columns it draws and what each is called, and how a value is written. */
export interface ChartPlan {
  name: string
  lines: { column: string; label: string }[]
  show: (value: number | null) => string
}

/** What was known with what came since, no longer than the span. Another step length is another recording. */
export function joined(known: Activity | undefined, newer: ActivityRows, span: Span): Activity {
  const fresh = { stepS: newer.step_s, timesUs: newer.times_us, columns: newer.columns }
  const isSame = known?.stepS === newer.step_s
  const all = isSame
    ? {
        stepS: known.stepS,
        timesUs: [...known.timesUs, ...fresh.timesUs],
        columns: Object.fromEntries(
          Object.entries(fresh.columns).map(([name, values]) => [
            name,
            [...(known.columns[name] ?? known.timesUs.map(() => null)), ...values],
          ]),
        ),
      }
    : fresh
  const last = all.timesUs.at(-1) ?? 0
  const from = all.timesUs.findIndex((timeUs) => timeUs > last - SPAN_US[span])
  if (from <= 0) return all
  const cut = <T>(values: T[]): T[] => values.slice(from)
  return {
    ...all,
    timesUs: cut(all.timesUs),
    columns: Object.fromEntries(Object.entries(all.columns).map(([name, values]) => [name, cut(values)])),
  }
}

/** [time in ms shifted to the place's clock, value] pairs; a pause of the platform breaks the line. */
export function line(activity: Activity, name: string, toChartMs: (timeUs: number) => number) {
  const pairs: [number, number | null][] = []
  const values = activity.columns[name] ?? []
  activity.timesUs.forEach((timeUs, at) => {
    const before = activity.timesUs[at - 1]
    if (before !== undefined && timeUs - before > 3_000_000 * activity.stepS) pairs.push([toChartMs(before) + 1, null])
    pairs.push([toChartMs(timeUs), values[at] ?? null])
  })
  return pairs
}

/** The last value that is known of a column, for the figure beside its chart. */
export function latest(activity: Activity | undefined, name: string): number | null {
  return activity?.columns[name]?.findLast((value) => value !== null) ?? null
}

/** Least and greatest of a column; null when nothing is known. */
export function extremes(activity: Activity, name: string): [number, number] | null {
  const known = (activity.columns[name] ?? []).filter((value) => value !== null)
  return known.length ? [Math.min(...known), Math.max(...known)] : null
}
