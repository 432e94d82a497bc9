export const LEAST_LENGTH = 10

export type PasswordFault = 'short' | 'differ' | 'same'

/** What is wrong with a new password before it is sent; the platform has the last word. */
export function passwordFault(current: string, next: string, again: string): PasswordFault | undefined {
  if (Array.from(next).length < LEAST_LENGTH) return 'short'
  if (next === current) return 'same'
  return next === again ? undefined : 'differ'
}
