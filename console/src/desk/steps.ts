import type { components } from '@/api/schema'

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
  | 'proposal'
  | 'consultation'
  | 'commitment'

/** One thing that happened to an object of a programme; nothing about it changes afterwards. */
export type Step = components['schemas']['StepView']

/** A step that the person asking may take now. */
export type AllowedStep = components['schemas']['AllowedView']
