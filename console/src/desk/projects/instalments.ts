import { useResource } from '@/api/resource'
import { useDeskApi } from '@/desk/api'
import type { AwardDetail, AwardRow } from '@/desk/office/money-shapes'

/** The instalments of a recognition's award, which milestones may release; none before there is an award. */
export function useInstalments(recognitionId: () => number) {
  const desk = useDeskApi()
  return useResource(async (signal) => {
    const { awards } = await desk.get<{ awards: AwardRow[] }>('/api/awards', {}, signal)
    const own = awards.find(({ recognition_id, state }) => recognition_id === recognitionId() && state !== 'withdrawn')
    return own ? (await desk.get<AwardDetail>(`/api/awards/${own.id}`, {}, signal)).instalments : []
  })
}
