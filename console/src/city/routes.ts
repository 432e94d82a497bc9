import type { RouteRecordRaw } from 'vue-router'

import { COVERAGE_ROUTES, COVERAGE_SECTIONS } from '@/city/coverage/routes'
import { INVESTMENTS_ROUTES, INVESTMENTS_SECTIONS } from '@/city/investments/routes'
import { LEDGER_ROUTES, LEDGER_SECTIONS } from '@/city/ledger/routes'
import { PROPOSALS_ROUTES, PROPOSALS_SECTIONS } from '@/city/proposals/routes'
import { PUBLICATIONS_ROUTES, PUBLICATIONS_SECTIONS } from '@/city/publications/routes'
import { STATISTICS_ROUTES, STATISTICS_SECTIONS } from '@/city/statistics/routes'
import { SUPPLIERS_ROUTES, SUPPLIERS_SECTIONS } from '@/city/suppliers/routes'
import { WATCH_ROUTES, WATCH_SECTIONS } from '@/city/watch/routes'
import type { CitySection } from '@/city/section'
import { sideOf } from '@/desk/sections'
import type { Session } from '@/session/session'

/** The pages of the bureau's desk. */
export const CITY_ROUTES: RouteRecordRaw[] = [
  ...LEDGER_ROUTES,
  ...COVERAGE_ROUTES,
  ...WATCH_ROUTES,
  ...INVESTMENTS_ROUTES,
  ...STATISTICS_ROUTES,
  ...SUPPLIERS_ROUTES,
  ...PROPOSALS_ROUTES,
  ...PUBLICATIONS_ROUTES,
]

/** The sections of the bureau's desk, in the order of the navigation. */
export const CITY_SECTIONS: readonly CitySection[] = [
  ...LEDGER_SECTIONS,
  ...COVERAGE_SECTIONS,
  ...WATCH_SECTIONS,
  ...INVESTMENTS_SECTIONS,
  ...STATISTICS_SECTIONS,
  ...SUPPLIERS_SECTIONS,
  ...PROPOSALS_SECTIONS,
  ...PUBLICATIONS_SECTIONS,
]

/** The sections that somebody may open, of their own side. */
export function citySections(session: Session): CitySection[] {
  return CITY_SECTIONS.filter(
    ({ permission, side }) => session.may(permission) && (side === undefined || side === sideOf(session)),
  )
}
