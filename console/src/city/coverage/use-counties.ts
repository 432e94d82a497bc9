import { computed } from 'vue'

import { bodyOfCall, useApi } from '@/api/client'
import { useResource } from '@/api/resource'
import { useFormat } from '@/texts/use-format'

/** The counties of the city, with their outlines, and their names by code. */
export function useCounties() {
  const api = useApi()
  const { pick } = useFormat()
  const map = useResource((signal) => bodyOfCall(api.GET('/api/city/map', { signal })))
  const counties = computed(() =>
    (map.data.value?.features ?? []).map(({ properties }) => ({
      code: properties.adcode,
      name: pick(properties.name_zh, properties.name_en),
    })),
  )
  const nameOf = (code: string | null): string => counties.value.find((one) => one.code === code)?.name ?? code ?? ''
  return { map: map.data, counties, nameOf }
}
