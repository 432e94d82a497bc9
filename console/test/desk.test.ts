import { describe, expect, it } from 'vitest'

import { noAnswers, progressOf, ratioFault, ratioShare, sameAnswers, toggled } from '@/desk/assessment/draft'
import { daysUntil, urgencyOf } from '@/desk/deadline'
import { gapsOf, shareOf, type ScoreNode } from '@/desk/score'
import { twoLines } from '@/desk/chart-options'
import { toneOf, toneOfAction } from '@/desk/tone'
import { fenOf, formatFen, yuanText } from '@/texts/money'

describe('money', () => {
  it('is told in 万元 where nothing is lost by it, in yuan otherwise', () => {
    expect(formatFen(100_000_000, 'zh')).toBe('100 万元')
    expect(formatFen(12_340_000, 'zh')).toBe('12.34 万元')
    expect(formatFen(12_345_678, 'zh')).toBe('123,456.78 元')
    expect(formatFen(99, 'zh')).toBe('0.99 元')
    expect(formatFen(-100_000_000, 'zh')).toBe('−100 万元')
    expect(formatFen(100_000_000, 'en')).toBe('CNY 1,000,000')
    expect(formatFen(null, 'en')).toBe('–')
  })

  it('keeps every fen of amounts beyond what a float of yuan would', () => {
    expect(formatFen(9_007_199_254_740_991, 'en')).toBe('CNY 90,071,992,547,409.91')
    expect(fenOf('90071992547409.91')).toBe(9_007_199_254_740_991)
  })

  it('is typed in yuan or 万, and refused when it is no whole number of fen', () => {
    expect(fenOf('1,234.5')).toBe(123_450)
    expect(fenOf('12.3456万')).toBe(12_345_600)
    expect(fenOf('30万元')).toBe(30_000_000)
    expect(fenOf('1.005')).toBeUndefined()
    expect(fenOf('1,23')).toBeUndefined()
    expect(fenOf('-5')).toBeUndefined()
    expect(fenOf('')).toBeUndefined()
  })

  it('comes back into a field as it was typed', () => {
    for (const fen of [0, 1, 10, 100, 12_345, 100_000_000]) expect(fenOf(yuanText(fen))).toBe(fen)
    expect(yuanText(null)).toBe('')
  })
})

describe('a deadline', () => {
  it('counts whole days of the calendar, whatever the clocks do between', () => {
    expect(daysUntil('2026-03-01', '2026-03-31')).toBe(30)
    expect(daysUntil('2026-03-31', '2026-03-30')).toBe(-1)
  })

  it('is urgent within a week', () => {
    expect(urgencyOf('2026-03-31', '2026-03-30')).toBe('past')
    expect(urgencyOf('2026-03-31', '2026-03-31')).toBe('today')
    expect(urgencyOf('2026-03-31', '2026-04-07')).toBe('soon')
    expect(urgencyOf('2026-03-31', '2026-04-08')).toBe('later')
  })
})

describe('a questionnaire', () => {
  const options = [
    { id: 'none', exclusive: true },
    { id: 'a', exclusive: false },
    { id: 'b', exclusive: false },
  ]
  const tick = (...ids: string[]) =>
    ids.reduce<ReturnType<typeof toggled> | undefined>((answer, id) => {
      const option = options.find((one) => one.id === id)
      return option && toggled(answer, option, options)
    }, undefined)

  it('lets "none of these" and the others put each other out', () => {
    expect(tick('b', 'a')).toEqual({ options: ['a', 'b'] })
    expect(tick('a', 'none')).toEqual({ options: ['none'] })
    expect(tick('none', 'b')).toEqual({ options: ['b'] })
    expect(tick('a', 'a')).toEqual({ options: [] })
  })

  it('says what is wrong with a ratio before it is sent', () => {
    expect(ratioFault('', '')).toBeUndefined()
    expect(ratioFault('41', '100')).toBeUndefined()
    expect(ratioFault('41', '')).toBe('number')
    expect(ratioFault('41 %', '100')).toBe('number')
    expect(ratioFault('0', '0')).toBe('zero')
    expect(ratioFault('101', '100')).toBe('over')
    expect(ratioShare({ numerator: '41', denominator: '100' })).toBe(0.41)
    expect(ratioShare({ numerator: '0', denominator: '0' })).toBeNull()
  })

  it('knows how far it has come; ticking none is an answer too', () => {
    const answers = { ...noAnswers(), items: { network: { options: [] } }, scenarios: { design: 0 } }
    const asked = { items: ['network', 'security'], scenarios: ['design', 'sales'], requirements: [] }
    expect(progressOf(answers, asked)).toEqual({ answered: 2, asked: 4 })
  })

  it('has nothing to save when the same is said in another order', () => {
    const one = { ...noAnswers(), scenarios: { a: 1, b: 2 } }
    expect(sameAnswers(one, { ...noAnswers(), scenarios: { b: 2, a: 1 } })).toBe(true)
    expect(sameAnswers(one, { ...noAnswers(), scenarios: { a: 1, b: 3 } })).toBe(false)
  })
})

describe('a score', () => {
  const node = (id: string, score: string | null, of: string, children: ScoreNode[] = []): ScoreNode => ({
    id,
    name_zh: id,
    name_en: id,
    score,
    of,
    children,
  })

  it('leaves its gaps in the order of the points they cost', () => {
    const tree = [node('root', '10', '20', [node('a', '5', '8'), node('b', null, '6'), node('c', '6', '6')])]
    expect(gapsOf(tree).map((gap) => [gap.node.id, gap.missing])).toEqual([
      ['b', 6],
      ['a', 3],
    ])
  })

  it('is no share where nothing was answered or nothing can be reached', () => {
    expect(shareOf(node('a', null, '6'))).toBeNull()
    expect(shareOf(node('a', '0', '0'))).toBeNull()
    expect(shareOf(node('a', '3', '6'))).toBe(0.5)
  })
})

describe('a state', () => {
  it('has a tone, and so has what leads on', () => {
    expect(toneOf('rejected')).toBe('bad')
    expect(toneOf('returned')).toBe('warn')
    expect(toneOf('in_review')).toBe('')
    expect(toneOfAction('submit')).toBe('primary')
    expect(toneOfAction('reject')).toBe('danger')
    expect(toneOfAction('not_recommend')).toBe('danger')
  })
})

describe('names beside pictures', () => {
  it('stand in two lines of whole words where one has no room', () => {
    expect(twoLines('Network')).toBe('Network')
    expect(twoLines('Business links with automatic data collection')).toBe(
      'Business links with\nautomatic data collection',
    )
    expect(twoLines('Information systems', 12)).toBe('Information\nsystems')
    // Chinese has no spaces: what is too long is cut by the picture.
    expect(twoLines('本地或云端信息系统覆盖的业务环节')).toBe('本地或云端信息系统覆盖的业务环节')
  })
})
