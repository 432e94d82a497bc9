import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const INVESTMENTS_SECTIONS: readonly CitySection[] = []

export const INVESTMENTS_ROUTES: RouteRecordRaw[] = []
