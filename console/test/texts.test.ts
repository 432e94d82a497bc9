import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { draftFault, emptyDraft, entryOf } from '@/parts/ledger-draft'
import { safeNext } from '@/router'
import { passwordFault } from '@/session/password-rule'
import en from '@/texts/en'
import { figureText } from '@/texts/figure-text'
import { preferredLocale } from '@/texts/locale'
import { fractionText, quantityText } from '@/texts/measure-text'
import { paragraphKind } from '@/texts/reply-text'
import { groupFigures } from '@/texts/sections'
import zh from '@/texts/zh'

function leaves(tree: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'string' ? [[`${path}${key}`, value] as const] : [...leaves(value as object, `${path}${key}.`)],
    ),
  )
}

describe('the two languages', () => {
  const [english, chinese] = [leaves(en), leaves(zh)]

  it('have the same texts with the same places to fill', () => {
    expect([...chinese.keys()]).toEqual([...english.keys()])
    const places = (text = ''): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
    for (const [key, text] of english) expect(places(chinese.get(key)), key).toEqual(places(text))
  })

  it('leave no text empty', () => {
    for (const [key, text] of [...english, ...chinese]) expect(text.trim(), key).not.toBe('')
  })

  it('have every text that a page asks for by its name', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /\.(vue|ts)$/.test(name))
    const asked = sources.flatMap((name) =>
      [...readFileSync(join('src', name), 'utf8').matchAll(/\bt\(\s*([^(),{]*)/g)].flatMap(([, first = '']) =>
        [...first.matchAll(/'([a-z]\w*(?:\.\w+)+)'/g)].map(([, key = '']) => ({ key, name })),
      ),
    )
    expect(asked.length).toBeGreaterThan(1000)
    expect(asked.filter(({ key }) => !english.has(key))).toEqual([])
  })

  it('are chosen by the person, then by the browser, then Chinese', () => {
    const kept = (value: string | null) => ({ getItem: () => value })
    expect(preferredLocale(kept('en'), ['zh-CN'])).toBe('en')
    expect(preferredLocale(kept(null), ['fr', 'en-US'])).toBe('en')
    expect(preferredLocale(kept('xx'), ['fr'])).toBe('zh')
  })
})

describe('figures', () => {
  const figure = (over: object) => ({
    value: '17',
    low: null,
    high: null,
    unit: 'enterprises',
    unit_zh: '家',
    qualifier: 'exact' as const,
    ...over,
  })

  it('say what kind of number they are', () => {
    expect(figureText(figure({}), 'zh')).toEqual({ value: '17', unit: '家' })
    expect(figureText(figure({ qualifier: 'at_least' }), 'en').prefix).toBe('city.atLeast')
    expect(figureText(figure({ qualifier: 'named_examples_only' }), 'en').prefix).toBe('city.namedOnly')
    expect(figureText(figure({ value: null, qualifier: 'range', low: '80', high: '100' }), 'en').value).toBe('80 – 100')
    expect(figureText(figure({ value: null }), 'en').value).toBeNull()
  })

  it('count money as their readers do', () => {
    const hundredMillions = { unit: '100 million yuan', unit_zh: '亿元' }
    expect(figureText(figure({ value: '14.52', ...hundredMillions }), 'zh')).toEqual({ value: '14.52', unit: '亿元' })
    expect(figureText(figure({ value: '14.52', ...hundredMillions }), 'en')).toEqual({
      value: '1,452',
      unit: 'million yuan',
    })
    expect(figureText(figure({ value: '0.123', ...hundredMillions }), 'en').value).toBe('12.3')
    const tenThousands = { unit: '10 thousand yuan', unit_zh: '万元' }
    expect(figureText(figure({ value: '1200', ...tenThousands }), 'en').value).toBe('12')
    expect(figureText(figure({ value: '5', ...tenThousands }), 'en').value).toBe('0.05')
  })

  it('stand in the order of the reply, those proven by machines first', () => {
    const listed = ['0', '1.4', '1.1', '9.9', 'M'].map((section) => ({ id: section === 'M' ? 'M01' : 'F01', section }))
    expect(groupFigures(listed as never).map(({ title }) => title)).toEqual([
      'section.machine',
      'section.s11',
      'section.s14',
      'section.s0',
      'section.other',
    ])
  })
})

describe('measures', () => {
  it('are percentages or quantities with their unit', () => {
    expect(quantityText({ value: 0.8, unit: '1' }, 'en')).toBe('80%')
    expect(quantityText({ value: 1384.25, unit: 'kW.h' }, 'en')).toBe('1,384.25 kWh')
    expect(quantityText({ value: null, unit: 'kW.h' }, 'en')).toBe('–')
  })

  it('show what was divided by what, times as times', () => {
    expect(fractionText('availability', 27_000, 28_800, 'en')).toEqual(['7 h 30 min', '8 h'])
    expect(fractionText('quality_ratio', 3314, 3386, 'en')).toEqual(['3,314', '3,386'])
  })
})

describe('the reply', () => {
  it('tells headings from text', () => {
    const plain = (text: string) => ({ segments: [{ text, figure_id: null }] })
    expect(paragraphKind(plain('一、工作推进情况'))).toBe('heading')
    expect(paragraphKind(plain('进一步加大技改转型奖补支持力度。'))).toBe('text')
    expect(paragraphKind({ segments: [{ text: '12家', figure_id: 'F24' }] })).toBe('text')
  })
})

describe('a ledger entry', () => {
  const named = { id: 'k', name_zh: '', name_en: '', counts: 'subjects' as const, unit: '1' }
  const summed = { ...named, counts: 'quantity' as const, unit: '1' }
  const draft = { ...emptyDraft('k', '咸宁市', '2026-11-24'), source: '某文件' }

  it('of a kind counted by name needs a name and no quantity', () => {
    expect(draftFault(draft, named)).toEqual({ key: 'needs', fields: ['subject'] })
    const entry = entryOf({ ...draft, subject: ' 某厂 ', quantity: '7' }, named)
    expect(entry).toMatchObject({ subject: '某厂', quantity: null, counting: 'individual', date: '2026-11-24' })
  })

  it('in bulk needs a quantity and no name', () => {
    const bulk = { ...draft, counting: 'bulk' as const, subject: '某厂' }
    expect(draftFault(bulk, named)).toEqual({ key: 'needs', fields: ['quantity'] })
    expect(entryOf({ ...bulk, quantity: '15' }, named)).toMatchObject({
      subject: null,
      quantity: '15',
      counting: 'bulk',
    })
  })

  it('takes exact quantities only, and spans that go forward', () => {
    expect(draftFault({ ...draft, quantity: '4,2' }, summed)).toEqual({ key: 'badQuantity' })
    expect(draftFault({ ...draft, quantity: '4.2' }, summed)).toBeUndefined()
    const span = { ...draft, quantity: '1', timing: 'span' as const, from: '2026-02-01', until: '2026-01-01' }
    expect(draftFault(span, summed)).toEqual({ key: 'backwards' })
  })
})

describe('signing in', () => {
  it('goes on only to addresses of the console itself', () => {
    expect(safeNext('/claims/1?tab=x')).toBe('/claims/1?tab=x')
    expect(safeNext('//elsewhere.test')).toBe('/')
    expect(safeNext('https://elsewhere.test')).toBe('/')
    expect(safeNext(undefined)).toBe('/')
  })

  it('refuses a password that is short, the old one, or mistyped', () => {
    expect(passwordFault('old', '短', '短')).toBe('short')
    expect(passwordFault('a long old one', 'a long old one', 'a long old one')).toBe('same')
    expect(passwordFault('old', 'a long new one', 'a long nwe one')).toBe('differ')
    expect(passwordFault('old', 'a long new one', 'a long new one')).toBeUndefined()
  })
})
