import type { components } from '@/api/schema'

type Shapes = components['schemas']

export type PublishableFigure = Shapes['PublishableFigure']
export type Publication = Shapes['FigurePublicationView']
