import type { components } from '@/api/schema'

type Shapes = components['schemas']

export type IssuedDocument = Shapes['DocumentView']
export type DocumentKind = IssuedDocument['kind']
export type DocumentTemplate = Shapes['TemplateView']
export type TemplateVersion = Shapes['TemplateVersionView']
export type SheetList = Shapes['SheetListView']
export type ImportReport = Shapes['ImportReport']

/** Which object each kind of document speaks of. */
export const OBJECT_OF: Record<DocumentKind, 'call' | 'publicity' | 'award' | 'acceptance' | 'recognition'> = {
  recommendation_list: 'call',
  recognition_list: 'call',
  publicity_notice: 'publicity',
  award_letter: 'award',
  acceptance_report: 'acceptance',
  certificate: 'recognition',
}
export const DOCUMENT_KINDS = Object.keys(OBJECT_OF) as DocumentKind[]
