import { useI18n } from 'vue-i18n'

/** Names of the desk's states, actions, roles and outcomes; what the dictionary does not know keeps its identifier. */
export function useDeskNames() {
  const i18n = useI18n()
  const known = (group: string, id: string): string =>
    i18n.te(`desk.${group}.${id}`) ? i18n.t(`desk.${group}.${id}`) : id.replaceAll('_', ' ')
  return {
    state: (id: string) => known('state', id),
    action: (id: string) => known('action', id),
    role: (id: string) => known('role', id),
    outcome: (id: string) => known('outcome', id),
    kind: (id: string) => known('kind', id),
  }
}
