import { useI18n } from 'vue-i18n'

import type { Indicator } from '@/city/watch/shapes'
import { fenOf, yuanText } from '@/texts/money'
import { useFormat } from '@/texts/use-format'

/** The units that sums are told in, the largest first; of each language, those that its readers count in. */
const UNITS = {
  zh: { large: 10_000_000_000, middle: 1_000_000, small: 100 },
  en: { large: 100_000_000_000, middle: 100_000_000, small: 100 },
} as const

/** Sums of the watch in the units that people tell them in; exact amounts stand where they are opened. */
export function useAmounts() {
  const { t } = useI18n()
  const { number, share, fen, locale } = useFormat()

  /** A sum of money, rounded to four digits: `1.234 亿元`, `CNY 123.4 million`. */
  function money(value: number | null | undefined): string {
    if (value == null) return '–'
    const units = UNITS[locale()]
    const size = Math.abs(value)
    const unit = size >= units.large ? 'large' : size >= units.middle ? 'middle' : 'small'
    return t(`bureau.watch.units.${unit}`, { amount: number(value / units[unit], 4) })
  }

  function change(value: number | null | undefined): string {
    if (value == null) return '–'
    return `${value > 0 ? '+' : ''}${share(value, 1)}`
  }

  /** A value of an indicator, exact. */
  function exact(value: number | null | undefined, indicator: Pick<Indicator, 'kind' | 'unit' | 'unit_zh'>): string {
    if (value == null) return '–'
    return indicator.kind === 'money' ? fen(value) : number(value)
  }

  return { money, change, exact }
}

/** What is typed for an indicator: fen of yuan, or a whole number; undefined for what is none, null for nothing. */
export function readValue(text: string, kind: Indicator['kind'], mayBeNegative: boolean): number | null | undefined {
  const trimmed = text.trim()
  if (!trimmed) return null
  const negative = trimmed.startsWith('-')
  const body = negative ? trimmed.slice(1) : trimmed
  const value = kind === 'money' ? fenOf(body) : /^\d[\d,]*$/.test(body) ? Number(body.replaceAll(',', '')) : undefined
  if (value === undefined || !Number.isSafeInteger(value)) return undefined
  return negative && (mayBeNegative || value > 0) ? -value : value
}

/** A kept value as its field shows it. */
export function valueText(value: number | null | undefined, kind: Indicator['kind']): string {
  if (value == null) return ''
  return kind === 'money' ? yuanText(value) : String(value)
}
