import { nextTick } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type Router } from 'vue-router'

import { CITY_ROUTES } from '@/city/routes'
import { DESK_ROUTES } from '@/desk/routes'
import { homeOf } from '@/desk/sections'
import type { CityContext } from '@/session/city-context'
import type { Permission, Session } from '@/session/session'
import type { Texts } from '@/texts/locale'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title in the texts. */
    title: string
    /** Open without sign-in. */
    open?: boolean
    /** The section of the navigation that the page belongs to. */
    section?: string
  }
}

/** The sections of the navigation and the permission without which a section would only answer "not allowed". */
export const SECTIONS = [
  { name: 'city', permission: 'figures.read' },
  { name: 'enterprises', permission: 'enterprises.read' },
  { name: 'claims', permission: 'claims.read' },
  { name: 'programmes', permission: 'programmes.read' },
  { name: 'reply', permission: 'reply.read' },
  { name: 'intake', permission: 'intake.read' },
] as const satisfies readonly { name: string; permission: Permission }[]

const routes = [
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('@/pages/SignInPage.vue'),
    meta: { title: 'nav.signIn', open: true },
  },
  {
    path: '/password',
    name: 'password',
    component: () => import('@/pages/PasswordPage.vue'),
    meta: { title: 'nav.password' },
  },
  {
    path: '/',
    name: 'city',
    component: () => import('@/pages/CityPage.vue'),
    meta: { title: 'nav.city', section: 'city' },
  },
  {
    path: '/figures/:id',
    name: 'figure',
    component: () => import('@/pages/FigurePage.vue'),
    props: true,
    meta: { title: 'nav.figure', section: 'city' },
  },
  {
    path: '/enterprises',
    name: 'enterprises',
    component: () => import('@/pages/EnterprisesPage.vue'),
    meta: { title: 'nav.enterprises', section: 'enterprises' },
  },
  {
    path: '/enterprises/:id(\\d+)',
    name: 'enterprise',
    component: () => import('@/pages/EnterprisePage.vue'),
    props: true,
    meta: { title: 'nav.enterprise', section: 'enterprises' },
  },
  {
    path: '/claims',
    name: 'claims',
    component: () => import('@/pages/ClaimsPage.vue'),
    meta: { title: 'nav.claims', section: 'claims' },
  },
  {
    path: '/claims/:id',
    name: 'claim',
    component: () => import('@/pages/ClaimPage.vue'),
    props: true,
    meta: { title: 'nav.claim', section: 'claims' },
  },
  {
    path: '/programmes',
    name: 'programmes',
    component: () => import('@/pages/ProgrammesPage.vue'),
    meta: { title: 'nav.programmes', section: 'programmes' },
  },
  {
    path: '/reply',
    name: 'reply',
    component: () => import('@/pages/ReplyPage.vue'),
    meta: { title: 'nav.reply', section: 'reply' },
  },
  {
    path: '/intake',
    name: 'intake',
    component: () => import('@/pages/IntakePage.vue'),
    meta: { title: 'nav.intake', section: 'intake' },
  },
  {
    path: '/intake/gateways',
    name: 'gateways',
    component: () => import('@/pages/GatewaysPage.vue'),
    meta: { title: 'nav.gateways', section: 'intake' },
  },
  {
    path: '/intake/gateways/:id',
    name: 'gateway',
    component: () => import('@/pages/GatewayPage.vue'),
    props: true,
    meta: { title: 'nav.gateway', section: 'intake' },
  },
  ...DESK_ROUTES,
  ...CITY_ROUTES,
  {
    path: '/:rest(.*)*',
    name: 'nowhere',
    component: () => import('@/pages/NowherePage.vue'),
    meta: { title: 'app.name' },
  },
]

export function createConsoleRouter(session: Session, city: CityContext, texts: Texts): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  })

  router.beforeEach(async (to) => admit(to, session, city))

  router.afterEach((to, from) => {
    document.title = pageTitle(texts, to)
    if (to.path !== from.path) void nextTick(focusContent)
  })
  return router
}

async function admit(to: RouteLocationNormalized, session: Session, city: CityContext) {
  if (to.meta.open) return true
  // A platform that does not answer is told about by the page itself, which can be tried again in place.
  const state = await session.resolve().catch(() => undefined)
  if (state === null) return { name: 'sign-in', query: to.path === '/' ? {} : { next: to.fullPath } }
  if (state?.must_change_password && to.name !== 'password') return { name: 'password', query: { next: to.fullPath } }
  if (to.name === 'city' && state && !session.may('figures.read')) return { name: homeOf(session) }
  if (to.name !== 'password') await city.load().catch(() => undefined)
  return true
}

export function pageTitle(texts: Texts, route: RouteLocationNormalized): string {
  const title = texts.global.t(route.meta.title)
  return title === 'Millmark' ? title : `${title} · Millmark`
}

/** Keyboard and screen reader start at the new page's content, not where the old page's link was. */
function focusContent(): void {
  document.getElementById('content')?.focus({ preventScroll: true })
}

/** Only addresses of the console itself are gone to after sign-in. */
export function safeNext(next: unknown): string {
  return typeof next === 'string' && next.startsWith('/') && !next.startsWith('//') ? next : '/'
}
