import { daysUntil } from '@/desk/deadline'
import type { Investment, Milestone } from '@/city/investments/shapes'

/** How a milestone stands, in the order of the legend. */
export const MARK_STATES = ['done', 'late', 'overdue', 'planned'] as const
export type MarkState = (typeof MARK_STATES)[number]

export function markStateOf(milestone: Pick<Milestone, 'actual_on' | 'late' | 'overdue'>): MarkState {
  if (milestone.actual_on) return milestone.late ? 'late' : 'done'
  return milestone.overdue ? 'overdue' : 'planned'
}

export interface TimeSpan {
  first: string
  last: string
  /** Where a day stands between the two, from 0 to 1. */
  share: (day: string) => number
}

const MOST_LABELS = 7

/** From the first to the last day of all milestones and today, with a little room on both sides. */
export function spanOf(projects: readonly Pick<Investment, 'milestones'>[], today: string): TimeSpan {
  const days = projects
    .flatMap(({ milestones }) => milestones.flatMap(({ planned_on, actual_on }) => [planned_on, actual_on]))
    .filter((day): day is string => day !== null)
  const sorted = [...days, today].sort()
  const first = shifted(sorted[0] ?? today, -15)
  const last = shifted(sorted.at(-1) ?? today, 45)
  const length = Math.max(daysUntil(first, last), 1)
  return { first, last, share: (day) => Math.min(Math.max(daysUntil(first, day) / length, 0), 1) }
}

/** Beginnings of months within a span, at most a handful: each, or each third, sixth or twelfth. */
export function monthsWithin({ first, last }: TimeSpan): { day: string; label: string }[] {
  const all: string[] = []
  for (let [year, month] = [Number(first.slice(0, 4)), Number(first.slice(5, 7)) + 1]; ; month += 1) {
    const day = new Date(Date.UTC(year, month - 1, 1)).toISOString().slice(0, 10)
    if (day > last) break
    all.push(day)
  }
  const step = [1, 3, 6, 12].find((one) => all.length / one <= MOST_LABELS) ?? 12
  return all.filter((day) => (Number(day.slice(5, 7)) - 1) % step === 0).map((day) => ({ day, label: day.slice(0, 7) }))
}

function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
