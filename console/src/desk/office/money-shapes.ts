/** Short names for the shapes of money and projects that the platform's API description declares. */
import type { components } from '@/api/schema'

type Shapes = components['schemas']

export type Balances = Shapes['BalancesView']
export type BudgetLine = Shapes['BudgetLineView']
export type BudgetList = Shapes['BudgetList']
export type BudgetDetail = Shapes['BudgetDetail']
export type MoneyEntry = Shapes['EntryView']
export type AwardRow = Shapes['AwardView']
export type AwardDetail = Shapes['AwardDetail']
export type Disbursement = Shapes['DisbursementView']
export type Clawback = Shapes['ClawbackView']
export type Grounds = Clawback['grounds']
export type MyMoney = Shapes['MyMoney']
export type ProjectRow = Shapes['ProjectView']
export type ProjectDetail = Shapes['ProjectDetail']
export type ProjectContent = Shapes['ProjectContentForm']
export type Milestone = ProjectDetail['milestones'][number]
export type AcceptanceRow = Shapes['AcceptanceView']
export type AcceptanceDetail = Shapes['AcceptanceDetail']
export type Invoice = Shapes['InvoiceView']
export type Effect = Shapes['EffectView']

/** All that ever left for an award; on the account of its line only what has not come back is paid. */
export function paidOut(award: Pick<AwardRow, 'paid_fen' | 'recovered_fen'>): number {
  return award.paid_fen + award.recovered_fen
}
