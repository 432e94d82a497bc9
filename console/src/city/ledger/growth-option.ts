import type { EChartsCoreOption } from 'echarts/core'

import type { Palette } from '@/chart/option'

/** What stood at the end of each month, as steps: between two reports nothing is known to have changed. */
export function growthOption(
  palette: Palette,
  days: readonly string[],
  values: readonly number[],
  name: string,
  show: (value: number) => string,
): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit', fontSize: 12 },
    grid: { left: 4, right: 12, top: 10, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      valueFormatter: (value: unknown) => show(Number(value)),
    },
    xAxis: {
      type: 'category',
      data: [...days],
      boundaryGap: false,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.quiet } },
      axisLabel: { color: palette.quiet, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      // Half a station is none.
      ...(values.every(Number.isInteger) ? { minInterval: 1 } : {}),
      axisLabel: { color: palette.quiet, hideOverlap: true, formatter: (value: number) => show(value) },
      splitLine: { lineStyle: { color: palette.rule } },
    },
    series: [
      {
        name,
        type: 'line',
        step: 'end',
        symbol: 'none',
        data: [...values],
        lineStyle: { width: 2, color: palette.line },
        itemStyle: { color: palette.line },
        areaStyle: { color: palette.line, opacity: 0.1 },
      },
    ],
  }
}
