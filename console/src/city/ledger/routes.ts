import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const LEDGER_SECTIONS: readonly CitySection[] = [
  { name: 'ledger', title: 'bureau.ledger.title', icon: 'ledger', permission: 'ledger.read', side: 'office' },
]

export const LEDGER_ROUTES: RouteRecordRaw[] = [
  {
    path: '/ledger',
    name: 'ledger',
    component: () => import('@/city/ledger/LedgerPage.vue'),
    meta: { title: 'bureau.ledger.title', section: 'ledger' },
  },
  {
    path: '/ledger/kinds/:kind([a-z0-9-]+)',
    name: 'ledger-kind',
    component: () => import('@/city/ledger/KindPage.vue'),
    props: true,
    meta: { title: 'bureau.ledger.kindTitle', section: 'ledger' },
  },
  {
    path: '/ledger/entries/:id(\\d+)',
    name: 'ledger-entry',
    component: () => import('@/city/ledger/EntryPage.vue'),
    props: (to) => ({ id: Number(to.params.id) }),
    meta: { title: 'bureau.ledger.entryTitle', section: 'ledger' },
  },
  {
    path: '/ledger/import/:kind([a-z0-9-]+)?',
    name: 'ledger-import',
    component: () => import('@/city/ledger/ImportPage.vue'),
    props: (to) => ({ kind: String(to.params.kind ?? '') }),
    meta: { title: 'bureau.ledger.import.title', section: 'ledger' },
  },
  {
    path: '/ledger/imports/:id(\\d+)',
    name: 'ledger-import-open',
    component: () => import('@/city/ledger/ImportPage.vue'),
    props: (to) => ({ kind: '', id: Number(to.params.id) }),
    meta: { title: 'bureau.ledger.import.title', section: 'ledger' },
  },
]
