/** The parts of ECharts that only the desk's charts use. */
import { BarChart, RadarChart } from 'echarts/charts'
import { GridComponent, LegendComponent, RadarComponent, TooltipComponent } from 'echarts/components'
import { use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

import { createChart, type Chart } from '@/chart/engine'

use([BarChart, RadarChart, GridComponent, LegendComponent, RadarComponent, TooltipComponent, CanvasRenderer])

export function createDeskChart(element: HTMLElement, locale: 'zh' | 'en'): Chart {
  return createChart(element, locale)
}
