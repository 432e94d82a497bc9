import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const PUBLICATIONS_SECTIONS: readonly CitySection[] = []

export const PUBLICATIONS_ROUTES: RouteRecordRaw[] = []
