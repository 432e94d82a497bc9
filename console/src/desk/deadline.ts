export type Urgency = 'past' | 'today' | 'soon' | 'later'

const SOON_DAYS = 7

/** Whole days from one calendar day to another; negative when it is over. */
export function daysUntil(today: string, date: string): number {
  return Math.round((Date.parse(`${date}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / 86_400_000)
}

export function urgencyOf(today: string, date: string): Urgency {
  const days = daysUntil(today, date)
  if (days < 0) return 'past'
  if (days === 0) return 'today'
  return days <= SOON_DAYS ? 'soon' : 'later'
}
