import { formatDuration, formatNumber, formatShare, unitSign, type Locale } from '@/texts/format'

interface Quantity {
  value: number | null
  unit: string
}

/** A measure's value as people read it: ratios as percentages, quantities with their unit. */
export function quantityText({ value, unit }: Quantity, locale: Locale): string {
  if (unit === '1') return formatShare(value, locale, 2)
  return [formatNumber(value, locale, 6), value === null ? '' : unitSign(unit, locale)].join(' ').trim()
}

const IN_SECONDS = new Set(['oee', 'availability', 'effectiveness'])

/** Numerator and denominator of a ratio, in the unit they are counted in: times as durations, counts as numbers. */
export function fractionText(
  measure: string,
  numerator: number | null,
  denominator: number | null,
  locale: Locale,
): [string, string] {
  const write = IN_SECONDS.has(measure)
    ? (value: number | null) => formatDuration(value, locale, true)
    : (value: number | null) => formatNumber(value, locale, 9)
  return [write(numerator), write(denominator)]
}

const KNOWN_FRACTIONS: Record<string, string> = {
  equipment_connection_rate: 'measure.connection_fraction',
  oee: 'measure.oee_fraction',
  availability: 'measure.availability_fraction',
  effectiveness: 'measure.effectiveness_fraction',
  quality_ratio: 'measure.quality_ratio_fraction',
}

/** Key of the text that says what numerator and denominator are. */
export function fractionKey(measure: string): string {
  return KNOWN_FRACTIONS[measure] ?? 'measure.fraction'
}
