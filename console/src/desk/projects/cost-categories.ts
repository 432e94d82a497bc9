import { useResource } from '@/api/resource'
import { useDeskApi, type DeskApi } from '@/desk/api'
import type { Pack } from '@/desk/assessment/shapes'
import type { CallDetail } from '@/desk/life/shapes'

export type CostCategory = NonNullable<Pack['money']>['cost_categories'][number]

/** The cost categories of the pack that a call was drafted from; none where its money does not depend on costs. */
export async function costCategoriesOf(
  desk: DeskApi,
  callId: number,
  signal?: AbortSignal,
): Promise<readonly CostCategory[]> {
  const call = await desk.get<CallDetail>(`/api/calls/${callId}`, {}, signal)
  if (!call.pack_edition) return []
  const pack = await desk.get<Pack>(`/api/packs/${call.pack}/${call.pack_edition}`, {}, signal)
  return pack.money?.cost_categories ?? []
}

export function useCostCategories(callId: () => number) {
  const desk = useDeskApi()
  return useResource((signal) => costCategoriesOf(desk, callId(), signal))
}
