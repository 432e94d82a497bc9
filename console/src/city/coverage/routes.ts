import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const COVERAGE_SECTIONS: readonly CitySection[] = [
  { name: 'coverage', title: 'bureau.coverage.title', icon: 'coverage', permission: 'coverage.read', side: 'office' },
  {
    name: 'data-centres',
    title: 'bureau.coverage.centres.title',
    icon: 'centres',
    permission: 'coverage.read',
    side: 'office',
  },
]

export const COVERAGE_ROUTES: RouteRecordRaw[] = [
  {
    path: '/coverage',
    name: 'coverage',
    component: () => import('@/city/coverage/CoveragePage.vue'),
    meta: { title: 'bureau.coverage.title', section: 'coverage' },
  },
  {
    path: '/coverage/plans/:id(\\d+)',
    name: 'coverage-plan',
    component: () => import('@/city/coverage/PlanPage.vue'),
    props: true,
    meta: { title: 'bureau.coverage.plan.title', section: 'coverage' },
  },
  {
    path: '/coverage/places/:id(\\d+)',
    name: 'coverage-place',
    component: () => import('@/city/coverage/PlacePage.vue'),
    props: true,
    meta: { title: 'bureau.coverage.place.title', section: 'coverage' },
  },
  {
    path: '/data-centres',
    name: 'data-centres',
    component: () => import('@/city/coverage/CentresPage.vue'),
    meta: { title: 'bureau.coverage.centres.title', section: 'data-centres' },
  },
]
