import { bodyOfCall, useApi } from '@/api/client'
import { useResource, type Resource } from '@/api/resource'
import type { components } from '@/api/schema'

/** The enterprises that one may see; without `immediate` they are loaded when somebody reloads them. */
export function useEnterprises(
  options: { immediate?: boolean } = {},
): Resource<components['schemas']['EnterpriseView'][]> {
  const api = useApi()
  return useResource(
    async (signal) => (await bodyOfCall(api.GET('/api/enterprises', { signal }))).enterprises,
    [],
    options,
  )
}
