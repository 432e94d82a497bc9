"""Investment projects: stages, milestones, money, problems and who solves them."""

from millmark.region.investments.book import InvestmentBook
from millmark.region.investments.content import InvestmentContent, PlannedMilestone
from millmark.region.investments.progress import InvestmentProgress, ProblemAct
from millmark.region.investments.project import Investment, Milestone, Payment, Problem

__all__ = [
    "Investment",
    "InvestmentBook",
    "InvestmentContent",
    "InvestmentProgress",
    "Milestone",
    "Payment",
    "PlannedMilestone",
    "Problem",
    "ProblemAct",
]
