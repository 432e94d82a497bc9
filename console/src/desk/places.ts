import type { RouteLocationRaw } from 'vue-router'

const PAGES: Record<string, string> = {
  call: 'call',
  application: 'application',
  review: 'review',
  award: 'award',
  project: 'project',
  challenge: 'challenge',
  assessment: 'assessment',
}
const LISTS: Record<string, string> = { disbursement: 'money', clawback: 'money', acceptance: 'projects' }

/** Where an object is worked on: its own page, or the list in which it stands. */
export function placeOf(one: { object_kind: string; object_id: number }): RouteLocationRaw {
  const page = PAGES[one.object_kind]
  return page ? { name: page, params: { id: one.object_id } } : { name: LISTS[one.object_kind] ?? 'recognitions' }
}
