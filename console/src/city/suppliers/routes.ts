import type { RouteRecordRaw } from 'vue-router'

import type { CitySection } from '@/city/section'

export const SUPPLIERS_SECTIONS: readonly CitySection[] = [
  { name: 'suppliers', title: 'bureau.suppliers.nav.suppliers', icon: 'suppliers', permission: 'suppliers.read' },
  {
    name: 'my-supplier',
    title: 'bureau.suppliers.nav.mine',
    icon: 'solutions',
    permission: 'solutions.offer',
    side: 'enterprise',
  },
  { name: 'demands', title: 'bureau.suppliers.nav.demands', icon: 'demands', permission: 'demands.read' },
  { name: 'cases', title: 'bureau.suppliers.nav.cases', icon: 'cases', permission: 'cases.read' },
  { name: 'events', title: 'bureau.suppliers.nav.events', icon: 'events', permission: 'events.read' },
]

const ID = ':id(\\d+)'

export const SUPPLIERS_ROUTES: RouteRecordRaw[] = [
  {
    path: '/suppliers',
    name: 'suppliers',
    component: () => import('@/city/suppliers/SuppliersPage.vue'),
    meta: { title: 'bureau.suppliers.nav.suppliers', section: 'suppliers' },
  },
  {
    path: `/suppliers/${ID}`,
    name: 'supplier',
    component: () => import('@/city/suppliers/SupplierPage.vue'),
    props: true,
    meta: { title: 'bureau.suppliers.supplier.one', section: 'suppliers' },
  },
  {
    path: `/solutions/${ID}`,
    name: 'solution',
    component: () => import('@/city/suppliers/SolutionPage.vue'),
    props: true,
    meta: { title: 'bureau.suppliers.solution.one', section: 'suppliers' },
  },
  {
    path: '/my-solutions',
    name: 'my-supplier',
    component: () => import('@/city/suppliers/MySupplierPage.vue'),
    meta: { title: 'bureau.suppliers.nav.mine', section: 'my-supplier' },
  },
  {
    path: '/demands',
    name: 'demands',
    component: () => import('@/city/suppliers/DemandsPage.vue'),
    meta: { title: 'bureau.suppliers.nav.demands', section: 'demands' },
  },
  {
    path: '/demands/new',
    name: 'new-demand',
    component: () => import('@/city/suppliers/NewDemandPage.vue'),
    meta: { title: 'bureau.suppliers.demand.new', section: 'demands' },
  },
  {
    path: `/demands/${ID}`,
    name: 'demand',
    component: () => import('@/city/suppliers/DemandPage.vue'),
    props: true,
    meta: { title: 'bureau.suppliers.demand.one', section: 'demands' },
  },
  {
    path: '/cases',
    name: 'cases',
    component: () => import('@/city/suppliers/CasesPage.vue'),
    meta: { title: 'bureau.suppliers.nav.cases', section: 'cases' },
  },
  {
    path: `/cases/${ID}`,
    name: 'case',
    component: () => import('@/city/suppliers/CasePage.vue'),
    props: true,
    meta: { title: 'bureau.suppliers.case.one', section: 'cases' },
  },
  {
    path: '/events',
    name: 'events',
    component: () => import('@/city/suppliers/EventsPage.vue'),
    meta: { title: 'bureau.suppliers.nav.events', section: 'events' },
  },
  {
    path: `/events/${ID}`,
    name: 'event',
    component: () => import('@/city/suppliers/EventPage.vue'),
    props: true,
    meta: { title: 'bureau.suppliers.event.one', section: 'events' },
  },
]
