/** The parts of ECharts that the console uses; the rest stays out of the bundle. */
import { LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, TooltipComponent } from 'echarts/components'
import { connect, init, use, type EChartsType } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([LineChart, ScatterChart, GridComponent, TooltipComponent, CanvasRenderer])

export type Chart = EChartsType

/** Charts of one group show the same moment: pointing at one points at all. */
export function joinGroup(chart: Chart, group: string): void {
  chart.group = group
  connect(group)
}

export function createChart(element: HTMLElement, locale: 'zh' | 'en'): Chart {
  return init(element, undefined, { locale: locale === 'zh' ? 'ZH' : 'EN' })
}
