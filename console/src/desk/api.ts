import { bodyOfCall, useApi, type Api } from '@/api/client'
import type { paths } from '@/api/schema'

type Query = Record<string, string | number | boolean | null | undefined>

/** Addresses that the platform's description has for a method. */
type Described<Method extends string> = {
  [Path in keyof paths]: paths[Path] extends Record<Method, object> ? Path : never
}[keyof paths]

/** Such an address with its parts filled in. */
type Filled<Path extends string> = Path extends `${infer Before}{${string}}${infer After}`
  ? `${Before}${string | number}${Filled<After>}`
  : Path

export type DeskPath<Method extends string> = Filled<Described<Method>>

/**
 * Calls of the desk by their address, which must be one of the platform's description; the pages name the shapes, which
 * are that description's too.
 */
export interface DeskApi {
  get: <T>(path: DeskPath<'get'>, query?: Query, signal?: AbortSignal) => Promise<T>
  post: <T>(path: DeskPath<'post'>, body?: object) => Promise<T>
  put: <T>(path: DeskPath<'put'>, body: object) => Promise<T>
  patch: <T>(path: DeskPath<'patch'>, body: object) => Promise<T>
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
