/** Short names for the shapes of packs and assessments that the platform's API description declares. */
import type { components } from '@/api/schema'
import type { Answers } from '@/desk/assessment/draft'

type Shapes = components['schemas']

export type Pack = Shapes['PackView']
export type PackSummary = Shapes['PackSummaryView']
/** A branch of the tree with its parts, or, with a `kind`, an item that is answered. */
export type PackQuestion = Pack['questions'][number]
export type PackOption = PackQuestion['options'][number]
export type PackScenario = Pack['scenarios'][number]
export type PackLevel = Pack['levels'][number]
export type Gate = PackLevel['gates'][number]
export type TextRule = Pack['conditions'][number]
export type AssessmentRow = Shapes['AssessmentRowView']
/** An answer to an item has the form that the item's kind asks for. */
export type AssessmentDetail = Omit<Shapes['AssessmentDetailView'], 'answers'> & { answers: Answers }
export type Result = Shapes['ResultView']
export type Grades = Shapes['GradesView']
export type Compared = Grades['rows'][number]
export type Voice = Compared['entries'][number]['voice']
export type Lift = Shapes['LiftView']
export type LiftChange = Lift['changes'][number]
