import type { ChartColumns } from '@/chart/columns'

/** The colours a chart is drawn in, read from the page so that they follow its scheme. */
export interface Palette {
  ink: string
  quiet: string
  rule: string
  line: string
  band: string
  warn: string
  bad: string
  /** What is not there: quieter than what is. */
  missing: string
}

export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  return {
    ink: colour('--ink'),
    quiet: colour('--ink-3'),
    rule: colour('--rule-2'),
    line: colour('--accent'),
    band: colour('--accent'),
    warn: colour('--warn'),
    bad: colour('--bad'),
    missing: colour('--missing'),
  }
}

const FONT = { fontFamily: 'inherit', fontSize: 12 }

/** What stays the same while the chart is moved: axes, tooltip, and an empty place for each series. */
export function frameOption(palette: Palette, tooltip: (params: unknown) => HTMLElement | string) {
  const label = { ...FONT, color: palette.quiet }
  return {
    useUTC: true, // Times come shifted to the site's clock; see `toChartMs`.
    animation: false,
    grid: { left: 8, right: 16, top: 12, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      axisPointer: { type: 'line', lineStyle: { color: palette.quiet, type: 'dotted' } },
      formatter: tooltip,
    },
    xAxis: {
      type: 'time',
      axisLabel: { ...label, hideOverlap: true },
      axisLine: { lineStyle: { color: palette.quiet } },
      splitLine: { show: true, lineStyle: { color: palette.rule } },
    },
  }
}

export function numberSeries(columns: ChartColumns, palette: Palette, pointsShown: boolean, stepped: boolean) {
  const common = { type: 'line', symbol: 'none', silent: true, connectNulls: false }
  const band = { ...common, stack: 'band', stackStrategy: 'all', lineStyle: { opacity: 0 }, tooltip: { show: false } }
  return [
    { ...band, id: 'low', data: columns.low },
    { ...band, id: 'height', data: columns.height, areaStyle: { color: palette.band, opacity: 0.18 } },
    {
      ...common,
      id: 'mean',
      data: columns.mean,
      step: stepped ? 'end' : false,
      symbol: pointsShown ? 'circle' : 'none',
      showSymbol: pointsShown,
      symbolSize: 4,
      lineStyle: { color: palette.line, width: 1.5 },
      itemStyle: { color: palette.line },
    },
    {
      id: 'flaws',
      type: 'scatter',
      yAxisIndex: 1,
      silent: true,
      symbol: 'rect',
      symbolSize: [3, 7],
      data: columns.flaws.map(([at, grade]) => ({
        value: [at, 0],
        itemStyle: { color: grade === 2 ? palette.bad : palette.warn },
      })),
    },
  ]
}

export function numberAxes(palette: Palette) {
  const label = { ...FONT, color: palette.quiet }
  return [
    { type: 'value', scale: true, axisLabel: label, splitLine: { lineStyle: { color: palette.rule } } },
    { type: 'value', min: 0, max: 1, show: false },
  ]
}

export function stateSeries(steps: [number, string | null][], palette: Palette) {
  return [
    {
      id: 'states',
      type: 'line',
      step: 'end',
      symbol: 'none',
      silent: true,
      data: steps,
      lineStyle: { color: palette.line, width: 2 },
    },
  ]
}

export function stateAxes(states: string[], palette: Palette) {
  return [
    {
      type: 'category',
      data: states,
      boundaryGap: true,
      axisLabel: { ...FONT, color: palette.ink },
      axisTick: { show: false },
      splitLine: { show: true, lineStyle: { color: palette.rule } },
    },
  ]
}
