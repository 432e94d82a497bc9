/** Short names for the ledger's shapes in the platform's API description. */
import type { components } from '@/api/schema'

type Shapes = components['schemas']

export type Kind = Shapes['KindView']
export type Field = Shapes['KindFieldView']
export type Entry = Shapes['LedgerEntryView']
export type NewEntry = Shapes['NewLedgerEntry']
export type Standing = Shapes['KindStanding']
export type Growth = Shapes['LedgerGrowth']
export type Places = Shapes['LedgerPlaces']
export type Indicator = Shapes['GigabitIndicatorView']
export type IndicatorSide = Shapes['GigabitPart']
export type Target = Shapes['TargetView']
export type Import = Shapes['LedgerImportView']
export type ImportColumn = Shapes['ImportColumn']
export type FieldContent = Entry['fields'][string]
