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

/** By how many percent something changed, its sign in front. */
export function formatChange(percent: string, locale: Locale): string {
  return `${/^[-+]|^0+(\.0+)?$/.test(percent) ? '' : '+'}${formatDecimal(percent, locale)}%`
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
    day: locale === 'zh' ? '2-digit' : 'numeric',
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

/**
 * The days a record speaks of, as people of the locale write them: a day `2023-07-26`, a month `2023-04`, a half-year
 * `2023-H1`, a year `2023`, or a range `A..B` of these; any other text stays as it is.
 */
export function formatDate(text: string | null, locale: Locale): string {
  if (!text) return NONE
  const [first = '', last] = text.split('..')
  if (last !== undefined) return `${formatDate(first, locale)} – ${formatDate(last, locale)}`
  const half = /^(\d{4})-H([12])$/.exec(text)
  if (half) return locale === 'zh' ? `${half[1]}年${half[2] === '1' ? '上' : '下'}半年` : `H${half[2]} ${half[1]}`
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text)
  if (!match) return text
  const [, year, month, day] = match
  const options: Intl.DateTimeFormatOptions = { timeZone: 'UTC', year: 'numeric' }
  if (month) options.month = locale === 'zh' ? 'long' : 'short'
  if (day) options.day = 'numeric'
  return dateFormat(locale, options).format(Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1)))
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

const DURATION_UNITS = [
  { sizeS: 86_400, zh: '天', en: 'd' },
  { sizeS: 3_600, zh: '小时', en: 'h' },
  { sizeS: 60, zh: '分', en: 'min' },
  { sizeS: 1, zh: '秒', en: 's' },
] as const
/** Below this, hours are not gathered into days: "27 h 13 min" says more than "1 d 3 h". */
const DAYS_FROM_S = 2 * 86_400

/**
 * A duration in words of two units at most: `3 h 20 min`. Working times stay in hours however long they are, since
 * nobody works in days of 24 hours.
 */
export function formatDuration(seconds: number | null, locale: Locale, inHours = false): string {
  if (seconds === null || !Number.isFinite(seconds)) return NONE
  const units = inHours || seconds < DAYS_FROM_S ? DURATION_UNITS.slice(1) : DURATION_UNITS
  const at = units.findIndex(({ sizeS }) => seconds >= sizeS)
  const [unit, next] = [units[at], units[at + 1]]
  if (!unit || !next) return `${formatNumber(seconds, locale, 3)} ${units.at(-1)?.[locale] ?? ''}`
  let major = Math.floor(seconds / unit.sizeS)
  let minor = Math.round((seconds - major * unit.sizeS) / next.sizeS)
  if (minor * next.sizeS >= unit.sizeS) [major, minor] = [major + 1, 0]
  const head = `${numberFormat(locale, {}).format(major)} ${unit[locale]}`
  return minor ? `${head} ${minor} ${next[locale]}` : head
}

const BYTE_SIGNS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** A number of bytes in units of a thousand, with three digits: `1.25 GB`. */
export function formatBytes(bytes: number | null, locale: Locale): string {
  if (bytes === null || !Number.isFinite(bytes)) return NONE
  const power = Math.min(BYTE_SIGNS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)))
  return `${numberFormat(locale, { maximumSignificantDigits: 3 }).format(bytes / 1000 ** power)} ${BYTE_SIGNS[power] ?? ''}`
}

/** A short time as people compare waits: milliseconds below a second, seconds below a minute, then two units. */
export function formatWait(seconds: number | null, locale: Locale): string {
  if (seconds === null || !Number.isFinite(seconds)) return NONE
  if (seconds < 1) return `${formatNumber(Math.round(seconds * 1000), locale, 3)} ms`
  if (seconds < 60) return `${formatNumber(seconds, locale, seconds < 10 ? 2 : 3)} ${locale === 'zh' ? '秒' : 's'}`
  return formatDuration(Math.round(seconds), locale)
}

const UNIT_SIGNS: Record<string, string> = {
  '1': '',
  Cel: '°C',
  '[degF]': '°F',
  'kW.h': 'kWh',
  'W.h': 'Wh',
  'kvar.h': 'kvarh',
  'm3/h': 'm³/h',
  m3: 'm³',
  '/min': 'min⁻¹',
  Ohm: 'Ω',
  um: 'µm',
}
const THINGS_ZH: Record<string, string> = { item: '件', part: '件', piece: '件', bottle: '瓶' }

/** The sign people write for a UCUM code; an annotation such as `{part}` is its own name. */
export function unitSign(code: string, locale: Locale = 'en'): string {
  const thing = /^\{(.*)\}$/.exec(code)?.[1]
  if (thing !== undefined) return locale === 'zh' ? (THINGS_ZH[thing] ?? thing) : thing
  return UNIT_SIGNS[code] ?? code.replaceAll('.', '·')
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
