/** Coverage in the shapes that the platform's API description declares. */
import type { components } from '@/api/schema'

type Shapes = components['schemas']

export type Tally = Shapes['TallyView']
export type CoverageView = Shapes['CoverageView']
export type ClassTally = Shapes['ClassTally']
export type Statement = Shapes['StatementView']
export type CoverageMap = Shapes['CoverageMap']
export type Gap = Shapes['CoverageGap']
export type Place = Shapes['DemandPlaceView']
export type PlaceDetail = Shapes['DemandPlaceDetail']
export type NewPlace = Shapes['NewDemandPlace']
export type Candidate = Shapes['CandidateView']
export type NewCandidate = Shapes['NewCandidateForm']
export type Parameters = Shapes['Parameters']
export type Reach = Shapes['BandReach']
export type Plan = Shapes['CoveragePlanView']
export type PlanDetail = Shapes['CoveragePlanDetail']
export type PlanMap = Shapes['PlanMap']
export type Choice = Shapes['SiteChoiceView']
export type Duty = Shapes['DutyForm']
export type Unmet = Shapes['UnmetDuty']
export type ImportReport = Shapes['ImportReport']
export type CentreOverview = Shapes['CentreOverview']
export type Scenario = Shapes['CentreScenario']
export type AreaClass = Place['area_class']

/** In the order of the city's reports. */
export const AREA_CLASSES = ['urban', 'park', 'scenic', 'town', 'village'] as const satisfies readonly AreaClass[]
