import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

const ID = ':id(\\d+)'

export const INVESTMENTS_SECTIONS: readonly CitySection[] = [
  { name: 'factors', title: 'bureau.investments.factors.title', icon: 'factors', permission: 'factors.read' },
  {
    name: 'investments',
    title: 'bureau.investments.title',
    icon: 'investments',
    permission: 'investments.read',
    side: 'office',
  },
  {
    name: 'briefs',
    title: 'bureau.investments.briefs.title',
    icon: 'briefs',
    permission: 'briefs.read',
    side: 'office',
  },
  { name: 'reads', title: 'bureau.investments.reads.title', icon: 'reads', permission: 'access.read' },
]

export const INVESTMENTS_ROUTES: RouteRecordRaw[] = [
  {
    path: '/factors',
    name: 'factors',
    component: () => import('@/city/investments/FactorsPage.vue'),
    meta: { title: 'bureau.investments.factors.title', section: 'factors' },
  },
  {
    path: `/factors/${ID}`,
    name: 'factor',
    component: () => import('@/city/investments/FactorPage.vue'),
    props: true,
    meta: { title: 'bureau.investments.factors.one', section: 'factors' },
  },
  {
    path: '/investments',
    name: 'investments',
    component: () => import('@/city/investments/InvestmentsPage.vue'),
    meta: { title: 'bureau.investments.title', section: 'investments' },
  },
  {
    path: `/investments/${ID}`,
    name: 'investment',
    component: () => import('@/city/investments/InvestmentPage.vue'),
    props: true,
    meta: { title: 'bureau.investments.one', section: 'investments' },
  },
  {
    path: '/briefs',
    name: 'briefs',
    component: () => import('@/city/investments/BriefsPage.vue'),
    meta: { title: 'bureau.investments.briefs.title', section: 'briefs' },
  },
  {
    path: `/briefs/${ID}`,
    name: 'brief',
    component: () => import('@/city/investments/BriefPage.vue'),
    props: true,
    meta: { title: 'bureau.investments.briefs.one', section: 'briefs' },
  },
  {
    path: '/reads',
    name: 'reads',
    component: () => import('@/city/investments/ReadsPage.vue'),
    meta: { title: 'bureau.investments.reads.title', section: 'reads' },
  },
]
