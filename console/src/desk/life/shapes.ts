/** Short names for the shapes of a programme's life that the platform's API description declares. */
import type { components } from '@/api/schema'

type Shapes = components['schemas']

export type CallTerms = Shapes['CallTermsView']
export type Criterion = CallTerms['criteria'][number]
export type StageName = keyof CallTerms['dates']
export type AskedClaim = CallTerms['claims'][number]
export type AskedDocument = CallTerms['documents'][number]
export type AskedLevel = CallTerms['levels'][number]
export type CallRow = Shapes['CallSummary']
export type CallDetail = Shapes['CallFileView']
export type Content = Shapes['ContentView']
export type ApplicationRow = Shapes['ApplicationSummary']
export type ApplicationDetail = Shapes['ApplicationFileView']
export type ContentVersion = ApplicationDetail['current']
export type Condition = Shapes['ConditionView']
export type Outcome = Condition['outcome']
export type Advice = Shapes['AdviceView']
export type Statistics = Shapes['StatisticsView']
/** How an enterprise stands to a call before it applies: the same answers, about nothing that was kept. */
export type Fit = Shapes['FitView'] & Partial<Advice>
export type CallFit = Shapes['CallFit']
export type ReviewRow = Shapes['ReviewView']
export type ReviewDetail = Shapes['ReviewDetail']
export type Publicity = Shapes['PublicityView']
export type Objection = Shapes['ObjectionView']
export type Recognition = Shapes['RecognitionView']
export type Task = Shapes['TaskView']
