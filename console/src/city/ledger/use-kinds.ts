import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

import { bodyOfCall, useApi } from '@/api/client'
import { useResource } from '@/api/resource'
import type { Entry, Field, FieldContent, Kind } from '@/city/ledger/shapes'
import { useCity } from '@/session/city-context'
import { useFormat } from '@/texts/use-format'

/** The kinds that the ledger keeps, and how their entries, fields and areas are called. */
export function useKinds() {
  const api = useApi()
  const { t } = useI18n()
  const { pick, decimal, date, unit, fen } = useFormat()
  const { city } = useCity()
  const resource = useResource(async (signal) => (await bodyOfCall(api.GET('/api/ledger/kinds', { signal }))).kinds)
  const kinds = computed(() => (resource.data.value ?? []).filter((kind) => kind.book === 'ledger'))
  const kindOf = (id: string): Kind | undefined => kinds.value.find((kind) => kind.id === id)
  const nameOf = (id: string): string => {
    const kind = kindOf(id)
    return kind ? pick(kind.name_zh, kind.name_en) : id
  }
  const fieldName = (field: Field): string => pick(field.name_zh, field.name_en)
  const fieldUnit = (field: Field): string => pick(field.unit_zh ?? '', field.unit_en ?? '')

  function choiceName(field: Field, id: string): string {
    const choice = field.choices.find((one) => one.id === id)
    return choice ? pick(choice.name_zh, choice.name_en) : id
  }

  function fieldText(field: Field, value: FieldContent | undefined): string {
    if (value === undefined) return ''
    if (typeof value === 'boolean') return t(value ? 'bureau.ledger.yes' : 'bureau.ledger.no')
    if (Array.isArray(value)) return value.map((one) => choiceName(field, one)).join(pick('、', ', '))
    if (field.type === 'choice') return choiceName(field, value)
    if (field.type === 'date') return date(value)
    if (field.type === 'number' || field.type === 'money') return `${decimal(value)} ${fieldUnit(field)}`.trim()
    return value
  }

  function kindUnit(kind: Kind | undefined): string {
    if (kind?.unit === 'CNY') return pick('元', 'yuan')
    return kind ? pick(kind.unit_zh ?? unit(kind.unit), kind.unit_en ?? unit(kind.unit)) : ''
  }

  /** An amount of a kind with its unit; money in the words that people use for it. */
  function amountText(kind: Kind | undefined, quantity: string): string {
    if (kind?.unit === 'CNY') return fen(Math.round(Number(quantity) * 100))
    return `${decimal(quantity)} ${kindUnit(kind)}`.trim()
  }

  function quantityText(entry: Entry): string {
    if (entry.quantity === null) return ''
    const kind = kindOf(entry.kind)
    // One that is named is one of its kind: no unit says more.
    const named = entry.subject !== null && (kind?.lists === true || kind?.counts === 'subjects')
    return named ? decimal(entry.quantity) : amountText(kind, entry.quantity)
  }

  function areaName(name: string): string {
    if (city.value?.name_zh === name) return pick(name, city.value.name_en)
    const county = city.value?.counties.find((one) => one.name_zh === name || one.area_code === name)
    return county ? pick(county.name_zh, county.name_en) : name
  }

  function timeText(entry: Entry): string {
    return entry.as_of ? date(entry.as_of) : `${date(entry.period_start)} – ${date(entry.period_end)}`
  }

  return {
    resource,
    kinds,
    kindOf,
    nameOf,
    fieldName,
    fieldUnit,
    fieldText,
    kindUnit,
    amountText,
    quantityText,
    areaName,
    timeText,
  }
}
