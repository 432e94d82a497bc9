import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const STATISTICS_SECTIONS: readonly CitySection[] = [
  {
    name: 'statistics',
    title: 'bureau.statistics.title',
    icon: 'statistics',
    permission: 'statistics.read',
    side: 'office',
  },
  {
    name: 'peers',
    title: 'bureau.statistics.peers.title',
    icon: 'peers',
    permission: 'peers.read',
    side: 'enterprise',
  },
]

export const STATISTICS_ROUTES: RouteRecordRaw[] = [
  {
    path: '/statistics',
    name: 'statistics',
    component: () => import('@/city/statistics/StatisticsPage.vue'),
    meta: { title: 'bureau.statistics.title', section: 'statistics' },
  },
  {
    path: '/statistics/:slug',
    name: 'statistics-table',
    component: () => import('@/city/statistics/TablePage.vue'),
    props: true,
    meta: { title: 'bureau.statistics.one', section: 'statistics' },
  },
  {
    path: '/statistics/:slug/publications/:number(\\d+)',
    name: 'statistics-publication',
    component: () => import('@/city/statistics/PublicationPage.vue'),
    props: true,
    meta: { title: 'bureau.statistics.version', section: 'statistics' },
  },
  {
    path: '/statistics-waivers',
    name: 'statistics-waivers',
    component: () => import('@/city/statistics/WaiversPage.vue'),
    meta: { title: 'bureau.statistics.waivers.title', section: 'statistics' },
  },
  {
    path: '/peers',
    name: 'peers',
    component: () => import('@/city/statistics/PeersPage.vue'),
    meta: { title: 'bureau.statistics.peers.title', section: 'peers' },
  },
]
