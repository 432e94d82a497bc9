import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const STATISTICS_SECTIONS: readonly CitySection[] = []

export const STATISTICS_ROUTES: RouteRecordRaw[] = []
