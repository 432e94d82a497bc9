"""The books of the bureau's desk, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from millmark.programmes import VerifiedClaims
from millmark.programmes.assessment.book import AssessmentBook
from millmark.programmes.documents import UsedFiles
from millmark.programmes.packs import PackShelf
from millmark.programmes.shelf import shipped_packs
from millmark.region.books import FactsBook
from millmark.region.cases import CaseBook
from millmark.region.catalogue import CityPack
from millmark.region.coverage.desk import CoverageDesk
from millmark.region.departments import Departments
from millmark.region.dispatch.rules import read_dispatch_rules
from millmark.region.events.desk import EventDesk
from millmark.region.factors import FactorBook
from millmark.region.geography import SCHEMATIC, Area, read_areas
from millmark.region.investments import InvestmentBook, InvestmentProgress
from millmark.region.ledger import Ledger
from millmark.region.proposals import ProposalDesk
from millmark.region.publications import Contributors, PublicationBook, PublicSums
from millmark.region.statistics.desk import StatisticsDesk
from millmark.region.suppliers.desk import SupplierDesk
from millmark.region.watch import Watch
from millmark.registry import Database, Registry


@dataclass(frozen=True, slots=True)
class Bureau:
    """`books` are those whose records figures count, beside the ledger."""

    ledger: Ledger
    coverage: CoverageDesk
    departments: Departments
    factors: FactorBook
    investments: InvestmentBook
    progress: InvestmentProgress
    proposals: ProposalDesk
    publications: PublicationBook
    suppliers: SupplierDesk
    cases: CaseBook
    events: EventDesk
    watch: Watch
    statistics: StatisticsDesk
    books: tuple[FactsBook, ...]

    @classmethod
    def over(
        cls,
        database: Database,
        registry: Registry,
        pack: CityPack,
        files: UsedFiles,
        packs: PackShelf,
        claims: VerifiedClaims,
        *,
        now_us: Callable[[], int],
        zone: ZoneInfo,
        areas: Sequence[Area] | None = None,
        boundaries: Callable[[], Sequence[Area]] = tuple,
        disclosure_rules: Path | None = None,
        assessments: AssessmentBook | None = None,
    ) -> Self:
        """All of them over one database. `areas` are the counties on the city's map, `boundaries` their outlines where
        they are real, `disclosure_rules` the confidential file of the statistics."""
        departments = Departments(database, now_us=now_us)
        rules = read_dispatch_rules(pack.folder)
        investments = InvestmentBook(database, pack, rules, now_us=now_us, zone=zone)
        proposals = ProposalDesk.over(database, pack, now_us=now_us, zone=zone)
        ledger = Ledger(database, pack, now_us=now_us, boundaries=boundaries)
        events = EventDesk.over(database, registry, pack, now_us=now_us, zone=zone)
        watch = Watch.over(database, pack, shipped_packs(), now_us=now_us, zone=zone)
        statistics = StatisticsDesk.over(
            database,
            read_areas(SCHEMATIC) if areas is None else areas,
            claims=claims,
            assessments=assessments,
            rules_file=disclosure_rules,
            now_us=now_us,
            zone=zone,
            figures=PublicSums(database),
        )
        contributors = Contributors(
            holdings=lambda: {who: place.holding for who, place in statistics.source.places().items()},
            reported=watch.reported,
            indicator=watch.indicator,
        )
        return cls(
            ledger=ledger,
            coverage=CoverageDesk.over(database, ledger, pack, now_us=now_us, zone=zone),
            departments=departments,
            factors=FactorBook(database, registry, departments, rules, now_us=now_us, zone=zone),
            investments=investments,
            progress=InvestmentProgress(database, investments, departments, now_us=now_us),
            proposals=proposals,
            publications=PublicationBook(
                database,
                contributors=contributors,
                rules=lambda: statistics.book.rules,
                now_us=now_us,
                judge=statistics.judge,
            ),
            suppliers=SupplierDesk.over(database, registry, files, packs, shipped_packs(), now_us=now_us, zone=zone),
            cases=CaseBook(database, claims, now_us=now_us),
            events=events,
            watch=watch,
            statistics=statistics,
            books=(watch, investments, events.attendance, proposals.facts),
        )
