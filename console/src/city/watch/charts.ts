import type { EChartsCoreOption } from 'echarts/core'

import type { Palette } from '@/chart/option'
import { twoLines } from '@/desk/chart-options'

const FONT = { fontFamily: 'inherit', fontSize: 12 }

export interface TrendLine {
  name: string
  values: readonly (number | null)[]
  show: (value: number) => string
}

/** One indicator as bars, and optionally another as a line with its own scale. */
export function trendOption(
  palette: Palette,
  months: readonly string[],
  bars: TrendLine,
  line?: TrendLine,
): EChartsCoreOption {
  const axis = (one: TrendLine, at: number): object => ({
    type: 'value',
    position: at ? 'right' : 'left',
    axisLabel: { color: palette.quiet, hideOverlap: true, formatter: (value: number) => one.show(value) },
    splitLine: { show: !at, lineStyle: { color: palette.rule } },
  })
  const drawn = line ? [bars, line] : [bars]
  return {
    animation: false,
    textStyle: FONT,
    grid: {
      left: 4,
      right: 4,
      top: line ? 30 : 10,
      bottom: 4,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    legend: line ? { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: palette.quiet } } : undefined,
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      axisPointer: { type: 'shadow', shadowStyle: { opacity: 0.06 } },
    },
    xAxis: {
      type: 'category',
      data: [...months],
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.quiet } },
      axisLabel: { color: palette.quiet, hideOverlap: true },
    },
    yAxis: drawn.map(axis),
    series: drawn.map((one, at) => ({
      name: one.name,
      type: at ? 'line' : 'bar',
      yAxisIndex: at,
      symbol: 'none',
      barMaxWidth: 18,
      data: [...one.values],
      itemStyle: { color: at ? palette.warn : palette.line },
      lineStyle: at ? { width: 2, color: palette.warn } : undefined,
      tooltip: { valueFormatter: (value: unknown) => (value == null ? '–' : one.show(Number(value))) },
    })),
  }
}

/** Lying pairs of bars, this year above the year before. */
export function pairsOption(
  palette: Palette,
  groups: readonly { name: string; now: number; before: number }[],
  labels: readonly [now: string, before: string],
  show: (value: number) => string,
): EChartsCoreOption {
  return {
    animation: false,
    textStyle: FONT,
    grid: { left: 4, right: 20, top: 28, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: palette.quiet } },
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      axisPointer: { type: 'shadow', shadowStyle: { opacity: 0.06 } },
      valueFormatter: (value: unknown) => show(Number(value)),
    },
    xAxis: {
      type: 'value',
      axisLabel: { color: palette.quiet, hideOverlap: true, formatter: (value: number) => show(value) },
      splitLine: { lineStyle: { color: palette.rule } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: groups.map(({ name }) => name),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.quiet } },
      axisLabel: {
        color: palette.ink,
        width: 132,
        lineHeight: 14,
        overflow: 'truncate',
        formatter: (name: string) => twoLines(name),
      },
    },
    series: [
      {
        name: labels[0],
        type: 'bar',
        barMaxWidth: 10,
        data: groups.map(({ now }) => now),
        itemStyle: { color: palette.line },
      },
      {
        name: labels[1],
        type: 'bar',
        barMaxWidth: 10,
        data: groups.map(({ before }) => before),
        itemStyle: { color: palette.missing },
      },
    ],
  }
}
