import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'

import { useResource, type Resource } from '@/api/resource'
import { useLocale } from '@/texts/locale'

export const EACH = 50

/** Which entries of a list are asked for. */
export interface EntryQuery {
  area_code?: string
  text: string
  limit: number
  offset: number
}

export interface Entries<Answer> {
  area: Ref<string>
  text: Ref<string>
  offset: Ref<number>
  found: Resource<Answer>
  /** Where the same entries are an Excel sheet. */
  sheet: ComputedRef<string>
}

/** A page of the entries of one kind, by county and words. */
export function useEntries<Answer>(
  of: 'places' | 'candidates',
  load: (query: EntryQuery, signal: AbortSignal) => Promise<Answer>,
): Entries<Answer> {
  const { locale } = useLocale()
  const [area, text, offset] = [ref(''), ref(''), ref(0)]
  const within = computed((): Record<string, string> => (area.value ? { area_code: area.value } : {}))
  watch([within, text], () => (offset.value = 0))
  const found = useResource(
    (signal) => load({ ...within.value, text: text.value, limit: EACH, offset: offset.value }, signal),
    [within, text, offset],
  )
  const sheet = computed(
    () => `/api/coverage/${of}/sheet?${new URLSearchParams({ language: locale(), ...within.value })}`,
  )
  return { area, text, offset, found, sheet }
}
