import type { Figure } from '@/api/types'
import { formatDecimal, unitSign, type Locale } from '@/texts/format'

export interface FigureText {
  /** Null where no record speaks of the figure. */
  value: string | null
  unit: string
  /** A few words before the value, as a key of the texts. */
  prefix?: 'city.atLeast' | 'city.namedOnly'
}

type Valued = Pick<Figure, 'value' | 'low' | 'high' | 'unit' | 'unit_zh' | 'qualifier'>

/** A figure's value as people read it: exact, a lower bound, a count of named examples, or a range. */
export function figureText(figure: Valued, locale: Locale): FigureText {
  const unit = unitSign(locale === 'zh' ? figure.unit_zh : figure.unit, locale)
  if (figure.qualifier === 'range' && figure.low !== null && figure.high !== null) {
    return { value: `${formatDecimal(figure.low, locale)} – ${formatDecimal(figure.high, locale)}`, unit }
  }
  if (figure.value === null) return { value: null, unit: '' }
  const value = formatDecimal(figure.value, locale)
  if (figure.qualifier === 'at_least') return { value, unit, prefix: 'city.atLeast' }
  if (figure.qualifier === 'named_examples_only') return { value, unit, prefix: 'city.namedOnly' }
  return { value, unit }
}
