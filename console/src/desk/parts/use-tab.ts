import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** The tab of a page, kept in its address so that it can be linked to and gone back to. */
export function useTab<Name extends string>(names: readonly Name[], first: Name): WritableComputedRef<Name> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => names.find((name) => name === route.query.tab) ?? first,
    set: (tab) => void router.replace({ query: { ...route.query, tab: tab === first ? undefined : tab } }),
  })
}
