import type { Figure } from '@/api/types'
import { formatDecimal, unitSign, type Locale } from '@/texts/format'

export interface FigureText {
  /** Null where no record speaks of the figure. */
  value: string | null
  unit: string
  /** A few words before the value, as a key of the texts. */
  prefix?: 'city.atLeast' | 'city.namedOnly'
}

/** In Chinese money is counted in 亿 and 万; an English reader counts in millions: so many places further. */
const PLACES_TO_MILLIONS: Readonly<Record<string, number>> = { '100 million yuan': 2, '10 thousand yuan': -2 }

/** A decimal with its point some places further to the right, or left when negative; no digit is lost. */
function moved(decimal: string, places: number): string {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(decimal)
  if (!match) return decimal
  const [, sign = '', whole = '', fraction = ''] = match
  const digits = '0'.repeat(Math.max(0, -places)) + whole + fraction + '0'.repeat(Math.max(0, places - fraction.length))
  const point = Math.max(0, -places) + whole.length + places
  return `${sign}${digits.slice(0, point) || '0'}${point < digits.length ? `.${digits.slice(point)}` : ''}`
}

type Valued = Pick<Figure, 'value' | 'low' | 'high' | 'unit' | 'unit_zh' | 'qualifier'>

/** A figure's value as people read it: exact, a lower bound, a count of named examples, or a range. */
export function figureText(figure: Valued, locale: Locale): FigureText {
  const places = locale === 'en' ? PLACES_TO_MILLIONS[figure.unit] : undefined
  const unit = places === undefined ? unitSign(locale === 'zh' ? figure.unit_zh : figure.unit, locale) : 'million yuan'
  const shown = (decimal: string): string =>
    formatDecimal(places === undefined ? decimal : moved(decimal, places), locale)
  if (figure.qualifier === 'range' && figure.low !== null && figure.high !== null) {
    return { value: `${shown(figure.low)} – ${shown(figure.high)}`, unit }
  }
  if (figure.value === null) return { value: null, unit: '' }
  const value = shown(figure.value)
  if (figure.qualifier === 'at_least') return { value, unit, prefix: 'city.atLeast' }
  if (figure.qualifier === 'named_examples_only') return { value, unit, prefix: 'city.namedOnly' }
  return { value, unit }
}
