import { describe, expect, it } from 'vitest'

import type { ActivityRows } from '@/api/types'
import { extremes, joined, latest, line } from '@/intake/activity'
import { hearing } from '@/intake/hearing'
import { formatBytes, formatWait } from '@/texts/format'

const SECOND = 1_000_000
const rows = (times: number[], values: (number | null)[], stepS = 5): ActivityRows => ({
  step_s: stepS,
  times_us: times.map((time) => time * SECOND),
  columns: { lag_s: values },
})

describe('what the door did lately', () => {
  it('goes on with what is newer', () => {
    const known = joined(undefined, rows([5, 10], [1, 2]), 'hour')
    const more = joined(known, rows([15], [3]), 'hour')
    expect(more.timesUs).toEqual([5, 10, 15].map((time) => time * SECOND))
    expect(more.columns.lag_s).toEqual([1, 2, 3])
  })

  it('keeps no more than its span', () => {
    const hour = joined(undefined, rows([5, 3600, 3605, 3610], [1, 2, 3, 4]), 'hour')
    expect(hour.columns.lag_s).toEqual([2, 3, 4])
  })

  it('begins anew when the steps are of another length', () => {
    const minutes = joined(joined(undefined, rows([5], [1]), 'hour'), rows([60], [9], 60), 'day')
    expect(minutes.columns.lag_s).toEqual([9])
  })

  it('breaks its line where the platform did not run', () => {
    const activity = joined(undefined, rows([5, 10, 100], [1, null, 3]), 'hour')
    expect(line(activity, 'lag_s', (us) => us / 1000)).toEqual([
      [5_000, 1],
      [10_000, null],
      [10_001, null],
      [100_000, 3],
    ])
  })

  it('knows its last value and its bounds, and says when it knows none', () => {
    const activity = joined(undefined, rows([5, 10, 15], [4, 2, null]), 'hour')
    expect(latest(activity, 'lag_s')).toBe(2)
    expect(extremes(activity, 'lag_s')).toEqual([2, 4])
    expect(latest(undefined, 'lag_s')).toBeNull()
    expect(extremes(activity, 'no such column')).toBeNull()
  })
})

describe('a gateway', () => {
  const at = (seconds: number | null) =>
    hearing({ last_heard_us: seconds === null ? null : seconds * SECOND }, 1000 * SECOND)

  it('is live, quiet or silent by when it was heard', () => {
    expect([at(990), at(900), at(300), at(null)]).toEqual(['live', 'quiet', 'silent', 'never'])
  })
})

describe('sizes and waits', () => {
  it('are written with the unit that fits', () => {
    expect([0, 999, 1250, 3_450_000, 7.2e9].map((bytes) => formatBytes(bytes, 'en'))).toEqual([
      '0 B',
      '999 B',
      '1.25 kB',
      '3.45 MB',
      '7.2 GB',
    ])
    expect([0, 0.0421, 1.26, 42.04, 3_725].map((seconds) => formatWait(seconds, 'en'))).toEqual([
      '0 ms',
      '42 ms',
      '1.3 s',
      '42 s',
      '1 h 2 min',
    ])
    expect([formatBytes(null, 'zh'), formatWait(null, 'zh'), formatWait(3, 'zh')]).toEqual(['–', '–', '3 秒'])
  })
})
