import type { ProjectContent } from '@/desk/office/money-shapes'

/** One thing that a requested version says otherwise; `before` or `after` is empty where it is new or taken out. */
export interface ProjectChangeRow {
  what: 'title' | 'starts' | 'ends' | 'contract' | 'milestone' | 'cost'
  /** Which contract, milestone or category; empty for what there is one of. */
  name: string
  before: string
  after: string
}

export interface Wording {
  fen: (amount: number) => string
  date: (day: string) => string
  category: (id: string) => string
  instalment: (id: string) => string
  pick: (zh: string, en: string) => string
}

/** What a requested version changes, in the order in which a project is told. */
export function changesOf(before: ProjectContent, after: ProjectContent, words: Wording): ProjectChangeRow[] {
  const rows: ProjectChangeRow[] = [
    { what: 'title', name: '', before: before.title_zh, after: after.title_zh },
    { what: 'starts', name: '', before: words.date(before.starts_on), after: words.date(after.starts_on) },
    { what: 'ends', name: '', before: words.date(before.ends_on), after: words.date(after.ends_on) },
    ...paired(
      'contract',
      before.contracts,
      after.contracts,
      ({ number }) => number,
      ({ number }) => number,
      (one) => [one.supplier, words.date(one.signed_on), words.fen(one.amount_fen)].join(' · '),
    ),
    ...paired(
      'milestone',
      before.milestones,
      after.milestones,
      ({ key }) => key,
      (one) => words.pick(one.name_zh, one.name_en || one.name_zh),
      (one) =>
        [
          words.pick(one.name_zh, one.name_en || one.name_zh),
          words.date(one.due_on),
          words.fen(one.amount_fen),
          one.instalment ? words.instalment(one.instalment) : '',
        ]
          .filter(Boolean)
          .join(' · '),
    ),
    ...paired(
      'cost',
      before.costs,
      after.costs,
      ({ category }) => category,
      ({ category }) => words.category(category),
      ({ amount_fen }) => words.fen(amount_fen),
    ),
  ]
  return rows.filter((row) => row.before !== row.after)
}

function paired<T>(
  what: ProjectChangeRow['what'],
  before: readonly T[],
  after: readonly T[],
  keyOf: (one: T) => string,
  nameOf: (one: T) => string,
  told: (one: T) => string,
): ProjectChangeRow[] {
  const keys = [...new Set([...before, ...after].map(keyOf))]
  return keys.map((key) => {
    const [held, asked] = [before, after].map((all) => all.find((one) => keyOf(one) === key))
    const either = held ?? asked
    return {
      what,
      name: either === undefined ? key : nameOf(either),
      before: held === undefined ? '' : told(held),
      after: asked === undefined ? '' : told(asked),
    }
  })
}
