import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const SUPPLIERS_SECTIONS: readonly CitySection[] = []

export const SUPPLIERS_ROUTES: RouteRecordRaw[] = []
