import type { Axis, StatisticsMeasure, TableValues } from '@/city/statistics/shapes'

/** What a table shows of each cell: its month, the sum since January, or the change against a year before. */
export type Kind = 'monthly' | 'cumulative' | 'growth'

/** The number of a cell by the place chosen in each classification; the last one runs fastest. */
export function cellAt(axes: readonly Axis[], places: readonly number[]): number {
  return axes.reduce((cell, axis, at) => cell * axis.nodes.length + (places[at] ?? 0), 0)
}

/** How deep a place of a classification lies: 0 for the total. */
export function depthOf(axis: Axis, place: number): number {
  let depth = 0
  for (let at = axis.nodes[place]?.parent ?? null; at !== null; at = axis.nodes[at]?.parent ?? null) depth += 1
  return depth
}

/** The longest classification goes down, the next one across; others are chosen from lists. */
export function layout(axes: readonly Axis[]): { down: number; across: number | null; chosen: number[] } {
  const order = axes.map((_, at) => at).sort((a, b) => (axes[b]?.nodes.length ?? 0) - (axes[a]?.nodes.length ?? 0))
  return { down: order[0] ?? 0, across: order[1] ?? null, chosen: order.slice(2) }
}

export function valueOf(values: TableValues, kind: Kind, month: number, cell: number): number | null {
  return values[kind]?.[month]?.[cell] ?? null
}

/** A value in the unit that people read. */
export function inUnit(measure: StatisticsMeasure, value: number): number {
  return value / measure.shown_per
}

/** Whether there is nothing to tell in a cell: a ratio of nothing to nothing, which is not kept back. */
export function isAbsent(values: TableValues, kind: Kind, month: number, cell: number): boolean {
  const cells = kind === 'cumulative' ? values.absent_cumulative : values.absent
  return cells[month]?.includes(cell) ?? false
}
