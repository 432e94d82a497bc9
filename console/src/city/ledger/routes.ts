import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const LEDGER_SECTIONS: readonly CitySection[] = []

export const LEDGER_ROUTES: RouteRecordRaw[] = []
