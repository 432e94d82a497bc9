import type { EChartsCoreOption } from 'echarts/core'

import type { Palette } from '@/chart/option'

/** So many letters stand in the first line of a name beside a bar, and beside the point of a radar. */
const BESIDE_BAR = 22
const BESIDE_RADAR = 12
const FONT = { fontFamily: 'inherit', fontSize: 12 }

export interface Axis {
  name: string
  value: number
  of: number
}

/** A name in two lines: the words that fit into the first, and the rest. */
export function twoLines(name: string, letters = BESIDE_BAR): string {
  const words = name.split(' ')
  if (name.length <= letters || words.length === 1) return name
  let first = words.shift() ?? ''
  while (words[0] !== undefined && first.length + words[0].length < letters) first += ` ${words.shift() ?? ''}`
  return words.length ? `${first}\n${words.join(' ')}` : first
}

/** What is reached on each axis, against the full length of it, and optionally what a level would ask. */
export function radarOption(
  palette: Palette,
  axes: readonly Axis[],
  labels: [reached: string, asked?: string],
  asked?: readonly number[],
): EChartsCoreOption {
  const shares = axes.map(({ value, of }) => (of > 0 ? value / of : 0))
  const line = { width: 2, color: palette.line }
  return {
    animation: false,
    textStyle: FONT,
    legend: asked ? { bottom: 0, itemWidth: 16, textStyle: { color: palette.quiet } } : undefined,
    radar: {
      indicator: axes.map(({ name }) => ({ name, max: 1 })),
      radius: '58%',
      center: ['50%', asked ? '46%' : '50%'],
      // Names stand beside the picture and break there: a telephone has no more room for them.
      axisName: {
        color: palette.ink,
        fontSize: 12,
        lineHeight: 14,
        formatter: (name?: string) => twoLines(name ?? '', BESIDE_RADAR),
      },
      splitNumber: 4,
      splitArea: { show: false },
      splitLine: { lineStyle: { color: palette.rule } },
      axisLine: { lineStyle: { color: palette.rule } },
    },
    series: [
      {
        type: 'radar',
        symbolSize: 5,
        data: [
          {
            name: labels[0],
            value: shares,
            lineStyle: line,
            itemStyle: { color: palette.line },
            areaStyle: { color: palette.line, opacity: 0.15 },
          },
          ...(asked
            ? [
                {
                  name: labels[1] ?? '',
                  value: [...asked],
                  symbol: 'none',
                  lineStyle: { width: 1.5, type: 'dashed', color: palette.warn },
                  itemStyle: { color: palette.warn },
                },
              ]
            : []),
        ],
      },
    ],
  }
}

export interface Bar {
  name: string
  parts: readonly number[]
}

/** Lying bars of stacked parts, the first name on top. */
export function barsOption(
  palette: Palette,
  bars: readonly Bar[],
  labels: readonly string[],
  options: { colours?: readonly string[]; show: (value: number) => string; nameWidth?: number },
): EChartsCoreOption {
  const colours = options.colours ?? [palette.line, palette.rule, palette.warn]
  return {
    animation: false,
    textStyle: FONT,
    grid: {
      left: 4,
      right: 20,
      top: labels.length > 1 ? 28 : 4,
      bottom: 4,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    legend:
      labels.length > 1
        ? { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: palette.quiet } }
        : undefined,
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      axisPointer: { type: 'shadow', shadowStyle: { opacity: 0.06 } },
      valueFormatter: (value: unknown) => options.show(Number(value)),
    },
    xAxis: {
      type: 'value',
      axisLabel: { color: palette.quiet, hideOverlap: true, formatter: (value: number) => options.show(value) },
      splitLine: { lineStyle: { color: palette.rule } },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map(({ name }) => name),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.quiet } },
      axisLabel: {
        color: palette.ink,
        width: options.nameWidth ?? 132,
        lineHeight: 14,
        overflow: 'truncate',
        formatter: (name: string) => twoLines(name),
      },
    },
    series: labels.map((label, at) => ({
      name: label,
      type: 'bar',
      stack: 'all',
      barMaxWidth: 16,
      data: bars.map(({ parts }) => parts[at] ?? 0),
      itemStyle: { color: colours[at] },
    })),
  }
}
