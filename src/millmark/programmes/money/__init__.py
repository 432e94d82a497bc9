"""Money of the programmes: budget lines kept by double entry, and awards calculated by a pack."""

from millmark.programmes.money.accounts import Account, Balances, EntryKind
from millmark.programmes.money.award import Award, Funding
from millmark.programmes.money.awards import AwardBook
from millmark.programmes.money.budget import BudgetBook, BudgetLine, FundSource, MoneyEntry, NewBudgetLine
from millmark.programmes.money.calculation import (
    AwardInputs,
    Calculation,
    CalculationStep,
    Cost,
    InstalmentDue,
    Support,
    calculate,
    instalments,
    reduced_pro_rata,
    share_of,
)
from millmark.programmes.money.disbursements import Disbursement, DisbursementBook, NewDisbursement
from millmark.programmes.money.inputs import Asked, Lowered
from millmark.programmes.money.machines import AWARD, DISBURSEMENT
from millmark.programmes.money.shares import Share, ShareFinding, programme_in, splits_of
from millmark.programmes.money.work import AcceptedWork, Progress, Work

__all__ = [
    "AWARD",
    "DISBURSEMENT",
    "AcceptedWork",
    "Account",
    "Asked",
    "Award",
    "AwardBook",
    "AwardInputs",
    "Balances",
    "BudgetBook",
    "BudgetLine",
    "Calculation",
    "CalculationStep",
    "Cost",
    "Disbursement",
    "DisbursementBook",
    "EntryKind",
    "FundSource",
    "Funding",
    "InstalmentDue",
    "Lowered",
    "MoneyEntry",
    "NewBudgetLine",
    "NewDisbursement",
    "Progress",
    "Share",
    "ShareFinding",
    "Support",
    "Work",
    "calculate",
    "instalments",
    "programme_in",
    "reduced_pro_rata",
    "share_of",
    "splits_of",
]
