import { useI18n } from 'vue-i18n'

import { nameIn, useMachines } from '@/desk/machines'
import type { Kind } from '@/desk/steps'
import { useLocale } from '@/texts/locale'

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Names of states and steps from the platform's tables, and of roles and outcomes from the dictionary. */
export function useDeskNames() {
  const i18n = useI18n()
  const { pick } = useLocale()
  const { machines, load } = useMachines()
  void load()

  const known = (group: string, id: string): string =>
    i18n.te(`desk.${group}.${id}`) ? i18n.t(`desk.${group}.${id}`) : id.replaceAll('_', ' ')
  const named = (kind: Kind, of: 'states' | 'actions', id: string): string => {
    const found = nameIn(machines.value.get(kind), of, id)
    if (found) return pick(found.name_zh, found.name_en)
    // What is noted in an object's log without being a step of its life has its name in the dictionary.
    return known(of === 'actions' ? 'action' : 'state', id)
  }
  return {
    state: (kind: Kind, id: string) => named(kind, 'states', id),
    states: (kind: Kind) => machines.value.get(kind)?.states ?? [],
    action: (kind: Kind, id: string) => capital(named(kind, 'actions', id)),
    role: (id: string) => known('role', id),
    outcome: (id: string) => known('outcome', id),
    kind: (id: string) => known('kind', id),
    stage: (id: string) => known('stage', id),
    /** Who took a step: an account by its name, a node by the beginning of its key. */
    actor: (name: string) => (name.startsWith('node:') ? `${known('role', 'node')} ${name.slice(5, 13)}…` : name),
  }
}
