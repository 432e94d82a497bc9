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
  | 'factor_request'
  | 'investment'
  | 'investment_problem'
  | 'dispatch_brief'
  | 'proposal'
  | 'consultation'
  | 'commitment'
  | 'supplier'
  | 'solution'
  | 'demand'
  | 'answer'
  | 'case'
  | 'event'
  | 'registration'

/** One thing that happened to an object of a programme; nothing about it changes afterwards. */
export type Step = components['schemas']['StepView']

/** A step that the person asking may take now. */
export type AllowedStep = components['schemas']['AllowedView']
