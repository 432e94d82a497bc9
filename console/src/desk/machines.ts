import { inject, shallowRef, type InjectionKey, type ShallowRef } from 'vue'

import type { Api } from '@/api/client'
import { createDeskApi } from '@/desk/api'

interface Named {
  id: string
  name_zh: string
  name_en: string
}

export interface MachineNames {
  kind: string
  states: Named[]
  actions: Named[]
}

/** The names of all states and steps, as the platform's own tables give them; asked for once. */
export interface MachineContext {
  readonly machines: ShallowRef<ReadonlyMap<string, MachineNames>>
  load: () => Promise<void>
}

export function createMachineContext(api: () => Api): MachineContext {
  const machines = shallowRef<ReadonlyMap<string, MachineNames>>(new Map())
  let loading: Promise<void> | undefined

  async function fetchMachines(): Promise<void> {
    const answer = await createDeskApi(api()).get<{ machines: MachineNames[] }>('/api/machines')
    machines.value = new Map(answer.machines.map((machine) => [machine.kind, machine]))
  }

  return {
    machines,
    load: () =>
      (loading ??= fetchMachines().catch(() => {
        loading = undefined // Names are worth another try; without them identifiers stand in their place.
      })),
  }
}

export const MACHINES: InjectionKey<MachineContext> = Symbol('machines')

export function useMachines(): MachineContext {
  const context = inject(MACHINES)
  if (!context) throw new Error('the machines are provided by main.ts')
  return context
}

export function nameIn(machine: MachineNames | undefined, of: 'states' | 'actions', id: string): Named | undefined {
  return machine?.[of].find((one) => one.id === id)
}
