import { useI18n } from 'vue-i18n'

import type { StatisticsMeasure } from '@/city/statistics/shapes'
import { useFormat } from '@/texts/use-format'

/** How values and months of a table are written. */
export function useStatisticsFormat() {
  const { t } = useI18n()
  const { pick, locale } = useFormat()

  function plain(value: number, decimals: number): string {
    return new Intl.NumberFormat(locale() === 'zh' ? 'zh-CN' : 'en', {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    }).format(value)
  }

  return {
    pick,
    locale,
    unit: (measure: StatisticsMeasure): string => pick(measure.unit_zh, measure.unit_en),
    value: (measure: StatisticsMeasure, value: number | null): string =>
      value === null ? t('bureau.statistics.kept') : plain(value / measure.shown_per, measure.decimals),
    growth: (value: number | null): string => (value === null ? '–' : `${value > 0 ? '+' : ''}${plain(value, 1)}%`),
    plain,
    month: (text: string): string => {
      const [year, month] = text.split('-')
      return t('bureau.statistics.month', { year, month: locale() === 'zh' ? Number(month) : month })
    },
  }
}
