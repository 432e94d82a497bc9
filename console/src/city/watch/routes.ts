import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const WATCH_SECTIONS: readonly CitySection[] = []

export const WATCH_ROUTES: RouteRecordRaw[] = []
