import type { StoredFile } from '@/api/upload'
import type { ProjectContent } from '@/desk/office/money-shapes'

export interface ContractDraft {
  number: string
  supplier: string
  signed_on: string
  amount_fen: number | null
  /** The scan, by its id; one that was just uploaded is known with its name. */
  file_id: string | null
  file?: StoredFile | undefined
}

export interface MilestoneDraft {
  key: string
  name_zh: string
  name_en: string
  due_on: string
  amount_fen: number | null
  instalment: string
}

export interface CostDraft {
  category: string
  amount_fen: number | null
}

/** A project as its form holds it. */
export interface ProjectDraft {
  title_zh: string
  title_en: string
  starts_on: string
  ends_on: string
  contracts: ContractDraft[]
  milestones: MilestoneDraft[]
  costs: CostDraft[]
  pledge: boolean
}

export function emptyProject(today: string, end: string): ProjectDraft {
  return {
    title_zh: '',
    title_en: '',
    starts_on: today,
    ends_on: end,
    contracts: [emptyContract(today)],
    milestones: [emptyMilestone([], end)],
    costs: [],
    pledge: false,
  }
}

export function emptyContract(today: string): ContractDraft {
  return { number: '', supplier: '', signed_on: today, amount_fen: null, file_id: null }
}

/** Reports are kept by a milestone's key, so one that was taken out leaves its key to nobody. */
export function emptyMilestone(others: readonly MilestoneDraft[], end: string): MilestoneDraft {
  const taken = others.map(({ key }) => Number(/^m(\d+)$/.exec(key)?.[1] ?? 0))
  return {
    key: `m${Math.max(0, ...taken) + 1}`,
    name_zh: '',
    name_en: '',
    due_on: end,
    amount_fen: null,
    instalment: '',
  }
}

/** What was said before, to be changed; the pledge is given anew for what is said now. */
export function draftOf(content: ProjectContent): ProjectDraft {
  return {
    title_zh: content.title_zh,
    title_en: content.title_en,
    starts_on: content.starts_on,
    ends_on: content.ends_on,
    contracts: content.contracts.map((one) => ({ ...one, file_id: one.file_id ?? null })),
    milestones: content.milestones.map((one) => ({
      ...one,
      name_en: one.name_en,
      instalment: one.instalment ?? '',
    })),
    costs: content.costs.map((one) => ({ ...one })),
    pledge: false,
  }
}

/** Whether everything that the platform requires was filled in; the platform has the last word. */
export function isWhole(draft: ProjectDraft): boolean {
  return (
    Boolean(draft.title_zh && draft.starts_on && draft.ends_on && draft.pledge) &&
    draft.contracts.every(
      ({ number, supplier, signed_on, amount_fen }) => number && supplier && signed_on && amount_fen,
    ) &&
    draft.milestones.every(({ name_zh, due_on }) => name_zh && due_on) &&
    draft.costs.every(({ category, amount_fen }) => category && amount_fen)
  )
}

export function contentOf(draft: ProjectDraft): ProjectContent {
  return {
    title_zh: draft.title_zh,
    title_en: draft.title_en,
    starts_on: draft.starts_on,
    ends_on: draft.ends_on,
    contracts: draft.contracts.map(({ number, supplier, signed_on, amount_fen, file_id }) => ({
      number,
      supplier,
      signed_on,
      amount_fen: amount_fen ?? 0,
      file_id,
    })),
    milestones: draft.milestones.map((one) => ({
      key: one.key,
      name_zh: one.name_zh,
      name_en: one.name_en,
      due_on: one.due_on,
      amount_fen: one.amount_fen ?? 0,
      instalment: one.instalment || null,
    })),
    costs: draft.costs.map(({ category, amount_fen }) => ({ category, amount_fen: amount_fen ?? 0 })),
    pledge: draft.pledge,
  }
}
