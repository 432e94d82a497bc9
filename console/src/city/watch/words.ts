import { onScopeDispose, ref, watch, type Ref } from 'vue'

const PAUSE_MS = 300

/** Words that somebody types, and what is searched for once they pause. */
export function useWords(): { words: Ref<string>; search: Ref<string> } {
  const words = ref('')
  const search = ref('')
  let waiting: ReturnType<typeof setTimeout> | undefined
  watch(words, (now) => {
    clearTimeout(waiting)
    waiting = setTimeout(() => (search.value = now.trim()), PAUSE_MS)
  })
  onScopeDispose(() => {
    clearTimeout(waiting)
  })
  return { words, search }
}
