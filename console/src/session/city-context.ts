import { inject, ref, shallowRef, type InjectionKey, type Ref, type ShallowRef } from 'vue'

import { bodyOfCall, type Api } from '@/api/client'
import type { City } from '@/api/types'

/** The city that this platform serves; its time zone is the one in which the console tells time. */
export interface CityContext {
  readonly city: ShallowRef<City | undefined>
  readonly zone: Ref<string>
  load: () => Promise<City>
}

export function createCityContext(api: () => Api): CityContext {
  const city = shallowRef<City>()
  const zone = ref(Intl.DateTimeFormat().resolvedOptions().timeZone)
  let loading: Promise<City> | undefined

  async function fetchCity(): Promise<City> {
    const answer = await bodyOfCall(api().GET('/api/city'))
    city.value = answer
    zone.value = answer.time_zone
    return answer
  }

  return {
    city,
    zone,
    load: () => (loading ??= fetchCity().finally(() => (loading = undefined))),
  }
}

export const CITY: InjectionKey<CityContext> = Symbol('city')

export function useCity(): CityContext {
  const context = inject(CITY)
  if (!context) throw new Error('the city is provided by main.ts')
  return context
}
