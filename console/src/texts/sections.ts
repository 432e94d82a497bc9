import type { Figure } from '@/api/types'

/** A group of figures as the page shows it; `title` is a key of the texts. */
export interface FigureGroup {
  title: string
  figures: Figure[]
}

export const MACHINE_TITLE = 'section.machine'
const OTHER_TITLE = 'section.other'

/** In the order of the page; a list, since an object would put the key '0' first. */
const TITLES: readonly (readonly [section: string, title: string])[] = [
  ['1.1', 'section.s11'],
  ['1.2', 'section.s12'],
  ['1.3', 'section.s13'],
  ['1.4', 'section.s14'],
  ['0', 'section.s0'],
]

/** Figures by the reply's sections, those proven by machines (M01, …) first. */
export function groupFigures(figures: readonly Figure[]): FigureGroup[] {
  const order = [MACHINE_TITLE, ...TITLES.map(([, title]) => title), OTHER_TITLE]
  const groups = new Map<string, Figure[]>(order.map((title) => [title, []]))
  for (const figure of figures) groups.get(titleOf(figure))?.push(figure)
  return [...groups].filter(([, members]) => members.length).map(([title, members]) => ({ title, figures: members }))
}

function titleOf(figure: Figure): string {
  if (figure.id.startsWith('M')) return MACHINE_TITLE
  return TITLES.find(([section]) => section === figure.section)?.[1] ?? OTHER_TITLE
}
