import { useI18n } from 'vue-i18n'

import { bodyOfCall, useApi, type Api } from '@/api/client'
import type {
  Asked,
  Commitment,
  Department,
  Draft,
  DraftChoices,
  DraftView,
  Metadata,
  ProposalDetail,
  ProposalForm,
  ProposalRow,
  Rules,
  SignedReply,
  Written,
  Year,
} from '@/city/proposals/shapes'
import type { components } from '@/api/schema'

type Shapes = components['schemas']

/** The calls of proposals and replies, each by its typed address. */
export function createProposalApi(api: Api) {
  const of = (id: number) => ({ path: { proposal_id: id } })
  return {
    list: async (signal?: AbortSignal): Promise<ProposalRow[]> =>
      (await bodyOfCall(api.GET('/api/proposals', withSignal(signal)))).proposals,
    rules: async (signal?: AbortSignal): Promise<Rules[]> =>
      (await bodyOfCall(api.GET('/api/proposals/rules', withSignal(signal)))).rules,
    years: async (signal?: AbortSignal): Promise<Year[]> =>
      (await bodyOfCall(api.GET('/api/proposals/years', withSignal(signal)))).years,
    asked: async (signal?: AbortSignal): Promise<Asked[]> =>
      (await bodyOfCall(api.GET('/api/consultations', withSignal(signal)))).consultations,
    commitments: async (signal?: AbortSignal): Promise<Commitment[]> =>
      (await bodyOfCall(api.GET('/api/commitments', withSignal(signal)))).commitments,
    departments: async (signal?: AbortSignal): Promise<Department[]> =>
      (await bodyOfCall(api.GET('/api/departments', withSignal(signal)))).departments,
    detail: (id: number, signal?: AbortSignal): Promise<ProposalDetail> =>
      bodyOfCall(api.GET('/api/proposals/{proposal_id}', { params: of(id), ...withSignal(signal) })),
    register: (body: ProposalForm): Promise<ProposalDetail> => bodyOfCall(api.POST('/api/proposals', { body })),
    correct: (id: number, body: Shapes['CorrectedProposal']) =>
      bodyOfCall(api.PUT('/api/proposals/{proposal_id}', { params: of(id), body })),
    step: (id: number, body: Shapes['ProposalStepForm']) =>
      bodyOfCall(api.POST('/api/proposals/{proposal_id}/steps', { params: of(id), body })),
    assign: (id: number, body: Shapes['AssignmentForm']) =>
      bodyOfCall(api.POST('/api/proposals/{proposal_id}/assignment', { params: of(id), body })),
    extend: (id: number, body: Shapes['ExtensionForm']) =>
      bodyOfCall(api.POST('/api/proposals/{proposal_id}/extension', { params: of(id), body })),
    contact: (id: number, body: Shapes['ContactForm']) =>
      bodyOfCall(api.POST('/api/proposals/{proposal_id}/contacts', { params: of(id), body })),
    feedback: (id: number, body: Shapes['FeedbackForm']) =>
      bodyOfCall(api.POST('/api/proposals/{proposal_id}/feedback', { params: of(id), body })),
    ask: (id: number, body: Shapes['QuestionForm']) =>
      bodyOfCall(api.POST('/api/proposals/{proposal_id}/consultations', { params: of(id), body })),
    answer: (id: number, body: Shapes['ConsultationStepForm']): Promise<Asked> =>
      bodyOfCall(
        api.POST('/api/consultations/{consultation_id}/steps', { params: { path: { consultation_id: id } }, body }),
      ),
    withdrawFile: (id: number, reason: string) =>
      bodyOfCall(
        api.POST('/api/proposal-files/{file_number}/withdrawal', {
          params: { path: { file_number: id } },
          body: { reason },
        }),
      ),
    pursue: (id: number, body: Shapes['CommitmentStepForm']): Promise<Commitment> =>
      bodyOfCall(api.POST('/api/commitments/{commitment_id}/steps', { params: { path: { commitment_id: id } }, body })),
    draft: (id: number, signal?: AbortSignal): Promise<DraftView> =>
      bodyOfCall(api.GET('/api/proposals/{proposal_id}/draft', { params: of(id), ...withSignal(signal) })),
    saveDraft: (id: number, draft: Draft, version: number): Promise<DraftView> =>
      bodyOfCall(api.PUT('/api/proposals/{proposal_id}/draft', { params: of(id), body: { draft, version } })),
    preview: (id: number, draft: Draft): Promise<Written> =>
      bodyOfCall(api.POST('/api/proposals/{proposal_id}/draft/preview', { params: of(id), body: { draft } })),
    choices: (id: number, signal?: AbortSignal): Promise<DraftChoices> =>
      bodyOfCall(api.GET('/api/proposals/{proposal_id}/draft/choices', { params: of(id), ...withSignal(signal) })),
    submit: (id: number) => bodyOfCall(api.POST('/api/proposals/{proposal_id}/submission', { params: of(id) })),
    clear: (id: number) => bodyOfCall(api.POST('/api/proposals/{proposal_id}/clearance', { params: of(id) })),
    sign: (id: number) => bodyOfCall(api.POST('/api/proposals/{proposal_id}/signature', { params: of(id) })),
    replies: (id: number, signal?: AbortSignal): Promise<Shapes['SignedReplyList']> =>
      bodyOfCall(api.GET('/api/proposals/{proposal_id}/replies', { params: of(id), ...withSignal(signal) })),
    publish: (reply: number, body: Metadata): Promise<SignedReply> =>
      bodyOfCall(api.POST('/api/replies/{reply_id}/publication', { params: { path: { reply_id: reply } }, body })),
    amend: (reply: number, metadata: Metadata, reason: string): Promise<SignedReply> =>
      bodyOfCall(
        api.PUT('/api/replies/{reply_id}/publication', {
          params: { path: { reply_id: reply } },
          body: { metadata, reason },
        }),
      ),
  }
}

function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}

export type ProposalApi = ReturnType<typeof createProposalApi>

export function useProposals(): ProposalApi {
  return createProposalApi(useApi())
}

/** The texts of this part, by their own keys. */
export function useWords() {
  const { t } = useI18n()
  return (key: string, values: Record<string, unknown> = {}): string => t(`bureau.proposals.${key}`, values)
}
