import { bodyOfCall, useApi, type Api } from '@/api/client'

type Query = Record<string, string | number | boolean | null | undefined>

/**
 * Calls of the desk by their address. Shapes are those the platform's description declares; the pages name them, since
 * an address put together from parts cannot be checked against the description.
 */
export interface DeskApi {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => Promise<T>
  post: <T>(path: string, body?: object) => Promise<T>
  put: <T>(path: string, body: object) => Promise<T>
  patch: <T>(path: string, body: object) => Promise<T>
}

export function createDeskApi(api: Api): DeskApi {
  return {
    get: (path, query = {}, signal) =>
      bodyOfCall(api.GET(path as never, { params: { query: given(query) }, signal } as never)),
    post: (path, body = {}) => bodyOfCall(api.POST(path as never, { body } as never)),
    put: (path, body) => bodyOfCall(api.PUT(path as never, { body } as never)),
    patch: (path, body) => bodyOfCall(api.PATCH(path as never, { body } as never)),
  }
}

/** What a filter leaves open is not sent. */
function given(query: Query): Query {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '' && value != null))
}

export function useDeskApi(): DeskApi {
  return createDeskApi(useApi())
}
