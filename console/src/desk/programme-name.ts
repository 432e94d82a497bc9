import { bodyOfCall, useApi } from '@/api/client'
import { useResource } from '@/api/resource'
import { useLocale } from '@/texts/locale'

/** The name of a programme by its id; nothing while the programmes are on their way. */
export function useProgrammeName(): (id: number) => string {
  const api = useApi()
  const { pick } = useLocale()
  const programmes = useResource(
    async (signal) => (await bodyOfCall(api.GET('/api/programmes', { signal }))).programmes,
  )
  return (id) => {
    const found = programmes.data.value?.find((one) => one.id === id)
    return found ? pick(found.name_zh, found.name_en) : ''
  }
}
