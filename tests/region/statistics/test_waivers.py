"""Consents to being told: given for a term and a scope, respected by the rules, withdrawn, and asked in two times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from tests.region.statistics.reports import AREAS, JANUARY, city, report

from millmark.region.disclosure import SafetyRules, Unsafe, write_rules
from millmark.region.geography import SCHEMATIC, read_areas
from millmark.region.statistics import (
    BureauSource,
    Dimension,
    InvalidWaiver,
    Names,
    NewWaiver,
    StatisticsBook,
    StatisticsConflict,
    TableDefinition,
    TableNotFound,
    WaiverBook,
)
from millmark.region.statistics.book import Proposal
from millmark.region.statistics.release import KINDS
from millmark.region.watch.industries import Industries
from millmark.registry import Database, Registry

ZONE = ZoneInfo("Asia/Shanghai")
DAY_US = 86_400_000_000
ALONE = (AREAS[2], "39")
"""The county and industry in which one mill stands alone."""


class Clock:
    def __init__(self) -> None:
        self.now_us = 1_770_000_000_000_000  # 2 February 2026

    def __call__(self) -> int:
        return self.now_us

    def later(self, days: int) -> None:
        self.now_us += days * DAY_US


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def waivers(database: Database, clock: Clock) -> WaiverBook:
    return WaiverBook(database, now_us=clock, zone=ZONE)


@pytest.fixture
def book(database: Database, clock: Clock, waivers: WaiverBook, tmp_path) -> StatisticsBook:  # type: ignore[no-untyped-def]
    path = tmp_path / "confidential" / "disclosure.toml"
    write_rules(path, SafetyRules(3, 12.5))
    names = Names.over(read_areas(SCHEMATIC), Industries.read())
    source = BureauSource(database, now_us=clock)
    made = StatisticsBook(database, source, names, rules_file=path, now_us=clock, waivers=waivers)
    made.define(
        TableDefinition(
            slug="revenue",
            title_zh="营业收入",
            title_en="Revenue",
            measure="revenue_fen",
            dimensions=(Dimension.AREA, Dimension.INDUSTRY),
            first_year=2025,
        ),
        after_version=0,
        reason="",
        recorded_by="officer",
    )
    return made


@pytest.fixture
def mill(database: Database, registry: Registry) -> int:
    """The one that stands alone."""
    return report(database, registry, city())[f"e39-{AREAS[2]}-0"]


@pytest.fixture
def given(mill: int) -> Callable[..., NewWaiver]:
    base = NewWaiver(
        enterprise_id=mill, valid_from=date(2025, 1, 1), valid_until=None, measures=(), document="同意书〔2026〕1号"
    )
    return lambda **more: replace(base, **more)


def kind(proposal: Proposal, month: int = 0) -> str:
    cell = proposal.table.cell_of(ALONE)
    assert cell is not None
    return str(KINDS[proposal.release.kind[cell, month]])


def test_who_agrees_is_told(book: StatisticsBook, waivers: WaiverBook, given: Callable[..., NewWaiver]) -> None:
    assert kind(book.propose("revenue", JANUARY + 2)) == Unsafe.FEW
    waivers.give(given(), recorded_by="officer")
    proposal = book.propose("revenue", JANUARY + 2)
    assert not proposal.release.hidden.any()
    assert not proposal.release.cumulative_hidden.any()


def test_a_consent_is_for_its_measure_and_its_months(
    book: StatisticsBook, waivers: WaiverBook, given: Callable[..., NewWaiver]
) -> None:
    waivers.give(given(measures=("output_fen",)), recorded_by="officer")
    assert kind(book.propose("revenue", JANUARY + 2)) == Unsafe.FEW
    waivers.give(
        given(measures=("revenue_fen",), valid_from=date(2025, 2, 1), valid_until=date(2025, 2, 28)), recorded_by="o"
    )
    proposal = book.propose("revenue", JANUARY + 2)
    assert kind(proposal, 0) == Unsafe.FEW
    assert kind(proposal, 2) == Unsafe.FEW
    # A pattern holds for the year, so that February is kept back with the others, but not for its own sake.
    assert kind(proposal, 1) == Unsafe.COMPLEMENT
    cell = proposal.table.cell_of(ALONE)
    # The sum since January has a part that nobody agreed to.
    assert proposal.release.cumulative_kind[cell, 1] > 0


def test_what_was_kept_back_is_told_once_it_is_agreed_to(
    book: StatisticsBook, waivers: WaiverBook, given: Callable[..., NewWaiver]
) -> None:
    first = book.propose("revenue", JANUARY + 1)
    book.publish("revenue", JANUARY + 1, digest=first.digest, reason="", signed_by="director")
    waivers.give(given(), recorded_by="officer")
    second = book.propose("revenue", JANUARY + 2)
    assert kind(second) == ""
    # What was hidden to protect it stays so, since it was hidden once.
    assert second.release.hidden[:, 0].sum() == first.release.hidden[:, 0].sum() - 1


def test_a_withdrawal_ends_it_for_what_comes_and_not_for_what_was_published(
    book: StatisticsBook, waivers: WaiverBook, given: Callable[..., NewWaiver], clock: Clock
) -> None:
    consent = waivers.give(given(), recorded_by="officer")
    told = book.propose("revenue", JANUARY + 1)
    version = book.publish("revenue", JANUARY + 1, digest=told.digest, reason="", signed_by="director")
    clock.later(10)
    waivers.withdraw(consent.id, from_day=waivers.today(), document="撤回函", recorded_by="officer")
    after = book.propose("revenue", JANUARY + 2)
    cell = after.table.cell_of(ALONE)
    assert version.shown[cell].all()
    # January and February are public; March is not any more.
    assert not after.release.hidden[cell, :2].any()
    assert kind(after, 2) == Unsafe.FEW


def test_what_was_known_when(waivers: WaiverBook, given: Callable[..., NewWaiver], clock: Clock) -> None:
    before_us = clock() - 1
    consent = waivers.give(given(), recorded_by="officer")
    given_us = clock()
    clock.later(30)
    waivers.withdraw(consent.id, from_day=date(2026, 2, 20), document="撤回函", recorded_by="another")
    assert waivers.waivers(known_at_us=before_us) == []
    (then,) = waivers.waivers(known_at_us=given_us)
    assert then.withdrawal is None
    assert then.holds(date(2026, 2, 25))
    (now,) = waivers.waivers()
    assert now.holds(date(2026, 2, 19))
    assert not now.holds(date(2026, 2, 20))
    assert now.withdrawal is not None
    assert now.withdrawal.recorded_by == "another"


def test_what_is_no_consent_is_refused(waivers: WaiverBook, given: Callable[..., NewWaiver]) -> None:
    for wrong, field in (
        ({"document": " "}, "document"),
        ({"measures": ("profit",)}, "measures"),
        ({"valid_until": date(2024, 1, 1)}, "valid_until"),
        ({"enterprise_id": 999_999}, "enterprise_id"),
    ):
        with pytest.raises(InvalidWaiver, match=field):
            waivers.give(given(**wrong), recorded_by="officer")
    consent = waivers.give(given(), recorded_by="officer")
    waivers.withdraw(consent.id, from_day=date(2026, 3, 1), document="撤回函", recorded_by="officer")
    with pytest.raises(StatisticsConflict, match="withdrawn already"):
        waivers.withdraw(consent.id, from_day=date(2026, 3, 2), document="撤回函", recorded_by="officer")
    with pytest.raises(TableNotFound):
        waivers.withdraw(consent.id + 1, from_day=date(2026, 3, 2), document="撤回函", recorded_by="officer")
    assert len(waivers.waivers()) == 1


def test_a_holding_is_told_when_all_its_members_agree() -> None:
    from millmark.region.disclosure import assess, grouped

    cell, value = np.zeros(2, np.int64), np.array([[40], [30]], np.int64)
    one = grouped(1, cell, np.array([7, 7]), value, np.array([[True], [False]]))
    both = grouped(1, cell, np.array([7, 7]), value, np.array([[True], [True]]))
    rules = SafetyRules(3, 12.5)
    assert assess(one, rules).few[0, 0]
    assert not assess(both, rules).few[0, 0]
