import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

const TOKENS = readFileSync(join(import.meta.dirname, '../src/styles/tokens.css'), 'utf8')

function coloursOf(selector: string): Map<string, string> {
  const block = TOKENS.slice(TOKENS.indexOf(`${selector} {`)).split('\n}')[0] ?? ''
  return new Map(
    [...block.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{3,6});/g)].map(([, name = '', hex = '']) => [name, hex]),
  )
}

/** Relative luminance of a colour as WCAG 2.2 defines it. */
function luminance(hex: string): number {
  const digits = hex.length === 4 ? hex.slice(1).replace(/./g, '$&$&') : hex.slice(1)
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = parseInt(digits.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [light = 1, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

const PAPER = ['ground', 'sheet', 'sheet-2']
const STANDS_ON: Record<string, string[]> = {
  ink: [...PAPER, 'accent-soft', 'good-soft', 'warn-soft', 'bad-soft', 'document-soft'],
  'ink-2': [...PAPER, 'accent-soft', 'warn-soft', 'bad-soft'],
  'ink-3': PAPER,
  accent: [...PAPER, 'accent-soft'],
  'accent-strong': [...PAPER, 'accent-soft'],
  good: [...PAPER, 'good-soft'],
  warn: [...PAPER, 'warn-soft'],
  bad: [...PAPER, 'bad-soft'],
  document: [...PAPER, 'document-soft'],
  'on-accent': ['accent', 'accent-strong'],
  'rail-ink': ['rail', 'rail-2'],
  'rail-ink-2': ['rail', 'rail-2'],
  mark: ['rail', 'rail-2'],
}

const light = coloursOf(':root')
const SCHEMES = { light, dark: new Map([...light, ...coloursOf('html.dark')]) }

describe.each(Object.entries(SCHEMES))('text by the %s colours', (_, colours) => {
  it.each(Object.entries(STANDS_ON))('%s can be read wherever it stands (WCAG AA, 4.5:1)', (ink, grounds) => {
    const colour = (name: string): string => colours.get(name) ?? `no ${name}`
    const faint = grounds.filter((ground) => !(contrast(colour(ink), colour(ground)) >= 4.5))
    expect(faint).toEqual([])
  })
})
