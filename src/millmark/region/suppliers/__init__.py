"""The supplier pool: admission, solutions, demands and the matching between them."""

from millmark.region.suppliers.answers import Answer, AnswerBook
from millmark.region.suppliers.contents import (
    AnswerContent,
    DemandContent,
    Reference,
    ScenarioReach,
    Shown,
    SolutionContent,
    SupplierProfile,
    WantedScenario,
)
from millmark.region.suppliers.demands import Demand, DemandBook
from millmark.region.suppliers.evaluation import Evaluated
from millmark.region.suppliers.evaluations import EvaluationBook, GivenMarks, YearResult
from millmark.region.suppliers.exchange import Exchange, MatchedSolution
from millmark.region.suppliers.fit import Offer, Part, PartScore, ScenarioNames, Want
from millmark.region.suppliers.gaps import GapProposal, gap_proposals
from millmark.region.suppliers.machines import ANSWER, DEMAND, SOLUTION, SUPPLIER
from millmark.region.suppliers.matching import Match, Matcher
from millmark.region.suppliers.pool import Supplier, SupplierBook
from millmark.region.suppliers.rules import PoolRules, Side, read_pool_rules
from millmark.region.suppliers.solutions import Solution, SolutionBook

__all__ = [
    "ANSWER",
    "DEMAND",
    "SOLUTION",
    "SUPPLIER",
    "Answer",
    "AnswerBook",
    "AnswerContent",
    "Demand",
    "DemandBook",
    "DemandContent",
    "Evaluated",
    "EvaluationBook",
    "Exchange",
    "GapProposal",
    "GivenMarks",
    "Match",
    "MatchedSolution",
    "Matcher",
    "Offer",
    "Part",
    "PartScore",
    "PoolRules",
    "Reference",
    "ScenarioNames",
    "ScenarioReach",
    "Shown",
    "Side",
    "Solution",
    "SolutionBook",
    "SolutionContent",
    "Supplier",
    "SupplierBook",
    "SupplierProfile",
    "Want",
    "WantedScenario",
    "YearResult",
    "gap_proposals",
    "read_pool_rules",
]
