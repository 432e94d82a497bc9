import type { EChartsCoreOption } from 'echarts/core'

import type { Palette } from '@/chart/option'

/** Bars for each class, and what was kept back as a gap with its word beside it. */
export function barsOption(
  palette: Palette,
  bars: readonly { name: string; value: number | null }[],
  show: (value: number) => string,
): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit', fontSize: 12 },
    grid: { left: 4, right: 72, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      trigger: 'item',
      confine: true,
      transitionDuration: 0,
      valueFormatter: (one: unknown) => show(Number(one)),
    },
    xAxis: { type: 'value', axisLabel: { show: false }, splitLine: { lineStyle: { color: palette.rule } } },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map(({ name }) => name),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.quiet } },
      axisLabel: { color: palette.ink, width: 150, overflow: 'truncate' },
    },
    series: [
      {
        type: 'bar',
        barMaxWidth: 16,
        data: bars.map(({ value }) => value ?? '-'),
        itemStyle: { color: palette.line },
        label: {
          show: true,
          position: 'right',
          color: palette.quiet,
          formatter: ({ value }: { value: number }) => show(value),
        },
      },
    ],
  }
}

/** A year of one cell, month by month. */
export function trendOption(
  palette: Palette,
  months: readonly string[],
  values: readonly (number | null)[],
  show: (value: number) => string,
): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit', fontSize: 12 },
    grid: { left: 4, right: 8, top: 10, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      valueFormatter: (one: unknown) => show(Number(one)),
    },
    xAxis: {
      type: 'category',
      data: [...months],
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.quiet } },
      axisLabel: { color: palette.quiet, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      axisLabel: { color: palette.quiet, formatter: (value: number) => show(value) },
      splitLine: { lineStyle: { color: palette.rule } },
    },
    series: [
      { type: 'bar', barMaxWidth: 22, data: values.map((value) => value ?? '-'), itemStyle: { color: palette.line } },
    ],
  }
}
