import { describe, expect, it } from 'vitest'

import type { LivePoint } from '@/api/types'
import { assetTree, seriesUnder } from '@/live/asset-tree'
import { isStale, LatestPoints, qualityName, readMessage, silenceAllowedUs } from '@/live/live-points'
import { pointsPerSecond } from '@/live/rate'

const point = (series: number, source_time_us: number, value: number, quality = 0): LivePoint => ({
  series,
  source_time_us,
  value,
  text: null,
  quality,
})

describe('latest values', () => {
  it('are the latest by source time, whatever order they come in', () => {
    const latest = new LatestPoints()
    expect(latest.merge([point(1, 200, 2), point(2, 50, 9)])).toEqual(new Set([1, 2]))
    expect(latest.merge([point(1, 100, 1)])).toEqual(new Set())
    expect(latest.get(1)?.value).toBe(2)
    expect(latest.size).toBe(2)
  })

  it('keep the first of two values with one time', () => {
    const latest = new LatestPoints()
    latest.merge([point(1, 100, 1)])
    expect(latest.merge([point(1, 100, 7)])).toEqual(new Set())
    expect(latest.get(1)?.value).toBe(1)
  })

  it('survive a second snapshot after updates were dropped', () => {
    const latest = new LatestPoints()
    latest.merge([point(1, 100, 1), point(2, 100, 1)])
    expect(latest.merge([point(1, 300, 3), point(2, 100, 1)])).toEqual(new Set([1]))
  })

  it('grow stale after several of their own steps of silence', () => {
    const latest = new LatestPoints()
    latest.merge([point(1, 0, 1)])
    latest.merge([point(1, 100_000_000, 1)])
    expect(isStale(latest, 1, 100_000_000 + 499_000_000)).toBe(false)
    expect(isStale(latest, 1, 100_000_000 + 501_000_000)).toBe(true)
    expect(isStale(latest, 7, 1)).toBe(false)
  })

  it('are given at least a minute and at most an hour', () => {
    expect(silenceAllowedUs(1_000_000)).toBe(60_000_000)
    expect(silenceAllowedUs(86_400_000_000)).toBe(3_600_000_000)
  })

  it('are not stale because a device runs ahead of this computer', () => {
    const latest = new LatestPoints()
    latest.merge([point(1, 500_000_000, 1)])
    expect(isStale(latest, 1, 100_000_000)).toBe(false)
  })

  it('name quality, and take an unknown class for bad', () => {
    expect([0, 1, 2, 3].map(qualityName)).toEqual(['good', 'uncertain', 'bad', 'bad'])
  })
})

describe('messages of the stream', () => {
  it('are read, and garbage is passed over', () => {
    expect(readMessage('{"points":[],"dropped":3}')?.dropped).toBe(3)
    expect(readMessage('{"points":')).toBeUndefined()
    expect(readMessage('null')).toBeUndefined()
    expect(readMessage('{"points":7}')).toBeUndefined()
  })
})

describe('the rate of stored points', () => {
  it('is the difference of two counts over the time between', () => {
    expect(pointsPerSecond({ stored: 100, atMs: 0 }, { stored: 350, atMs: 2_000 })).toBe(125)
  })

  it('is unknown across a restart', () => {
    expect(pointsPerSecond({ stored: 100, atMs: 0 }, { stored: 5, atMs: 2_000 })).toBeNull()
  })
})

describe('the assets', () => {
  const asset = (path: string, parent: string | null) => ({
    path,
    parent,
    level: 'cell' as const,
    name_zh: path,
    name_en: path,
    counts_as_equipment: false,
  })
  const series = (id: number, path: string) => ({
    id,
    key: `${path}:x`,
    asset: path,
    metric: 'x',
    unit: '1',
    data_type: 'float' as const,
    role: 'signal' as const,
    origin: 'machine' as const,
  })

  it('stand in a tree, each knowing the series at and below it', () => {
    const tree = assetTree(
      [asset('a/s/l', 'a/s'), asset('a', null), asset('a/s', 'a')],
      [series(1, 'a/s/l'), series(2, 'a')],
    )
    expect(tree).toHaveLength(1)
    expect(tree[0]?.series).toEqual([1, 2])
    expect(tree[0]?.children[0]?.children[0]?.series).toEqual([1])
  })

  it('are not taken for each other by a common beginning of their names', () => {
    expect(seriesUnder('a/press-1', [series(1, 'a/press-1'), series(2, 'a/press-10')]).map(({ id }) => id)).toEqual([1])
  })
})
