import { useI18n } from 'vue-i18n'

/** Names of things the platform calls by an identifier; what the dictionary does not know keeps its identifier. */
export function useNames() {
  const i18n = useI18n()
  const known = (key: string, id: string): string => (i18n.te(key) ? i18n.t(key) : id)
  return {
    measure: (id: string) => known(`measure.${id}`, id),
    flag: (id: string) => known(`measure.flags.${id}`, id),
    role: (id: string) => known(`role.${id}`, id),
    level: (id: string) => known(`level.${id}`, id),
    reason: (id: string) => known(`intake.reasons.${id}`, id),
    driverState: (id: string) => known(`intake.states.${id}`, id),
    programmeLevel: (id: string) => known(`programmes.level.${id}`, id),
  }
}
