import { describe, expect, it } from 'vitest'

import {
  dateIn,
  dayStartUs,
  formatChange,
  formatDate,
  formatDecimal,
  formatDuration,
  formatNumber,
  formatShare,
  formatTime,
  NONE,
  shiftDate,
  unitSign,
  zoneOffsetUs,
} from '@/texts/format'

const utcUs = (text: string): number => Date.parse(text) * 1000

describe('exact decimals', () => {
  it('are grouped and keep every digit that a float would lose', () => {
    expect(formatDecimal('12345678901234567890.123456', 'en')).toBe('12,345,678,901,234,567,890.123456')
  })

  it('bear their sign where they say a change', () => {
    expect(['13.98', '-25', '0.00'].map((text) => formatChange(text, 'en'))).toEqual(['+13.98%', '−25%', '0%'])
  })

  it('lose zeros at the end only', () => {
    expect(formatDecimal('4.20', 'zh')).toBe('4.2')
    expect(formatDecimal('1200', 'zh')).toBe('1,200')
    expect(formatDecimal('-0.50', 'en')).toBe('−0.5')
  })

  it('say when there is none', () => {
    expect(formatDecimal(null, 'en')).toBe(NONE)
  })
})

describe('measured numbers', () => {
  it('show the digits that carry meaning', () => {
    expect(formatNumber(0.123456789, 'en')).toBe('0.123457')
    expect(formatNumber(1369683, 'en')).toBe('1,369,683')
    expect(formatNumber(1369683.25, 'en')).toBe('1,369,683.3')
    expect(formatNumber(Number.NaN, 'en')).toBe(NONE)
  })

  it('never round a share up to all or down to none', () => {
    expect(formatShare(0.99999, 'en')).toBe('99.9%')
    expect(formatShare(1, 'en')).toBe('100%')
    expect(formatShare(0.00001, 'en')).toBe('0.1%')
    expect(formatShare(0, 'en')).toBe('0%')
    expect(formatShare(1.042, 'en')).toBe('104.2%')
  })
})

describe('times', () => {
  it('are told in the place of the machine, not of the reader', () => {
    const at = utcUs('2026-11-23T16:00:00.250Z')
    expect(formatTime(at, 'zh', 'Asia/Shanghai', 'millisecond')).toBe('2026/11/24 00:00:00.250')
    expect(formatTime(at, 'en', 'Europe/Berlin', 'second')).toBe('23 Nov 2026, 17:00:00')
    expect(formatTime(at - 20 * 86_400_000_000, 'en', 'Europe/Berlin')).toBe('3 Nov 2026, 17:00')
  })

  it('begin a day where the place begins it, also when clocks change', () => {
    expect(dayStartUs('2026-11-24', 'Asia/Shanghai')).toBe(utcUs('2026-11-23T16:00:00Z'))
    expect(dayStartUs('2026-03-29', 'Europe/Berlin')).toBe(utcUs('2026-03-28T23:00:00Z'))
    expect(dayStartUs('2026-03-30', 'Europe/Berlin')).toBe(utcUs('2026-03-29T22:00:00Z'))
  })

  it('know how far a place is ahead of UTC, to the second and for halves of hours', () => {
    expect(zoneOffsetUs(utcUs('2026-01-01T00:00:00Z'), 'Asia/Kolkata')).toBe(19_800_000_000)
    expect(zoneOffsetUs(utcUs('2026-01-01T00:00:00.999Z'), 'Asia/Shanghai')).toBe(28_800_000_000)
  })

  it('know today in another place', () => {
    expect(dateIn('Asia/Shanghai', Date.parse('2026-11-23T17:00:00Z'))).toBe('2026-11-24')
    expect(shiftDate('2026-03-01', -1)).toBe('2026-02-28')
  })
})

describe('days that a record speaks of', () => {
  it.each([
    ['2023-07-26', '2023年7月26日', '26 Jul 2023'],
    ['2023-04', '2023年4月', 'Apr 2023'],
    ['2023-H1', '2023年上半年', 'H1 2023'],
    ['2023', '2023年', '2023'],
    ['2023-01..2023-06', '2023年1月 – 2023年6月', 'Jan 2023 – Jun 2023'],
    ['whenever', 'whenever', 'whenever'],
  ])('%s', (text, zh, en) => {
    expect(formatDate(text, 'zh')).toBe(zh)
    expect(formatDate(text, 'en')).toBe(en)
  })
})

describe('durations', () => {
  it('use two units at most', () => {
    expect(formatDuration(45, 'en')).toBe('45 s')
    expect(formatDuration(61, 'zh')).toBe('1 分 1 秒')
    expect(formatDuration(98_000, 'en')).toBe('27 h 13 min')
    expect(formatDuration(259_200, 'en')).toBe('3 d')
    expect(formatDuration(3_599.9, 'en')).toBe('60 min')
  })

  it('stay in hours where hours are worked', () => {
    expect(formatDuration(334_800, 'en', true)).toBe('93 h')
  })
})

describe('units', () => {
  it('are written with the sign people know', () => {
    expect(unitSign('Cel')).toBe('°C')
    expect(unitSign('kW.h')).toBe('kWh')
    expect(unitSign('1')).toBe('')
    expect(unitSign('{item}', 'zh')).toBe('件')
    expect(unitSign('{item}', 'en')).toBe('item')
    expect(unitSign('N.m')).toBe('N·m')
  })
})
