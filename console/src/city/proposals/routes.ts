import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const PROPOSALS_SECTIONS: readonly CitySection[] = [
  {
    name: 'proposals',
    title: 'bureau.proposals.title',
    icon: 'proposals',
    permission: 'proposals.read',
    side: 'office',
  },
]

export const PROPOSALS_ROUTES: RouteRecordRaw[] = [
  {
    path: '/proposals',
    name: 'proposals',
    component: () => import('@/city/proposals/ProposalsPage.vue'),
    meta: { title: 'bureau.proposals.title', section: 'proposals' },
  },
  {
    path: '/proposals/:id(\\d+)',
    name: 'proposal',
    component: () => import('@/city/proposals/ProposalPage.vue'),
    props: true,
    meta: { title: 'bureau.proposals.one', section: 'proposals' },
  },
  {
    path: '/proposals/:id(\\d+)/draft',
    name: 'reply-draft',
    component: () => import('@/city/proposals/DraftPage.vue'),
    props: true,
    meta: { title: 'bureau.proposals.draft.title', section: 'proposals' },
  },
]
