import { toValue, type MaybeRefOrGetter } from 'vue'

import { useCity } from '@/session/city-context'
import * as format from '@/texts/format'
import { useLocale } from '@/texts/locale'
import { formatFen } from '@/texts/money'

/** The format functions bound to the language on screen and to a place's time zone (the city's unless told). */
export function useFormat(zone?: MaybeRefOrGetter<string | undefined>) {
  const { locale, pick } = useLocale()
  const city = useCity()
  const place = (): string => toValue(zone) ?? city.zone.value
  return {
    pick,
    locale,
    zone: place,
    decimal: (text: string | null) => format.formatDecimal(text, locale()),
    change: (percent: string) => format.formatChange(percent, locale()),
    number: (value: number | null, significant?: number) => format.formatNumber(value, locale(), significant),
    share: (value: number | null, digits?: number) => format.formatShare(value, locale(), digits),
    time: (timeUs: number | null, precision?: format.Precision) =>
      format.formatTime(timeUs, locale(), place(), precision),
    clock: (timeUs: number | null) => format.formatClock(timeUs, locale(), place()),
    date: (text: string | null) => format.formatDate(text, locale()),
    duration: (seconds: number | null) => format.formatDuration(seconds, locale()),
    bytes: (bytes: number | null) => format.formatBytes(bytes, locale()),
    wait: (seconds: number | null) => format.formatWait(seconds, locale()),
    fen: (fen: number | null) => formatFen(fen, locale()),
    unit: (code: string) => format.unitSign(code, locale()),
    today: () => format.dateIn(place(), Date.now()),
  }
}
