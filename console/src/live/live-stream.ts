import { onScopeDispose, ref, shallowRef, triggerRef, type Ref, type ShallowRef } from 'vue'

import { LatestPoints, readMessage } from '@/live/live-points'

export type StreamState = 'connecting' | 'streaming' | 'lost'

export interface LiveStream {
  readonly state: Ref<StreamState>
  /** Replaced in place and triggered at most every `PAINT_MS`: a thousand updates a second paint four times. */
  readonly latest: ShallowRef<LatestPoints>
  /** Series that changed since the last paint, for a short flash. */
  readonly changed: ShallowRef<Set<number>>
}

const PAINT_MS = 250
const RETRY_MS = 3_000

/** Follows the live values of an enterprise for as long as the component stands. */
export function useLiveStream(url: string): LiveStream {
  const state = ref<StreamState>('connecting')
  const latest = shallowRef(new LatestPoints())
  const changed = shallowRef(new Set<number>())
  let pending = new Set<number>()
  let source: EventSource | undefined
  let retry: ReturnType<typeof setTimeout> | undefined

  function take(event: MessageEvent<string>): void {
    const message = readMessage(event.data)
    if (!message) return
    state.value = 'streaming'
    for (const series of latest.value.merge(message.points)) pending.add(series)
  }

  function connect(): void {
    source = new EventSource(url)
    source.addEventListener('snapshot', take)
    source.addEventListener('update', take)
    source.onerror = () => {
      state.value = 'lost'
      // The browser tries again by itself unless the answer was a refusal; then it is up to us.
      if (source?.readyState === EventSource.CLOSED) retry = setTimeout(connect, RETRY_MS)
    }
  }

  const paint = setInterval(() => {
    if (!pending.size) return
    changed.value = pending
    pending = new Set()
    triggerRef(latest)
  }, PAINT_MS)

  connect()
  onScopeDispose(() => {
    clearInterval(paint)
    clearTimeout(retry)
    source?.close()
  })
  return { state, latest, changed }
}
