import { describe, expect, it } from 'vitest'

import type { ProjectContent } from '@/desk/office/money-shapes'
import { changesOf } from '@/desk/projects/project-changes'
import { contentOf, draftOf, emptyMilestone, isWhole } from '@/desk/projects/project-draft'

const content: ProjectContent = {
  title_zh: '冲压车间改造',
  title_en: 'Press shop',
  starts_on: '2026-03-01',
  ends_on: '2026-12-31',
  contracts: [
    { number: 'C-1', supplier: '甲公司', signed_on: '2026-02-01', amount_fen: 100_000, file_id: 'f'.repeat(40) },
    { number: 'C-2', supplier: '乙公司', signed_on: '2026-02-02', amount_fen: 200_000, file_id: null },
  ],
  milestones: [
    { key: 'm1', name_zh: '安装', name_en: 'Install', due_on: '2026-06-30', amount_fen: 5, instalment: 'first' },
    { key: 'm3', name_zh: '上线', name_en: 'Go live', due_on: '2026-09-30', amount_fen: 0, instalment: null },
  ],
  costs: [{ category: 'software', amount_fen: 300_000 }],
  pledge: true,
}
const words = {
  fen: (amount: number) => `${amount / 100} 元`,
  date: (day: string) => day,
  pick: (zh: string) => zh,
  category: (id: string) => ({ hardware: '硬件' })[id] ?? id,
  instalment: (id: string) => ({ first: '首笔' })[id] ?? id,
}

describe('a project that is changed', () => {
  it('begins from what was said before, but for the pledge', () => {
    const draft = draftOf(content)
    expect(draft.pledge).toBe(false)
    expect(isWhole(draft)).toBe(false)
    draft.pledge = true
    expect(isWhole(draft)).toBe(true)
    expect(contentOf(draft)).toEqual(content)
  })

  it('gives a new milestone a key that no other has or had among them', () => {
    expect(emptyMilestone(draftOf(content).milestones, '2026-12-31').key).toBe('m4')
    expect(emptyMilestone([], '2026-12-31').key).toBe('m1')
  })

  it('tells what it asks to change, and nothing else', () => {
    const asked: ProjectContent = {
      ...content,
      ends_on: '2027-03-31',
      contracts: content.contracts.slice(0, 1),
      milestones: content.milestones.map((one) =>
        one.key === 'm3' ? { ...one, due_on: '2027-01-31', instalment: 'first' } : one,
      ),
      costs: [...content.costs, { category: 'hardware', amount_fen: 100 }],
    }
    expect(changesOf(content, asked, words)).toEqual([
      { what: 'ends', name: '', before: '2026-12-31', after: '2027-03-31' },
      { what: 'contract', name: 'C-2', before: '乙公司 · 2026-02-02 · 2000 元', after: '' },
      { what: 'milestone', name: '上线', before: '上线 · 2026-09-30 · 0 元', after: '上线 · 2027-01-31 · 0 元 · 首笔' },
      { what: 'cost', name: '硬件', before: '', after: '1 元' },
    ])
    expect(changesOf(content, content, words)).toEqual([])
  })
})
