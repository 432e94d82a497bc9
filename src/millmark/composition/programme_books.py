"""The books of a programme's life, over the platform's database or within one transaction of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from millmark.programmes import ProgrammeRecords, VerifiedClaims
from millmark.programmes.assessment.book import AssessmentBook
from millmark.programmes.assessment.facts import FactBook
from millmark.programmes.documents import LocalFileStore
from millmark.programmes.life.life import ProgrammeLife
from millmark.programmes.life.reception import ClaimReception
from millmark.programmes.money import AwardBook, BudgetBook, DisbursementBook, programme_in, splits_of
from millmark.programmes.packs import PackShelf
from millmark.programmes.packs.soundness import faults
from millmark.programmes.packs.vectors import FactValue
from millmark.programmes.projects import AcceptanceBook, ProjectBook, ProjectWork
from millmark.registry import Database, Registry
from millmark.reports.sheets.importers import (
    budgets_importer,
    calls_importer,
    facts_importer,
    invoices_importer,
    milestones_importer,
    recognitions_importer,
    records_importer,
)
from millmark.reports.sheets.importing import Importer
from millmark.reports.sheets.life_steps import applications_importer, assignments_importer, recommendations_importer
from millmark.reports.sheets.money_steps import awards_importer, disbursements_importer
from millmark.reports.sheets.own_reviews import SCORES, scores_importer


@dataclass(frozen=True, slots=True)
class ProgrammeBooks:
    """What the books share; a sheet's rows are steps in books over the sheet's own transaction, all or none."""

    registry: Registry
    packs: PackShelf
    claims: VerifiedClaims
    facts: FactBook
    assessments: AssessmentBook
    files: LocalFileStore
    reception: ClaimReception
    reviewers: Callable[[], Collection[str]]
    """Names of the accounts that may review."""
    now_us: Callable[[], int]
    zone: ZoneInfo

    def life(self, database: Database) -> ProgrammeLife:
        return ProgrammeLife.over(
            database,
            self.packs,
            self.claims,
            self.facts,
            self.assessments,
            ProgrammeRecords(database, now_us=self.now_us, zone=self.zone),
            self.files,
            self.reception,
            self.registry.enterprise,
            faults=lambda pack: faults(pack, self.packs),
            now_us=self.now_us,
            zone=self.zone,
        )

    def budget(self, database: Database) -> BudgetBook:
        return BudgetBook(
            database,
            splits=lambda programme: splits_of(self.packs, programme),
            programmes=lambda programme: programme_in(self.packs, programme),
            now_us=self.now_us,
        )

    def awards(self, database: Database) -> AwardBook:
        return AwardBook(
            database,
            self.budget(database),
            self.packs,
            ProgrammeRecords(database, now_us=self.now_us, zone=self.zone),
            ProjectWork(),
            facts=self._fact_values,
            now_us=self.now_us,
            zone=self.zone,
        )

    def disbursements(self, database: Database) -> DisbursementBook:
        budget = self.budget(database)
        return DisbursementBook(database, budget, self.packs, ProjectWork(), now_us=self.now_us, zone=self.zone)

    def importers(self) -> dict[str, Importer]:
        """What each list that comes in from Excel does with its rows, by the list's name."""
        return {
            "applications": applications_importer(self.life),
            "recommendations": recommendations_importer(self.life),
            "reviews": assignments_importer(self.life, self.reviewers),
            SCORES: scores_importer(self.life),
            "awards": awards_importer(self.awards, self.budget),
            "disbursements": disbursements_importer(self.disbursements, self.budget),
            "records": records_importer(self.now_us, self.zone),
            "calls": calls_importer(lambda within: self.life(within).calls),
            "recognitions": recognitions_importer(self.life),
            "facts": facts_importer(
                lambda within: FactBook(within, now_us=self.now_us),
                lambda: {fact.id: fact for pack in self.packs for fact in pack.facts},
            ),
            "milestones": milestones_importer(
                lambda within: ProjectBook(within, self.packs, self.files, now_us=self.now_us)
            ),
            "budgets": budgets_importer(self.budget),
            "invoices": invoices_importer(
                lambda within: AcceptanceBook(within, self.packs, self.files, self.assessments, now_us=self.now_us)
            ),
        }

    def _fact_values(self, enterprise_id: int) -> Mapping[str, FactValue | None]:
        return {name: fact.value for name, fact in self.facts.latest(enterprise_id).items()}
