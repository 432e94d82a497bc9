import type { components } from '@/api/schema'

type Shapes = components['schemas']

export type ProposalRow = Shapes['HandledProposal']
export type ProposalDetail = Shapes['ProposalDetail']
export type ProposalForm = Shapes['NewProposalForm']
export type Person = Shapes['PersonShape']
export type Consultation = Shapes['ConsultationView']
export type Asked = Shapes['AskedView']
export type Commitment = Shapes['CommitmentView']
export type Rules = Shapes['ProposalRulesView']
export type Year = Shapes['ProposalYear']
export type Draft = Shapes['DraftShape']
export type DraftBlock = Shapes['BlockShape']
export type DraftView = Shapes['DraftView']
export type DraftChoices = Shapes['DraftChoices']
export type FigureChoice = Shapes['FigureChoice']
export type Slot = Shapes['SlotShape']
export type Written = Shapes['WrittenReplyView']
export type WrittenBlock = Shapes['WrittenBlockView']
export type LiveFigure = Shapes['LiveFigureView']
export type SignedReply = Shapes['SignedReplyView']
export type Metadata = Shapes['MetadataShape']
export type ProposalFile = Shapes['ProposalFileView']
export type FileKind = ProposalFile['kind']
export type Department = Shapes['DepartmentView']

/** The steps of the handling that need more than a reason: assignment, extension, a question, a contact, feedback. */
export type Handling = 'assign' | 'extend' | 'ask' | 'contact' | 'feedback'
