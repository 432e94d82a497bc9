import type { components } from '@/api/schema'

/** Shapes of the dispatch desk, by the platform's own description. */
type Shapes = components['schemas']

export type FactorRequest = Shapes['FactorRequestView']
export type FactorRequestDetail = Shapes['FactorRequestDetail']
export type FactorRules = Shapes['FactorRules']
export type FactorStatistics = Shapes['FactorStatisticsView']
export type Department = Shapes['DepartmentView']
export type InvestmentBoard = Shapes['InvestmentBoard']
export type Investment = Shapes['InvestmentView']
export type InvestmentDetail = Shapes['InvestmentDetail']
export type InvestmentForm = Omit<
  Shapes['NewInvestment'],
  'area_code' | 'source' | 'enterprise_id' | 'stage' | 'tracked'
>
export type InvestmentProblem = Shapes['ProblemView']
export type Milestone = Investment['milestones'][number]
export type OverdueItem = Shapes['OverdueItem']
export type Brief = Shapes['BriefDetail']
export type BriefRow = Shapes['BriefRowView']
export type BriefContent = Shapes['BriefContentForm']
export type ShownBlock = Shapes['ShownBlockView']
export type Read = Shapes['ReadView']
export type Reader = Shapes['ReaderView']
