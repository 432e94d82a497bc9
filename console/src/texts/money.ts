import { formatDecimal, NONE, type Locale } from '@/texts/format'

/**
 * Money is whole fen (1/100 yuan) everywhere; yuan exist on screen alone. All arithmetic is on integers, and a shorter
 * form is used only where no digit is lost.
 */
const FEN_PER_YUAN = 100n
const FEN_PER_WAN = 1_000_000n
/** What 万元 is told in: a hundredth of it, so at most two digits follow the point. */
const FEN_PER_WAN_STEP = 10_000n

/** `100 万元`, `1,234.56 元`; in English `CNY 1,000,000`. */
export function formatFen(fen: number | null, locale: Locale): string {
  if (fen === null || !Number.isSafeInteger(fen)) return NONE
  const exact = BigInt(fen)
  const sign = exact < 0n ? '-' : ''
  const size = exact < 0n ? -exact : exact
  if (locale === 'en') return `CNY ${formatDecimal(`${sign}${decimalOf(size, FEN_PER_YUAN, 2)}`, locale)}`
  return size >= FEN_PER_WAN && size % FEN_PER_WAN_STEP === 0n
    ? `${formatDecimal(`${sign}${decimalOf(size, FEN_PER_WAN, 6)}`, locale)} 万元`
    : `${formatDecimal(`${sign}${decimalOf(size, FEN_PER_YUAN, 2)}`, locale)} 元`
}

/** The amount as a field holds it, in yuan: `1234.56`. */
export function yuanText(fen: number | null): string {
  if (fen === null || !Number.isSafeInteger(fen)) return ''
  const size = BigInt(fen < 0 ? -fen : fen)
  return `${fen < 0 ? '-' : ''}${decimalOf(size, FEN_PER_YUAN, 2).replace(/\.?0+$/, '') || '0'}`
}

/** Fen of an amount typed in yuan, `1,234.5` or `12万`; undefined for what is no amount of whole fen. */
export function fenOf(text: string): number | undefined {
  const match = /^(\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.(\d{1,6}))?\s*(万)?元?$/.exec(text.trim())
  if (!match) return undefined
  const [, whole = '0', fraction = '', wan] = match
  const digits = wan ? 6 : 2
  if (fraction.length > digits && !/^0*$/.test(fraction.slice(digits))) return undefined
  const fen = BigInt(whole.replace(/[,，]/g, '') + fraction.slice(0, digits).padEnd(digits, '0'))
  return fen <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(fen) : undefined
}

function decimalOf(fen: bigint, unit: bigint, digits: number): string {
  return `${fen / unit}.${(fen % unit).toString().padStart(digits, '0')}`
}
