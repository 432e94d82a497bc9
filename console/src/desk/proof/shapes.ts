/** Short names for the shapes of challenges, audits and consents that the platform's API description declares. */
import type { components } from '@/api/schema'

type Shapes = components['schemas']

export type ChallengeRow = ChallengeDetail['challenge']
export type ChallengeAnswer = ChallengeDetail['answers'][number]
export type ChallengeDetail = Shapes['ChallengeView']
export type Audit = Shapes['AuditView']
export type Consent = Shapes['ConsentView']
