"""Money of the programmes: budget lines kept by double entry, and awards calculated by a pack."""

from millmark.programmes.money.accounts import Account, Balances, EntryKind
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
from millmark.programmes.money.shares import Share, ShareFinding

__all__ = [
    "Account",
    "AwardInputs",
    "Balances",
    "BudgetBook",
    "BudgetLine",
    "Calculation",
    "CalculationStep",
    "Cost",
    "EntryKind",
    "FundSource",
    "InstalmentDue",
    "MoneyEntry",
    "NewBudgetLine",
    "Share",
    "ShareFinding",
    "Support",
    "calculate",
    "instalments",
    "reduced_pro_rata",
    "share_of",
]
