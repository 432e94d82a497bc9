import type { ProjectContent } from '@/desk/office/money-shapes'

export interface MilestoneDraft {
  name_zh: string
  due_on: string
  amount_fen: number | null
  instalment: string
}

/** A project as its form holds it. */
export interface ProjectDraft {
  title_zh: string
  title_en: string
  starts_on: string
  ends_on: string
  contract: { number: string; supplier: string; signed_on: string; amount_fen: number | null }
  milestones: MilestoneDraft[]
  pledge: boolean
}

export function emptyProject(today: string, end: string): ProjectDraft {
  return {
    title_zh: '',
    title_en: '',
    starts_on: today,
    ends_on: end,
    contract: { number: '', supplier: '', signed_on: today, amount_fen: null },
    milestones: [{ name_zh: '', due_on: end, amount_fen: null, instalment: '' }],
    pledge: false,
  }
}

/** Whether everything that the platform requires was filled in; the platform has the last word. */
export function isWhole(draft: ProjectDraft): boolean {
  const { contract } = draft
  return (
    Boolean(draft.title_zh && draft.starts_on && draft.ends_on && draft.pledge) &&
    Boolean(contract.number && contract.supplier && contract.signed_on && contract.amount_fen) &&
    draft.milestones.every(({ name_zh, due_on }) => name_zh && due_on)
  )
}

export function contentOf(draft: ProjectDraft): ProjectContent {
  const { contract } = draft
  return {
    title_zh: draft.title_zh,
    title_en: draft.title_en,
    starts_on: draft.starts_on,
    ends_on: draft.ends_on,
    contracts: [{ ...contract, amount_fen: contract.amount_fen ?? 0, file_id: null }],
    milestones: draft.milestones.map((one, at) => ({
      key: `m${at + 1}`,
      name_zh: one.name_zh,
      name_en: '',
      due_on: one.due_on,
      amount_fen: one.amount_fen ?? 0,
      instalment: one.instalment || null,
    })),
    costs: [],
    pledge: draft.pledge,
  }
}
