import { computed, type ComputedRef } from 'vue'

import { useResource } from '@/api/resource'
import { useDeskApi } from '@/desk/api'
import type { CallFit } from '@/desk/life/shapes'
import { useSession } from '@/session/session'

/** How one's own enterprise stands to every open call, by the call's id; empty for whoever applies for none. */
export function useFits(): ComputedRef<ReadonlyMap<number, CallFit>> {
  const desk = useDeskApi()
  const session = useSession()
  const enterpriseId = session.state.value?.enterprise_id ?? null
  const found = useResource(
    async (signal) =>
      (await desk.get<{ fits: CallFit[] }>('/api/calls/fits', { enterprise_id: enterpriseId }, signal)).fits,
    [],
    { immediate: enterpriseId !== null && session.may('programmes.apply') },
  )
  return computed(() => new Map((found.data.value ?? []).map((one) => [one.call_id, one])))
}
