import createClient, { type Client } from 'openapi-fetch'
import { inject, type InjectionKey } from 'vue'

import { problemOfAnswer } from '@/api/problem'
import type { paths } from '@/api/schema'

export type Api = Client<paths>

/** `onSignedOut` hears of every answer that says the session has ended; refusals come in the `language` of the moment. */
export function createApi(onSignedOut: () => void, baseUrl = window.location.origin, language = askedLanguage): Api {
  const api = createClient<paths>({ baseUrl, credentials: 'same-origin', headers: { Accept: 'application/json' } })
  api.use({
    onRequest({ request }) {
      request.headers.set('Accept-Language', language())
      return request
    },
    async onResponse({ response }) {
      if (response.ok) return undefined
      if (response.status === 401) onSignedOut()
      throw problemOfAnswer(response.status, await bodyOf(response))
    },
  })
  return api
}

/** The language that the console speaks now: refusals come in it. */
export function askedLanguage(): string {
  return document.documentElement.lang || 'zh-CN'
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.clone().json()
  } catch {
    return undefined // A proxy's error page, say; the status alone then tells the problem.
  }
}

/** The body of a call that succeeded; failures have already been thrown as a `Problem`. */
export async function bodyOfCall<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T
}

export const API: InjectionKey<Api> = Symbol('api')

export function useApi(): Api {
  const api = inject(API)
  if (!api) throw new Error('the API client is provided by main.ts')
  return api
}
