import { useResource } from '@/api/resource'
import { useDeskApi } from '@/desk/api'
import type { CallRow, Publicity, Recognition } from '@/desk/life/shapes'
import { useDeskNames } from '@/desk/names'
import type { AcceptanceDetail, AwardRow } from '@/desk/office/money-shapes'
import { OBJECT_OF, type DocumentKind } from '@/desk/papers/shapes'
import { useFormat } from '@/texts/use-format'

interface Choice {
  id: number
  name: string
}

/** What a document of a kind can be about, by its names; an office knows objects by those and not by numbers. */
export function useDocumentObjects(kind: () => DocumentKind, isAsked: () => boolean) {
  const desk = useDeskApi()
  const names = useDeskNames()
  const { pick, fen, date } = useFormat()

  async function choices(signal: AbortSignal): Promise<Choice[]> {
    switch (OBJECT_OF[kind()]) {
      case 'call': {
        const { calls } = await desk.get<{ calls: CallRow[] }>('/api/calls', {}, signal)
        return calls.map((one) => ({ id: one.id, name: pick(one.title_zh, one.title_en) }))
      }
      case 'publicity': {
        const { publicities } = await desk.get<{ publicities: Publicity[] }>('/api/publicity', {}, signal)
        return publicities.map((one) => ({
          id: one.id,
          name: `${pick(one.title_zh, one.title_en)} · ${date(one.opens_on)}`,
        }))
      }
      case 'award': {
        const { awards } = await desk.get<{ awards: AwardRow[] }>('/api/awards', {}, signal)
        return awards.map((one) => ({
          id: one.id,
          name: `${pick(one.enterprise_zh, one.enterprise_en)} · ${fen(one.amount_fen)} · ${names.state('award', one.state)}`,
        }))
      }
      case 'acceptance': {
        const { acceptances } = await desk.get<{ acceptances: AcceptanceDetail[] }>('/api/acceptances', {}, signal)
        return acceptances.map((one) => ({
          id: one.id,
          name: `${pick(one.enterprise_zh, one.enterprise_en)} · ${pick(one.title_zh, one.title_en || one.title_zh)} · ${names.state('acceptance', one.state)}`,
        }))
      }
      case 'recognition': {
        const { recognitions } = await desk.get<{ recognitions: Recognition[] }>('/api/recognitions', {}, signal)
        return recognitions.map((one) => ({
          id: one.id,
          name: `${pick(one.enterprise_zh, one.enterprise_en)} · ${one.number}`,
        }))
      }
    }
  }

  return useResource<Choice[]>((signal) => (isAsked() ? choices(signal) : Promise.resolve([])), [kind, isAsked])
}
