import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const COVERAGE_SECTIONS: readonly CitySection[] = []

export const COVERAGE_ROUTES: RouteRecordRaw[] = []
