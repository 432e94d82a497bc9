import { ref, watch, type Ref } from 'vue'

import { useResource, usePolling, type Resource } from '@/api/resource'
import type { ActivityRows } from '@/api/types'
import { joined, type Activity, type Span } from '@/intake/activity'

const STEP_MS = 5_000

/** Rows of a span, kept up to date: only what is new is asked for. */
export function useActivity(load: (span: Span, sinceUs: number, signal: AbortSignal) => Promise<ActivityRows>): {
  span: Ref<Span>
  activity: Resource<Activity>
} {
  const span = ref<Span>('hour')
  let known: Activity | undefined

  const activity = useResource(
    async (signal) => {
      const asked = span.value
      known = joined(known, await load(asked, known?.timesUs.at(-1) ?? 0, signal), asked)
      return known
    },
    [],
    { immediate: true },
  )
  watch(span, () => {
    known = undefined
    void activity.reload()
  })
  usePolling(activity.reload, STEP_MS)
  return { span, activity }
}
