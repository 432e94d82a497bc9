import { inject, readonly, ref, type InjectionKey, type Ref } from 'vue'

import { bodyOfCall, type Api } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { SessionState } from '@/api/types'

export type Permission = SessionState['permissions'][number]
export type Party = SessionState['parties'][number]

/** Who is signed in: undefined until asked, null for nobody. */
export interface Session {
  readonly state: Readonly<Ref<SessionState | null | undefined>>
  /** Asks the platform once; later calls answer from memory. */
  resolve: () => Promise<SessionState | null>
  signIn: (account: string, password: string) => Promise<SessionState>
  changePassword: (current: string, next: string) => Promise<void>
  signOut: () => Promise<void>
  forget: () => void
  may: (permission: Permission) => boolean
  /** Whether the account takes steps of a programme for one of these sides. */
  actsFor: (...parties: readonly Party[]) => boolean
}

export function createSession(api: () => Api): Session {
  const state = ref<SessionState | null>()

  async function resolve(): Promise<SessionState | null> {
    if (state.value !== undefined) return state.value
    try {
      state.value = await bodyOfCall(api().GET('/api/session'))
    } catch (thrown) {
      if (!asProblem(thrown).isSignedOut) throw thrown
      state.value = null
    }
    return state.value
  }

  return {
    state: readonly(state) as Readonly<Ref<SessionState | null | undefined>>,
    resolve,
    async signIn(account, password) {
      await api().POST('/api/session', { body: { account, password } })
      state.value = undefined
      const signedIn = await resolve()
      if (!signedIn) throw asProblem(new Error('the browser kept no session cookie'))
      return signedIn
    },
    async changePassword(current, next) {
      await api().PUT('/api/session/password', { body: { current, new: next } })
      state.value = undefined
      await resolve()
    },
    async signOut() {
      await api().DELETE('/api/session')
      state.value = null
    },
    forget() {
      state.value = null
    },
    may: (permission) => state.value?.permissions.includes(permission) ?? false,
    actsFor: (...parties) => parties.some((one) => state.value?.parties.includes(one)),
  }
}

export const SESSION: InjectionKey<Session> = Symbol('session')

export function useSession(): Session {
  const session = inject(SESSION)
  if (!session) throw new Error('the session is provided by main.ts')
  return session
}
