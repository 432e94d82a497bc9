import { bodyOfCall, useApi } from '@/api/client'
import { useResource, type Resource } from '@/api/resource'
import type { PoolRules } from '@/city/suppliers/shapes'
import { useAreaName } from '@/session/area-name'
import { useFormat } from '@/texts/use-format'

export interface Pool {
  readonly rules: Resource<PoolRules>
  /** The name of a scenario by its id. */
  scenario: (id: string) => string
  /** A range of prices in words; empty where neither end is told. */
  price: (from: number | null | undefined, to: number | null | undefined) => string
  area: (code: string) => string
}

/** The pool's rules and scenarios, with what pages say of prices and areas. */
export function usePool(): Pool {
  const api = useApi()
  const { pick, fen } = useFormat()
  const area = useAreaName()
  const rules = useResource((signal) => bodyOfCall(api.GET('/api/suppliers/rules', { signal })))
  return {
    rules,
    scenario: (id) => {
      const found = rules.data.value?.scenarios.find((one) => one.id === id)
      return found ? pick(found.name_zh, found.name_en) : id
    },
    price: (from, to) => {
      if (from == null && to == null) return ''
      if (from == null) return `≤ ${fen(to ?? null)}`
      if (to == null) return `≥ ${fen(from)}`
      return from === to ? fen(from) : `${fen(from)} – ${fen(to)}`
    },
    area,
  }
}
