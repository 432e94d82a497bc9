import type { Figure } from '@/api/types'

/** A group of figures as the page shows it; `title` is a key of the texts. */
export interface FigureGroup {
  title: string
  figures: Figure[]
}

const TITLES: Record<string, string> = {
  '1.1': 'section.s11',
  '1.2': 'section.s12',
  '1.3': 'section.s13',
  '1.4': 'section.s14',
  '0': 'section.s0',
}

export const MACHINE_TITLE = 'section.machine'

/** Figures by the reply's sections, those proven by machines (M01, …) first. */
export function groupFigures(figures: readonly Figure[]): FigureGroup[] {
  const groups = new Map<string, Figure[]>(
    [MACHINE_TITLE, ...Object.values(TITLES), 'section.other'].map((title) => [title, []]),
  )
  for (const figure of figures) groups.get(titleOf(figure))?.push(figure)
  return [...groups].filter(([, members]) => members.length).map(([title, members]) => ({ title, figures: members }))
}

function titleOf(figure: Figure): string {
  if (figure.id.startsWith('M')) return MACHINE_TITLE
  return TITLES[figure.section] ?? 'section.other'
}
