/** What has a life of its own in a programme. */
export type Kind =
  | 'call'
  | 'application'
  | 'review'
  | 'publicity'
  | 'objection'
  | 'recognition'
  | 'award'
  | 'disbursement'
  | 'project'
  | 'acceptance'
  | 'clawback'
  | 'assessment'
  | 'challenge'

/** One thing that happened to an object of a programme; nothing about it changes afterwards. */
export interface Step {
  version: number
  state_from: string | null
  state_to: string
  action: string
  actor: string
  role: string
  at_us: number
  reason: string | null
}

/** A step that the person asking may take now. */
export interface AllowedStep {
  action: string
  needs_reason: boolean
}
