import type { GatewayActivity } from '@/api/types'

export type Hearing = 'live' | 'quiet' | 'silent' | 'never'

const LIVE_US = 60_000_000
const SILENT_US = 5 * 60_000_000

/** How lately a gateway was heard: within a minute, within five, not for longer, or never since the start. */
export function hearing(gateway: Pick<GatewayActivity, 'last_heard_us'>, nowUs: number): Hearing {
  if (gateway.last_heard_us === null) return 'never'
  const silentUs = nowUs - gateway.last_heard_us
  return silentUs <= LIVE_US ? 'live' : silentUs <= SILENT_US ? 'quiet' : 'silent'
}
