import type { EChartsCoreOption } from 'echarts/core'

import type { Palette } from '@/chart/option'
import type { Scenario } from '@/city/coverage/shapes'

/** Demand by case as grouped bars beside usable and whole capacity, year by year. */
export function outlookOption(
  palette: Palette,
  scenario: Scenario,
  texts: { cases: readonly string[]; usable: string; capacity: string; show: (value: number) => string },
): EChartsCoreOption {
  const first = scenario.outlooks[0]
  const colours = [palette.line, palette.warn, palette.bad, palette.quiet, palette.missing, palette.ink]
  const bars = [
    { name: texts.capacity, values: first?.rows.map(({ capacity }) => capacity) ?? [], colour: palette.rule },
    { name: texts.usable, values: first?.rows.map(({ usable }) => usable) ?? [], colour: palette.quiet },
    ...scenario.outlooks.map((outlook, at) => ({
      name: texts.cases[at] ?? outlook.case_id,
      values: outlook.rows.map(({ demand }) => demand),
      colour: colours[at] ?? palette.ink,
    })),
  ]
  const most = Math.max(...(first?.rows.map(({ capacity }) => capacity) ?? [0]), scenario.demand)
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit', fontSize: 12 },
    grid: { left: 4, right: 8, top: 34, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: palette.quiet }, type: 'scroll' },
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      axisPointer: { type: 'shadow', shadowStyle: { opacity: 0.06 } },
      valueFormatter: (value: unknown) => texts.show(Number(value)),
    },
    xAxis: {
      type: 'category',
      data: first?.rows.map(({ year }) => String(year)) ?? [],
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.quiet } },
      axisLabel: { color: palette.quiet, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      // What grows far past the capacity is out of the question, and would flatten all the rest.
      max: most * 1.6,
      // The end of the axis is no round number, and would stand upon the last one that is.
      axisLabel: { color: palette.quiet, formatter: (value: number) => texts.show(value), showMaxLabel: false },
      splitLine: { lineStyle: { color: palette.rule } },
    },
    series: bars.map(({ name, values, colour }) => ({
      name,
      type: 'bar',
      barGap: '10%',
      barMaxWidth: 14,
      data: values,
      itemStyle: { color: colour },
    })),
  }
}
