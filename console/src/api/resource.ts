import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from 'vue'

import { asProblem, isAbort, type Problem } from '@/api/problem'

/** Something loaded from the platform. `data` stays in place while it is loaded again, so pages do not jump. */
export interface Resource<T> {
  readonly data: ShallowRef<T | undefined>
  readonly problem: ShallowRef<Problem | undefined>
  readonly loading: Ref<boolean>
  reload: () => Promise<void>
}

/** Loads now and whenever a source changes; a newer load ends the one under way. */
export function useResource<T>(
  load: (signal: AbortSignal) => Promise<T>,
  sources: WatchSource[] = [],
  options: { immediate?: boolean } = {},
): Resource<T> {
  const data = shallowRef<T>()
  const problem = shallowRef<Problem>()
  const loading = ref(false)
  let running: AbortController | undefined

  async function reload(): Promise<void> {
    running?.abort()
    const current = (running = new AbortController())
    loading.value = true
    try {
      const loaded = await load(current.signal)
      if (current !== running) return
      data.value = loaded
      problem.value = undefined
    } catch (thrown) {
      if (current === running && !isAbort(thrown)) problem.value = asProblem(thrown)
    } finally {
      if (current === running) loading.value = false
    }
  }

  if (sources.length) watch(sources, reload)
  if (options.immediate ?? true) void reload()
  onScopeDispose(() => {
    running?.abort()
    running = undefined
  })
  return { data, problem, loading, reload }
}

/** Calls `task` every `periodMs` while the page is visible: a hidden console asks for nothing. */
export function usePolling(task: () => Promise<void>, periodMs: number): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false

  async function turn(): Promise<void> {
    if (!document.hidden) await task()
    if (!stopped) timer = setTimeout(turn, periodMs)
  }

  timer = setTimeout(turn, periodMs)
  onScopeDispose(() => {
    stopped = true
    clearTimeout(timer)
  })
}
