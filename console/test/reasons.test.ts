import { describe, expect, it } from 'vitest'

import { byRank } from '@/desk/life/ranks'
import type { ApplicationRow } from '@/desk/life/shapes'
import { partsOf, shortId } from '@/texts/reason-parts'

const CLAIM = '1a2b3c4d-0000-4000-8000-0123456789ab'

describe('a reason that speaks of a claim', () => {
  it('sets the claim apart and leaves its days to its name', () => {
    const said = `Claim ${CLAIM} (2026-11-01..2026-11-29): 4/5 = 0.8000 meets the required >= 0.6.`
    expect(partsOf(said)).toEqual([
      { text: 'Claim ' },
      { text: '', claim: CLAIM },
      { text: ': 4/5 = 0.8000 meets the required >= 0.6.' },
    ])
    expect(partsOf(`凭证 ${CLAIM}(2026-11-01..2026-11-29):4/5`).at(-1)).toEqual({ text: ':4/5' })
    expect(shortId(CLAIM)).toBe('1a2b3c4d')
  })

  it('keeps every word of a reason without one', () => {
    expect(partsOf('未提交:申报书。')).toEqual([{ text: '未提交:申报书。' }])
  })
})

describe('applications of one call', () => {
  const ranked = (id: number, ranks: Record<string, number>): ApplicationRow =>
    ({ id, ranks: Object.entries(ranks).map(([office, rank]) => ({ office, rank })) }) as ApplicationRow

  it('stand as the highest office that ranked them has them, those without a place behind', () => {
    const rows = [ranked(1, {}), ranked(2, { county: 1 }), ranked(3, { county: 2, city: 1 }), ranked(4, { county: 3 })]
    expect(rows.sort(byRank).map(({ id }) => id)).toEqual([3, 2, 4, 1])
  })
})
