"""The books of money and projects over one database, with recognised enterprises to pay."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.programmes.claim_shelf import ClaimShelf

from millmark.programmes import ProgrammeRecords, VerifiedClaims, shipped_packs
from millmark.programmes.documents import LocalFileStore
from millmark.programmes.life import OFFICES, Actor, Party
from millmark.programmes.life.tables import RecognitionRow
from millmark.programmes.money import (
    Award,
    AwardBook,
    BudgetBook,
    DisbursementBook,
    Funding,
    FundSource,
    NewBudgetLine,
    splits_of,
)
from millmark.programmes.packs import PackShelf, read_shelf
from millmark.programmes.projects import (
    AcceptanceBook,
    ClawbackBook,
    Contract,
    EffectBook,
    Milestone,
    ProjectBook,
    ProjectContent,
    ProjectWork,
)
from millmark.programmes.proof import ChallengeBook
from millmark.programmes.records import NewProgrammeRecord, RecordKind
from millmark.programmes.span import DateSpan
from millmark.programmes.tables import ApplicationRow, CallRow, ProgrammeRow
from millmark.registry import Database, Registry

ZONE = ZoneInfo("Asia/Shanghai")
NOW_US = 1_772_500_000_000_000  # 2026-03-03 in Xianning
WAN = 1_000_000
AWARD_FEN = 100 * WAN
PROGRAMME = "city-smart-manufacturing"

CITY = Actor("city", "officer", OFFICES)
MAYOR = Actor("mayor", "officer", OFFICES)
TREASURER = Actor("treasurer", "treasurer", frozenset({Party.TREASURER}))
MANAGER = Actor("manager", "manager", frozenset({Party.ENTERPRISE}))

MONEY_IN_TWO_PARTS = """
confidence = "L"

[rule]
kind = "fixed"
amount_yuan = 1000000
one_award_per_enterprise = false

[[cost_categories]]
id = "software"
name_zh = "软件"
name_en = "Software"

[[cost_categories]]
id = "buildings"
name_zh = "土建"
name_en = "Buildings"
eligible = false

[[instalments]]
id = "first"
name_zh = "首笔"
name_en = "First"
percent = 60
after = "award"

[[instalments]]
id = "second"
name_zh = "尾款"
name_en = "Second"
percent = 40
after = "acceptance"
"""
MORE_STAGES = "".join(
    f'\n[[stages]]\nid = "{stage}"\nkind = "{kind}"\nname_zh = "{stage}"\nname_en = "{stage}"\n'
    for stage, kind in (("execution", "execution"), ("acceptance", "acceptance"), ("follow-up", "follow_up"))
)


def pack_in_two_parts(folder: Path, *, reduces_pro_rata: bool = False) -> Path:
    """A city's own edition 2026 of the demonstration award, paid in two parts; returns the folder of its packs."""
    target = folder / PROGRAMME / "2026"
    shutil.copytree(shipped_packs() / PROGRAMME / "2023", target)
    header = target / "pack.toml"
    header.write_text(header.read_text("utf-8").replace('edition = "2023"', 'edition = "2026"'), "utf-8")
    cut = f"[rule]\nreduces_pro_rata = {str(reduces_pro_rata).lower()}\n"
    (target / "money.toml").write_text(MONEY_IN_TWO_PARTS.replace("[rule]\n", cut), "utf-8")
    stages = target / "stages.toml"
    stages.write_text(stages.read_text("utf-8") + MORE_STAGES, "utf-8")
    return folder


@dataclass
class Assessed:
    enterprise_id: int
    state: str
    level: int | None
    pack: str = "sme-digital-level"


@dataclass
class AssessedShelf:
    """Assessments laid out by id."""

    shelved: dict[int, Assessed] = field(default_factory=dict)

    def assessment(self, assessment_id: int, /) -> Assessed:
        return self.shelved[assessment_id]


@dataclass
class Treasury:
    database: Database
    registry: Registry
    records: ProgrammeRecords
    claims: ClaimShelf
    assessments: AssessedShelf
    facts: dict[int, Mapping[str, bool]]
    shelf: PackShelf
    budget: BudgetBook
    awards: AwardBook
    disbursements: DisbursementBook
    projects: ProjectBook
    acceptances: AcceptanceBook
    effects: EffectBook
    clawbacks: ClawbackBook
    files: LocalFileStore

    def call(self, pack_id: str = PROGRAMME, edition: str = "2026", slug: str = "") -> int:
        pack = self.shelf.pack(pack_id, edition)
        assert pack.programme is not None
        with self.database.transaction() as session:
            programme = ProgrammeRow(
                slug=slug or pack.programme.slug,
                name_zh=pack.programme.name_zh,
                name_en=pack.programme.name_en,
                level=pack.programme.level,
                is_demonstration=False,
                recorded_at_us=NOW_US,
            )
            session.add(programme)
            session.flush()
            call = CallRow(
                programme_id=programme.id,
                slug=f"{pack_id}-call",
                title_zh="通知",
                title_en="Call",
                opens_on=date(2026, 1, 1),
                closes_on=date(2026, 2, 1),
                pack=pack_id,
                pack_edition=edition,
                pack_digest=pack.ref.digest,
                state="closed",
                version=1,
                recorded_at_us=NOW_US,
            )
            session.add(call)
            session.flush()
            return call.id

    def recognised(self, call_id: int, slug: str, grade_code: str | None = None) -> int:
        """A new enterprise, recognised in a call and counted by the city; returns the recognition's id."""
        enterprise = self.registry.add_enterprise(
            slug=slug, name_zh=slug, name_en=slug, area_code="421202", is_placeholder=True
        )
        with self.database.transaction() as session:
            call = session.get_one(CallRow, call_id)
            programme = session.get_one(ProgrammeRow, call.programme_id)
            application = ApplicationRow(
                call_id=call_id,
                enterprise_id=enterprise.id,
                state="recognised",
                version=1,
                started_at_us=NOW_US,
                started_by="manager",
            )
            session.add(application)
            session.flush()
            record = self.records.add_within(
                session,
                NewProgrammeRecord(
                    kind=RecordKind.RECOGNITION,
                    programme=programme.slug,
                    area="421202",
                    span=DateSpan.of_day(date(2026, 3, 1)),
                    source="test",
                    subject=slug,
                    enterprise_id=enterprise.id,
                ),
                recorded_by="city",
            )
            row = RecognitionRow(
                application_id=application.id,
                call_id=call_id,
                programme_id=programme.id,
                enterprise_id=enterprise.id,
                number=f"R-{slug}",
                grade_code=grade_code,
                state="valid",
                version=1,
                valid_from=date(2026, 3, 1),
                record_id=record.id,
                recognised_by="city",
                recognised_at_us=NOW_US,
            )
            session.add(row)
            session.flush()
            return row.id

    def line(self, fen: int, code: str = "2026-city", programme: str = PROGRAMME, purpose: str = "retrofits") -> int:
        new = NewBudgetLine(
            code=code,
            name_zh="奖补",
            name_en="Awards",
            source=FundSource.CITY,
            year=2026,
            programme=programme,
            purpose=purpose,
        )
        return self.budget.open(new, fen, document=f"预算 {code}", opened_by="treasurer").id

    def proposed(self, recognition_id: int, line_id: int) -> Award:
        award = self.awards.calculate(recognition_id, actor=CITY)
        return self.awards.propose(award.id, [Funding(line_id, award.amount_fen)], actor=CITY)

    def committed(self, recognition_id: int, line_id: int) -> Award:
        return self.awards.approve(self.proposed(recognition_id, line_id).id, document="咸经信〔2026〕1号", actor=MAYOR)


class NoClaims:
    """The treasury asks what became of challenges; it opens none, and so looks at no claim."""


def treasury_over(database: Database, folder: Path) -> Treasury:
    shelf = read_shelf([shipped_packs(), pack_in_two_parts(folder / "packs")])
    return treasury_with(database, folder, shelf)


def treasury_with(database: Database, folder: Path, shelf: PackShelf) -> Treasury:
    """For a process of its own, over packs that are there already."""

    def now_us() -> int:
        return NOW_US

    registry = Registry(database, now_us=now_us)
    records = ProgrammeRecords(database, now_us=now_us, zone=ZONE)
    claims, assessments, work = ClaimShelf(), AssessedShelf(), ProjectWork()
    facts: dict[int, Mapping[str, bool]] = {}
    files = LocalFileStore(folder / "files", database, now_us=now_us)
    budget = BudgetBook(database, splits=lambda slug: splits_of(shelf, slug), now_us=now_us)
    challenges = ChallengeBook(database, NoClaims(), now_us=now_us)  # type: ignore[arg-type]
    verified = VerifiedClaims(claims, demonstration_enterprises=lambda: (), now_us=now_us)
    return Treasury(
        database,
        registry,
        records,
        claims,
        assessments,
        facts,
        shelf,
        budget,
        AwardBook(
            database,
            budget,
            shelf,
            records,
            work,
            facts=lambda enterprise_id: dict(facts.get(enterprise_id, {})),
            now_us=now_us,
            zone=ZONE,
        ),
        DisbursementBook(database, budget, shelf, work, now_us=now_us, zone=ZONE),
        ProjectBook(database, shelf, files, now_us=now_us),
        AcceptanceBook(database, shelf, files, assessments, now_us=now_us),
        EffectBook(database, verified, now_us=now_us),
        ClawbackBook(database, budget, challenges, now_us=now_us),
        files,
    )


def project_content(*, instalment: str | None = None) -> ProjectContent:
    return ProjectContent(
        title_zh="压铸车间数字化改造",
        title_en="Digital retrofit of the die-casting hall",
        starts_on=date(2026, 1, 10),
        ends_on=date(2026, 12, 31),
        contracts=(Contract("HT-1", "云联软件", date(2026, 1, 12), 300 * WAN),),
        milestones=(
            Milestone("design", "方案设计", "Design", date(2026, 3, 1), 50 * WAN, instalment),
            Milestone("go-live", "上线运行", "Go live", date(2026, 9, 1), 200 * WAN),
        ),
        costs=(),
        pledge=True,
    )
