import { bodyOfCall, useApi } from '@/api/client'
import { useResource } from '@/api/resource'
import { useFormat } from '@/texts/use-format'

/** Names of GB/T 4754 codes: the code's own, or that of the nearest one above it. */
export function useIndustries(): (code: string | null) => string {
  const api = useApi()
  const { pick } = useFormat()
  const known = useResource(async (signal) => {
    const list = await bodyOfCall(api.GET('/api/watch/industries', { signal }))
    return new Map(list.industries.map((one) => [one.code, one]))
  })
  return (code) => {
    if (!code) return '–'
    for (let length = code.length; length > 0; length--) {
      const found = known.data.value?.get(code.slice(0, length))
      if (found) return pick(found.name_zh, found.name_en)
    }
    return code
  }
}
