import type { Permission, Session } from '@/session/session'

export type DeskSide = 'enterprise' | 'office'

interface DeskSection {
  name: string
  permission: Permission
  /** Who the section is for; both when it is not said. */
  side?: DeskSide
}

/** The sections of the programme desk, in the order in which a programme is lived through. */
export const DESK_SECTIONS = [
  { name: 'mine', permission: 'desk.use', side: 'enterprise' },
  { name: 'tasks', permission: 'desk.use', side: 'office' },
  { name: 'calls', permission: 'programmes.read' },
  { name: 'applications', permission: 'applications.read' },
  { name: 'assessments', permission: 'assessments.read' },
  { name: 'reviews', permission: 'reviews.read' },
  { name: 'recognitions', permission: 'publicity.read' },
  { name: 'projects', permission: 'money.read' },
  { name: 'money', permission: 'money.read', side: 'office' },
  { name: 'simulator', permission: 'simulations.run', side: 'office' },
  { name: 'challenges', permission: 'proof.read' },
  { name: 'consents', permission: 'consents.write', side: 'enterprise' },
  { name: 'papers', permission: 'documents.read' },
  { name: 'packs', permission: 'programmes.read', side: 'office' },
  { name: 'webhooks', permission: 'webhooks.manage', side: 'office' },
] as const satisfies readonly DeskSection[]

export type DeskSectionName = (typeof DESK_SECTIONS)[number]['name']

/** An account that belongs to an enterprise sees that enterprise's side; every other one the office's. */
export function sideOf(session: Session): DeskSide {
  return session.state.value?.enterprise_id == null ? 'office' : 'enterprise'
}

export function deskSections(session: Session): DeskSectionName[] {
  const sections: readonly DeskSection[] = DESK_SECTIONS
  return sections
    .filter(({ permission, side }) => session.may(permission) && (side === undefined || side === sideOf(session)))
    .map(({ name }) => name as DeskSectionName)
}

/** Where somebody begins whom the region's figures are not open to. */
export function homeOf(session: Session): string {
  return deskSections(session)[0] ?? 'enterprises'
}
