"""The books of suppliers, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from millmark.programmes.documents import UsedFiles
from millmark.programmes.packs import PackShelf
from millmark.region.suppliers.answers import AnswerBook
from millmark.region.suppliers.demands import DemandBook
from millmark.region.suppliers.evaluations import EvaluationBook
from millmark.region.suppliers.exchange import Exchange
from millmark.region.suppliers.fit import ScenarioNames
from millmark.region.suppliers.pool import Supplier, SupplierBook
from millmark.region.suppliers.rules import read_pool_rules
from millmark.region.suppliers.scenarios import scenario_names
from millmark.region.suppliers.solutions import SolutionBook
from millmark.region.suppliers.terms import read_terms
from millmark.region.suppliers.words import Cutter
from millmark.registry import Database, Registry

POOL_FOLDER = "supplier-pool"


@dataclass(frozen=True, slots=True)
class SupplierDesk:
    """Pool, evaluation, solutions, demands, answers, and the exchange that matches them."""

    pool: SupplierBook
    evaluations: EvaluationBook
    solutions: SolutionBook
    demands: DemandBook
    answers: AnswerBook
    exchange: Exchange
    scenarios: ScenarioNames

    @classmethod
    def over(
        cls,
        database: Database,
        registry: Registry,
        files: UsedFiles,
        packs: PackShelf,
        folder: Path,
        *,
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> Self:
        """All of them over one database; `folder` holds the packs that the pool's rules and words are among."""
        rules = read_pool_rules(folder / POOL_FOLDER)
        scenarios = scenario_names(packs)
        solutions = SolutionBook(database, files, scenarios, now_us=now_us)
        return cls(
            pool=SupplierBook(database, files, rules, now_us=now_us),
            evaluations=EvaluationBook(database, rules, now_us=now_us, zone=zone),
            solutions=solutions,
            demands=DemandBook(database, scenarios, registry.enterprise, now_us=now_us),
            answers=AnswerBook(database, files, now_us=now_us),
            exchange=Exchange(solutions, Cutter(read_terms(folder / POOL_FOLDER)), scenarios),
            scenarios=scenarios,
        )

    def listed(self) -> list[Supplier]:
        """The suppliers of the public list."""
        return self.pool.listed()
