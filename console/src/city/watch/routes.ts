import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const WATCH_SECTIONS: readonly CitySection[] = [
  { name: 'watch', title: 'bureau.watch.title', icon: 'watch', permission: 'watch.read', side: 'office' },
  {
    name: 'monthly-desk',
    title: 'bureau.watch.monthly.title',
    icon: 'monthly',
    permission: 'watch.read',
    side: 'office',
  },
  {
    name: 'my-month',
    title: 'bureau.watch.mine.title',
    icon: 'monthly',
    permission: 'monthly_reports.read',
    side: 'enterprise',
  },
]

export const WATCH_ROUTES: RouteRecordRaw[] = [
  {
    path: '/watch',
    name: 'watch',
    component: () => import('@/city/watch/WatchPage.vue'),
    meta: { title: 'bureau.watch.title', section: 'watch' },
  },
  {
    path: '/watch/enterprises/:id(\\d+)',
    name: 'watch-enterprise',
    component: () => import('@/city/watch/CardPage.vue'),
    props: (to) => ({ id: Number(to.params.id) }),
    meta: { title: 'bureau.watch.card.title', section: 'watch' },
  },
  {
    path: '/watch/reports',
    name: 'monthly-desk',
    component: () => import('@/city/watch/MonthlyDeskPage.vue'),
    meta: { title: 'bureau.watch.monthly.title', section: 'monthly-desk' },
  },
  {
    path: '/watch/reports/:id(\\d+)/:month(\\d{4}-\\d{2})',
    name: 'watch-report',
    component: () => import('@/city/watch/ReportPage.vue'),
    props: (to) => ({ id: Number(to.params.id), month: String(to.params.month) }),
    meta: { title: 'bureau.watch.report.title', section: 'monthly-desk' },
  },
  {
    path: '/my-month',
    name: 'my-month',
    component: () => import('@/city/watch/MyMonthPage.vue'),
    meta: { title: 'bureau.watch.mine.title', section: 'my-month' },
  },
]
