import type { Plan } from '@/city/coverage/shapes'

/** Whether a plan is still worked on. */
export function isOpen(plan: Pick<Plan, 'state'>): boolean {
  return plan.state === 'queued' || plan.state === 'running'
}

/** The tone of a plan's state. */
export function toneOfPlan(state: Plan['state']): string {
  if (state === 'done') return 'good'
  if (state === 'infeasible' || state === 'failed') return 'bad'
  return state === 'cancelled' || state === 'interrupted' ? 'warn' : ''
}
