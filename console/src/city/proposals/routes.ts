import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const PROPOSALS_SECTIONS: readonly CitySection[] = []

export const PROPOSALS_ROUTES: RouteRecordRaw[] = []
