import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const PUBLICATIONS_SECTIONS: readonly CitySection[] = [
  {
    name: 'publications',
    title: 'bureau.publications.title',
    icon: 'publications',
    permission: 'publications.write',
    side: 'office',
  },
]

export const PUBLICATIONS_ROUTES: RouteRecordRaw[] = [
  {
    path: '/publications',
    name: 'publications',
    component: () => import('@/city/publications/PublicationsPage.vue'),
    meta: { title: 'bureau.publications.title', section: 'publications' },
  },
  {
    path: '/publications/:id([A-Z]\\d+)',
    name: 'publication',
    component: () => import('@/city/publications/PublicationPage.vue'),
    props: true,
    meta: { title: 'bureau.publications.one', section: 'publications' },
  },
]
