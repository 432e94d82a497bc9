import { computed } from 'vue'

import { bodyOfCall, useApi } from '@/api/client'
import { useResource } from '@/api/resource'
import { useLocale } from '@/texts/locale'

/** The rules of factor requests with the names that they give to factors and urgencies. */
export function useFactorRules() {
  const api = useApi()
  const { pick } = useLocale()
  const rules = useResource((signal) => bodyOfCall(api.GET('/api/factor-requests/rules', { signal })))
  const named = (list: 'factors' | 'urgencies', id: string): string => {
    const found = rules.data.value?.[list].find((one) => one.id === id)
    return found ? pick(found.name_zh, found.name_en) : id
  }
  return {
    rules,
    factors: computed(() => rules.data.value?.factors ?? []),
    urgencies: computed(() => rules.data.value?.urgencies ?? []),
    factor: (id: string) => named('factors', id),
    urgency: (id: string) => named('urgencies', id),
  }
}

/** The departments, with the name of each by its id. */
export function useDepartments() {
  const api = useApi()
  const { pick } = useLocale()
  const list = useResource(async (signal) => (await bodyOfCall(api.GET('/api/departments', { signal }))).departments)
  return {
    departments: computed(() => list.data.value ?? []),
    department: (id: string): string => {
      const found = list.data.value?.find((one) => one.id === id)
      return found ? pick(found.name_zh, found.name_en) : id
    },
  }
}
