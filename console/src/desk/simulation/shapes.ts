/** Short names for the shapes of the simulator that the platform's API description declares. */
import type { components } from '@/api/schema'

type Shapes = components['schemas']

export type Patch = Shapes['PatchEntry']
export type Simulation = Shapes['SimulationView']
export type Side = Simulation['before']
export type Group = Simulation['by_county'][number]
export type Changed = Simulation['changed'][number]
export type AppliedPatch = Simulation['patches'][number]
export type QuestionNode = SimulatedPack['questions'][number]
/** A pack, of which some numbers may be changed. */
export type SimulatedPack = Shapes['PackView']

export interface Labelled {
  label: { confidence: string }
}
