"""Assessments and facts kept: versions, steps, who may save, two at once; on both databases."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from millmark.programmes import Grade, shipped_packs
from millmark.programmes.assessment.answers import Answers, Chosen, Ticked
from millmark.programmes.assessment.book import AssessmentBook
from millmark.programmes.assessment.errors import AssessmentNotFound, InvalidAnswers, InvalidFact
from millmark.programmes.assessment.facts import FactBook, NewFact, fact_value
from millmark.programmes.assessment.kept import AnswerSource, AssessedKind
from millmark.programmes.assessment.stored import StoredAnswers
from millmark.programmes.documents import LocalFileStore
from millmark.programmes.documents.errors import UnknownFile
from millmark.programmes.errors import IllegalStep, ReasonMissing, StaleVersion, StepForbidden
from millmark.programmes.life import Actor, Party
from millmark.programmes.packs import Fact, FactType, read_shelf
from millmark.registry import Database, Registry

NOW_US = 1_717_200_000_000_000
MANAGER = Actor("ann", "manager", frozenset({Party.ENTERPRISE}))
OFFICER = Actor("bo", "officer", frozenset({Party.CITY}))
SHELF = read_shelf([shipped_packs()])
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)


@dataclass
class Desk:
    book: AssessmentBook
    facts: FactBook
    files: LocalFileStore
    mill: int
    other: int

    def started(self, kind: AssessedKind = AssessedKind.SELF, actor: Actor = MANAGER) -> int:
        return self.book.start(self.mill, "sme-digital-level", "2024", kind, actor).id


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    registry = Registry(database)
    ids = [
        registry.add_enterprise(
            slug=slug, name_zh="示范工厂(虚构)", name_en="Fictional mill", area_code="421202", is_demonstration=True
        ).id
        for slug in ("mill", "other")
    ]
    files = LocalFileStore(tmp_path / "files", database, now_us=lambda: NOW_US)
    book = AssessmentBook(database, SHELF, files, now_us=lambda: NOW_US)
    return Desk(book, FactBook(database, now_us=lambda: NOW_US), files, *ids)


def test_every_save_is_a_version_with_who_and_when_and_the_old_ones_stay(desk: Desk) -> None:
    one = desk.started()
    desk.book.save(one, Answers({"quality": Chosen("up")}), MANAGER)
    desk.book.save(one, Answers({"quality": Chosen("flat")}), MANAGER)
    same = desk.book.save(one, Answers({"quality": Chosen("flat")}), MANAGER)
    assert same.version == 3
    assert desk.book.assessment(one, 2).answers.items == {"quality": Chosen("up")}
    assert [(step.action, step.actor, step.version) for step in desk.book.steps(one)] == [
        ("start", "ann", 1),
        ("save", "ann", 2),
        ("save", "ann", 3),
    ]
    assert desk.book.assessment(one).digest == SHELF.pack("sme-digital-level", "2024").ref.digest


def test_a_submitted_level_is_the_experts_before_the_enterprises_own(desk: Desk) -> None:
    own, seen = desk.started(), desk.started(AssessedKind.EXPERT, OFFICER)
    answers = Answers({"system-coverage": Chosen("all")}, {})
    desk.book.save(own, answers, MANAGER)
    desk.book.submit(own, MANAGER)
    found = desk.book.submitted_level(desk.mill, "sme-digital-level", "2024")
    assert found is not None
    assert (found.assessment_id, found.level, found.score) == (own, 0, Decimal(10))
    desk.book.submit(seen, OFFICER)
    expert = desk.book.submitted_level(desk.mill, "sme-digital-level", "2024")
    assert expert is not None
    assert (expert.assessment_id, expert.kind, expert.score) == (seen, AssessedKind.EXPERT, 0)
    assert desk.book.submitted_level(desk.other, "sme-digital-level", "2024") is None
    desk.book.withdraw(seen, OFFICER, "the wrong factory")
    again = desk.book.submitted_level(desk.mill, "sme-digital-level", "2024")
    assert again is not None
    assert again.assessment_id == own
    assert desk.book.answers_of_all("sme-digital-level")[desk.mill][2] == StoredAnswers.of(answers)


def test_what_is_submitted_changes_no_more_and_others_do_not_touch_it(desk: Desk) -> None:
    one = desk.started()
    with pytest.raises(StepForbidden):
        desk.book.save(one, Answers({"quality": Chosen("up")}), OFFICER)
    with pytest.raises(StepForbidden):
        desk.started(AssessedKind.EXPERT, MANAGER)
    desk.book.submit(one, MANAGER)
    with pytest.raises(IllegalStep):
        desk.book.save(one, Answers({"quality": Chosen("up")}), MANAGER)
    with pytest.raises(IllegalStep):
        desk.book.submit(one, MANAGER)
    with pytest.raises(ReasonMissing):
        desk.book.withdraw(one, MANAGER, " ")
    with pytest.raises(AssessmentNotFound):
        desk.book.save(9_999, Answers(), MANAGER)


def test_two_who_save_what_they_both_read_do_not_save_over_each_other(desk: Desk) -> None:
    one = desk.started()

    def save(option: str) -> str:
        try:
            desk.book.save(one, Answers({"quality": Chosen(option)}), MANAGER, seen_version=1)
        except StaleVersion:
            return "stale"
        return "kept"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(save, ["up", "flat", "down", "up"]))
    assert outcomes == ["kept", "stale", "stale", "stale"]
    assert len(desk.book.versions(one)) == 2


def test_a_document_backs_an_answer_and_must_be_the_enterprises_own(desk: Desk) -> None:
    def keep(owner: int) -> str:
        stream: Iterable[bytes] = [PDF]
        return desk.files.keep(stream, "proof.pdf", owner_enterprise_id=owner, purpose="evidence", actor="ann").id

    one = desk.started()
    answers = Answers({"quality": Chosen("up")})
    kept = desk.book.save(one, answers, MANAGER, documents={"quality": [keep(desk.mill)]})
    assert len(kept.documents["quality"]) == 1
    assert [file.name for file in desk.files.used_by("assessment", one)] == ["proof.pdf"]
    with pytest.raises(UnknownFile):
        desk.book.save(one, answers, MANAGER, documents={"quality": [keep(desk.other)]})
    with pytest.raises(InvalidAnswers, match="no-such-item"):
        desk.book.save(one, answers, MANAGER, documents={"no-such-item": []})
    assert desk.book.assessment(one).version == kept.version


def test_a_prefilled_answer_keeps_its_source_until_somebody_changes_it(desk: Desk) -> None:
    one = desk.started()
    desk.book.save(one, Answers({"network": Ticked.of(["five-g"])}), MANAGER)
    given = {
        "quality": (Answers({"quality": Chosen("up")}), AnswerSource(Grade.MACHINE_PROVEN, ("claim-1",))),
        "network": (Answers({"network": Ticked.of([])}), AnswerSource(Grade.MACHINE_PROVEN, ("claim-2",))),
    }
    filled = desk.book.prefill(one, given, MANAGER)
    # What was answered already stays.
    assert filled.answers.items == {"network": Ticked.of(["five-g"]), "quality": Chosen("up")}
    assert set(filled.sources) == {"quality"}
    own = desk.book.save(one, Answers({**filled.answers.items, "quality": Chosen("flat")}), MANAGER)
    assert own.sources == {}


def test_the_fact_of_the_latest_day_holds_and_none_is_overwritten(desk: Desk) -> None:
    def told(value: int, day: date) -> NewFact:
        return NewFact("headcount_last_year", Decimal(value), "人", day, Grade.SELF_REPORTED, "ann")

    desk.facts.record(desk.mill, [told(50, date(2025, 1, 1))], recorded_by="ann")
    desk.facts.record(desk.mill, [told(60, date(2026, 1, 1))], recorded_by="ann")
    # Told last, of an earlier day: it does not hold.
    desk.facts.record(desk.mill, [told(55, date(2025, 6, 1))], recorded_by="ann")
    assert desk.facts.latest(desk.mill)["headcount_last_year"].value == 60
    assert desk.facts.latest(desk.mill, date(2025, 12, 31))["headcount_last_year"].value == 55
    assert [one.value for one in desk.facts.history(desk.mill, "headcount_last_year")] == [50, 55, 60]
    assert desk.facts.latest(desk.other) == {}
    assert desk.facts.values_of_all(["headcount_last_year"])[desk.mill] == {"headcount_last_year": 60}


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        (FactType.INTEGER, "1.5", "whole"),
        (FactType.NUMBER, "NaN", "no number"),
        (FactType.NUMBER, "1e400", "no number"),
        (FactType.NUMBER, "-1", "least possible"),
        (FactType.BOOLEAN, "yes", "neither true"),
        (FactType.DATE, "2024-13-01", "no date"),
        (FactType.TEXT, "", "text"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(kind: FactType, value: object, told: str) -> None:
    minimum = Decimal(0) if kind in (FactType.NUMBER, FactType.INTEGER) else None
    fact = Fact(id="asked", type=kind, name_zh="事实", name_en="fact", minimum=minimum, confidence="L")
    with pytest.raises(InvalidFact, match=rf"asked.*{told}"):
        fact_value(fact, value)
