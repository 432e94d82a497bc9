export type Tone = 'good' | 'warn' | 'bad' | ''

const GOOD = new Set([
  'accepted',
  'approved',
  'recognised',
  'recognized',
  'paid',
  'passed',
  'published',
  'open',
  'granted',
  'met',
  'upheld',
  'confirmed',
  'recovered',
  'reviewed',
  'complete',
  'admitted',
  'agreed',
  'attended',
])
const WARN = new Set([
  'returned',
  'draft',
  'objected',
  'waiting',
  'due',
  'suspended',
  'not_provable',
  'not_decidable',
  'proposed',
  'partly_passed',
  'in_correction',
  'applied',
  'talking',
])
const BAD = new Set([
  'rejected',
  'refused',
  'withdrawn',
  'failed',
  'cancelled',
  'revoked',
  'not_met',
  'clawed_back',
  'demanded',
  'overdue',
  'not_recommended',
  'removed',
  'blocked',
  'broken',
])

/** What is open and waits for somebody; an open call is good news, an open objection is not. */
const OPEN_IS_WORK = new Set(['objection', 'challenge'])

/** How a state of a programme's object feels; whatever is merely under way has no tone. */
export function toneOf(state: string, kind = ''): Tone {
  if (state === 'open' && OPEN_IS_WORK.has(kind)) return 'warn'
  if (GOOD.has(state)) return 'good'
  if (WARN.has(state)) return 'warn'
  return BAD.has(state) ? 'bad' : ''
}

const ONWARD = /^(submit|publish|accept|approve|recommend|recognise|pay|pass|open|decide|resubmit|confirm|sign|adopt)/
const BACK = /^(reject|refuse|withdraw|cancel|revoke|fail|not_|claw|demand)/

/** Which button an action is: onwards stands out, an end is told by its colour, all others are plain. */
export function toneOfAction(action: string): 'primary' | 'danger' | '' {
  if (ONWARD.test(action)) return 'primary'
  return BACK.test(action) ? 'danger' : ''
}
