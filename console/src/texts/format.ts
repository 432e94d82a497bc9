/**
 * How numbers, times and units are written. Pure: locale and time zone come in from outside.
 *
 * Times are UTC microseconds on the wire; they stay below 2**53 until the year 2255, so a JavaScript number is exact.
 */
export type Locale = 'zh' | 'en'

export const TAGS: Record<Locale, string> = { zh: 'zh-CN', en: 'en-GB' }

const formatters = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()

// Building an Intl formatter costs more than using it a hundred times.
function remembered<F extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, build: () => F): F {
  const known = formatters.get(key)
  if (known) return known as F
  const built = build()
  formatters.set(key, built)
  return built
}

function numberFormat(locale: Locale, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return remembered(`n${locale}${JSON.stringify(options)}`, () => new Intl.NumberFormat(TAGS[locale], options))
}

function dateFormat(locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return remembered(`d${locale}${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(TAGS[locale], options))
}

export const NONE = '–'

/** An exact decimal written as text, grouped, with no digit lost: money and counts never pass through a float. */
export function formatDecimal(text: string | null, locale: Locale): string {
  if (text === null || text === '') return NONE
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (!match) return text
  const [, sign = '', whole = '0', fraction = ''] = match
  const grouped = numberFormat(locale, { maximumFractionDigits: 0 }).format(BigInt(whole))
  const kept = fraction.replace(/0+$/, '')
  return `${sign === '-' ? '−' : ''}${grouped}${kept ? `.${kept}` : ''}`
}

/** A measured number with as many digits as carry meaning, six at most by default. */
export function formatNumber(value: number | null, locale: Locale, significant = 6): string {
  if (value === null || !Number.isFinite(value)) return NONE
  const options: Intl.NumberFormatOptions =
    Math.abs(value) >= 10 ** (significant - 1)
      ? { maximumFractionDigits: value % 1 === 0 ? 0 : 1 }
      : { maximumSignificantDigits: significant }
  return numberFormat(locale, options).format(value)
}

/** A ratio as a percentage. Never rounded up to 100 % nor down to 0 %: "all" and "none" are claims of their own. */
export function formatShare(value: number | null, locale: Locale, digits = 1): string {
  if (value === null || !Number.isFinite(value)) return NONE
  const step = 10 ** -(digits + 2)
  const shown = value < 1 && value > 1 - step ? 1 - step : value > 0 && value < step ? step : value
  return numberFormat(locale, { style: 'percent', maximumFractionDigits: digits }).format(shown)
}

export type Precision = 'minute' | 'second' | 'millisecond'

export function formatTime(
  timeUs: number | null,
  locale: Locale,
  zone: string,
  precision: Precision = 'minute',
): string {
  if (timeUs === null) return NONE
  const options: Intl.DateTimeFormatOptions = {
    timeZone: zone,
    year: 'numeric',
    month: locale === 'zh' ? '2-digit' : 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }
  if (precision !== 'minute') options.second = '2-digit'
  if (precision === 'millisecond') options.fractionalSecondDigits = 3
  return dateFormat(locale, options).format(timeUs / 1000)
}

/** Time of day alone, to the second. */
export function formatClock(timeUs: number | null, locale: Locale, zone: string): string {
  if (timeUs === null) return NONE
  const options: Intl.DateTimeFormatOptions = {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }
  return dateFormat(locale, options).format(timeUs / 1000)
}

/** A calendar date (`2023-07-26`), a month or a span of them, as people of the locale write it; other texts stay. */
export function formatDate(text: string | null, locale: Locale): string {
  if (!text) return NONE
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match) return text
  const moment = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]))
  const options: Intl.DateTimeFormatOptions =
    locale === 'zh'
      ? { timeZone: 'UTC', year: 'numeric', month: 'long', day: 'numeric' }
      : { timeZone: 'UTC', year: 'numeric', month: 'short', day: 'numeric' }
  return dateFormat(locale, options).format(moment)
}

/** Today's date of a place, as `2023-07-26`. */
export function dateIn(zone: string, nowMs: number): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return parts.format(nowMs)
}

/** A date some days before or after another. */
export function shiftDate(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** A duration in words of two units at most: `3 h 20 min`. */
export function formatDuration(seconds: number | null, locale: Locale): string {
  if (seconds === null || !Number.isFinite(seconds)) return NONE
  const names = locale === 'zh' ? ['天', '小时', '分', '秒'] : ['d', 'h', 'min', 's']
  const sizes = [86_400, 3_600, 60, 1]
  const first = sizes.findIndex((size) => seconds >= size)
  if (first === -1 || first === 3) return `${formatNumber(seconds, locale, 3)} ${names[3] ?? ''}`
  const size = sizes[first] ?? 1
  const next = sizes[first + 1] ?? 1
  let major = Math.floor(seconds / size)
  let minor = Math.round((seconds - major * size) / next)
  if (minor * next >= size) [major, minor] = [major + 1, 0]
  const head = `${numberFormat(locale, {}).format(major)} ${names[first] ?? ''}`
  return minor ? `${head} ${minor} ${names[first + 1] ?? ''}` : head
}

const UNIT_SIGNS: Record<string, string> = {
  '1': '',
  Cel: '°C',
  'kW.h': 'kWh',
  'W.h': 'Wh',
  'm3/h': 'm³/h',
  m3: 'm³',
  '/min': 'min⁻¹',
  Ohm: 'Ω',
  um: 'µm',
}

/** The sign people write for a UCUM code; an annotation such as `{part}` is its own name. */
export function unitSign(code: string): string {
  return UNIT_SIGNS[code] ?? code.replace(/^\{(.*)\}$/, '$1').replaceAll('.', '·')
}

/** How far a place's clocks are ahead of UTC at a moment, in microseconds. */
export function zoneOffsetUs(timeUs: number, zone: string): number {
  const format = remembered(
    `o${zone}`,
    () =>
      new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      }),
  )
  const wholeMs = Math.floor(timeUs / 1_000_000) * 1000
  const part = Object.fromEntries(format.formatToParts(wholeMs).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return (Date.UTC(year, month - 1, day, hour, minute, second) - wholeMs) * 1000
}

/** When a calendar day begins at a place; days do not begin at UTC midnight, and clocks may change during one. */
export function dayStartUs(date: string, zone: string): number {
  const asUtc = Date.parse(`${date}T00:00:00Z`) * 1000
  const first = asUtc - zoneOffsetUs(asUtc, zone)
  return asUtc - zoneOffsetUs(first, zone)
}
