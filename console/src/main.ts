import { createApp } from 'vue'

import 'element-plus/es/components/base/style/css'
import '@/styles/tokens.css'
import '@/styles/base.css'
import '@/styles/desk.css'

import App from '@/App.vue'
import { API, createApi, type Api } from '@/api/client'
import { createMachineContext, MACHINES } from '@/desk/machines'
import { createConsoleRouter } from '@/router'
import { CITY, createCityContext } from '@/session/city-context'
import { createSession, SESSION } from '@/session/session'
import { followSystemScheme } from '@/styles/scheme'
import { createTexts, preferredLocale, TEXTS } from '@/texts/locale'

followSystemScheme(window.matchMedia('(prefers-color-scheme: dark)'))

const texts = await createTexts(preferredLocale(window.localStorage, navigator.languages))
const session = createSession(() => api)
const city = createCityContext(() => api)
const machines = createMachineContext(() => api)
const router = createConsoleRouter(session, city, texts)
const api: Api = createApi(() => {
  // Only somebody who was in can have been thrown out; at the sign-in page a 401 is an answer like any other.
  if (!session.state.value) return
  session.forget()
  void router.push({ name: 'sign-in', query: { ended: '1', next: router.currentRoute.value.fullPath } })
})

createApp(App)
  .use(texts)
  .use(router)
  .provide(TEXTS, texts)
  .provide(API, api)
  .provide(SESSION, session)
  .provide(CITY, city)
  .provide(MACHINES, machines)
  .mount('#app')
