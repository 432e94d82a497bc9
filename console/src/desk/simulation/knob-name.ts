import { useI18n } from 'vue-i18n'

import type { Knob } from '@/desk/simulation/knobs'
import { useLocale } from '@/texts/locale'

/** What a changeable number is called in the language on screen. */
export function useKnobName(): (knob: Knob) => string {
  const { t } = useI18n()
  const { pick } = useLocale()
  return (knob) => t(`desk.simulation.what.${knob.what}`, { name: pick(knob.zh, knob.en), at: knob.at })
}
