import { onScopeDispose, ref, type Ref } from 'vue'

/** Whether the screen is too narrow for a table of many columns. */
export function useNarrow(): Ref<boolean> {
  const query = window.matchMedia('(width <= 720px)')
  const narrow = ref(query.matches)
  const changed = (): void => {
    narrow.value = query.matches
  }
  query.addEventListener('change', changed)
  onScopeDispose(() => {
    query.removeEventListener('change', changed)
  })
  return narrow
}
