"""The books of a programme's life over one database, with an enterprise, claims laid out, and a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.programmes.claim_shelf import ClaimShelf, ShelfClaim

from millmark.model import AssetPath
from millmark.programmes import ProgrammeRecords, VerifiedClaims, shipped_packs
from millmark.programmes.assessment.book import AssessmentBook
from millmark.programmes.assessment.facts import FactBook
from millmark.programmes.documents import LocalFileStore
from millmark.programmes.life import OFFICES, Actor, Party
from millmark.programmes.life.content import Content
from millmark.programmes.life.life import ProgrammeLife
from millmark.programmes.life.office import OfficeStep
from millmark.programmes.packs import PackShelf, read_shelf
from millmark.programmes.packs.soundness import faults
from millmark.registry import Database, Registry

ZONE = ZoneInfo("Asia/Shanghai")
NOW_US = 1_717_200_000_000_000  # 2024-06-01T00:00Z
MANAGER = Actor("manager", "manager", frozenset({Party.ENTERPRISE}))
COUNTY = Actor("county", "officer", frozenset({Party.COUNTY}))
CITY = Actor("city", "officer", frozenset({Party.CITY}))
BUREAU = Actor("bureau", "officer", OFFICES)
PACKS: PackShelf = read_shelf([shipped_packs()])


@dataclass
class Office:
    life: ProgrammeLife
    registry: Registry
    records: ProgrammeRecords
    shelf: ClaimShelf
    clock: list[int]

    def enterprise(self, slug: str, area_code: str = "421202", *, demonstration: bool = False) -> int:
        """An enterprise with a claim `<slug>-good` (4 of 5 connected) and one `<slug>-poor` (2 of 5)."""
        found = self.registry.add_enterprise(
            slug=slug,
            name_zh=slug,
            name_en=slug,
            area_code=area_code,
            is_placeholder=not demonstration,
            is_demonstration=demonstration,
        )
        for name, connected in (("good", 4.0), ("poor", 2.0)):
            self.shelf.shelved.append(
                ShelfClaim(f"{slug}-{name}", found.id, AssetPath.parse(slug), connected, 5.0, coverage_share=1.0)
            )
        return found.id

    def call(self, slug: str, pack: str = "connected-factory-demo", edition: str = "1", **changes: Any) -> int:
        """A published call that asks for a claim and nothing else, decided by the bureau."""
        today = self.life.calls.today()
        form = {
            "opens_on": today,
            "closes_on": today + timedelta(days=30),
            "offices": [],
            "reviewers_min": 0,
            "publicity_days": 0,
            "decided_here": True,
            **changes,
        }
        call = self.life.calls.draft(pack, edition, BUREAU, slug=slug, changes=form)
        return self.life.calls.publish(call.id, BUREAU).id

    def submitted(self, call_id: int, enterprise_id: int, *claim_ids: str) -> int:
        started = self.life.applications.start(call_id, enterprise_id, MANAGER)
        self.life.applications.save(started.id, MANAGER, Content(claim_ids=claim_ids, pledge=True))
        return self.life.applications.submit(started.id, MANAGER).id

    def act(self, application_id: int, action: str, actor: Actor = BUREAU, **form: Any) -> None:
        self.life.office.act(application_id, OfficeStep(action, **form), actor)

    @property
    def today(self) -> date:
        return self.life.calls.today()


def office_over(database: Database, folder: Path, packs: PackShelf = PACKS) -> Office:
    clock = [NOW_US]
    shelf = ClaimShelf()
    registry = Registry(database, now_us=lambda: clock[0])
    claims = VerifiedClaims(
        shelf,
        demonstration_enterprises=lambda: [one.id for one in registry.enterprises() if one.is_demonstration],
        now_us=lambda: clock[0],
    )
    files = LocalFileStore(folder, database, now_us=lambda: clock[0])
    records = ProgrammeRecords(database, now_us=lambda: clock[0], zone=ZONE)
    life = ProgrammeLife.over(
        database,
        packs,
        claims,
        FactBook(database, now_us=lambda: clock[0]),
        AssessmentBook(database, packs, files, now_us=lambda: clock[0]),
        records,
        files,
        None,
        registry.enterprise,
        faults=lambda pack: faults(pack, packs),
        now_us=lambda: clock[0],
        zone=ZONE,
    )
    return Office(life, registry, records, shelf, clock)
