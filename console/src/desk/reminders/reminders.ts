import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue'

import type { components } from '@/api/schema'
import { usePolling, useResource, type Resource } from '@/api/resource'
import { useDeskApi } from '@/desk/api'
import { useSession } from '@/session/session'

export type Reminders = components['schemas']['DeskReminders']
export type Reminder = Reminders['reminders'][number]

const ASKED_EVERY_MS = 300_000

export interface ReminderBox {
  found: Resource<Reminders>
  unread: ComputedRef<number>
  /** Notes that everything shown was read. */
  read: () => Promise<void>
}

const BOX: InjectionKey<ReminderBox> = Symbol('reminders')

/** One box for the whole console: what is read in a list is no longer counted in the navigation. */
export function provideReminders(): ReminderBox {
  const desk = useDeskApi()
  const session = useSession()
  // With a password that must be replaced first, the platform answers nothing else.
  const may = computed(() => session.may('desk.use') && !session.state.value?.must_change_password)
  const found = useResource(
    (signal) =>
      may.value
        ? desk.get<Reminders>('/api/desk/reminders', {}, signal)
        : Promise.resolve<Reminders>({ unread: 0, reminders: [] }),
    [may, () => session.state.value?.account],
    { immediate: may.value },
  )
  usePolling(found.reload, ASKED_EVERY_MS)
  const box: ReminderBox = {
    found,
    unread: computed(() => found.data.value?.unread ?? 0),
    async read() {
      const latest = found.data.value?.reminders[0]
      if (!latest) return
      found.data.value = await desk.post<Reminders>('/api/desk/reminders/read', { up_to: latest.id })
    },
  }
  provide(BOX, box)
  return box
}

export function useReminders(): ReminderBox {
  const box = inject(BOX)
  if (!box) throw new Error('reminders are provided by App.vue')
  return box
}
