import type { components } from '@/api/schema'

/** Shapes of the statistics, by the platform's own description. */
type Shapes = components['schemas']

export type StatisticsList = Shapes['StatisticsList']
export type TableSummary = Shapes['TableSummary']
export type Definition = Shapes['DefinitionView']
export type DefinitionForm = Shapes['DefinitionForm']
export type Publication = Shapes['PublicationSummary']
export type TableValues = Shapes['TableValues']
export type Proposal = Shapes['StatisticsProposal']
export type StatisticsMeasure = TableValues['measure']
export type Axis = TableValues['axes'][number]
export type Standing = Shapes['PeerStanding']
export type CellKind = Proposal['hidden'][number]['kind']
export type Dimension = Axis['id']
export type Waiver = Shapes['WaiverView']
