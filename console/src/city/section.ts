import type { IconName } from '@/parts/icons'
import type { Permission } from '@/session/session'

/** A section of the bureau's desk in the navigation: the name of its first page, and what it needs. */
export interface CitySection {
  name: string
  /** Key of its title in the texts. */
  title: string
  icon: IconName
  permission: Permission
  /** Who the section is for; both when it is not said. */
  side?: 'enterprise' | 'office'
}
