"""Steps by sheet on both databases: all rows or none, also when others act on the same things at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select
from tests.programmes.documents import samples
from tests.programmes.life.office import BUREAU, COUNTY, Office, office_over
from tests.programmes.money.treasury import (
    AWARD_FEN,
    CITY,
    MAYOR,
    NOW_US,
    TREASURER,
    ZONE,
    Treasury,
    treasury_over,
)

from millmark.programmes import ProgrammeRecords
from millmark.programmes.errors import Overspent, ProgrammeError
from millmark.programmes.life import Actor, Party
from millmark.programmes.life.tables import StepRow
from millmark.programmes.money import AwardBook, BudgetBook, DisbursementBook, EntryKind, NewDisbursement
from millmark.programmes.projects import ProjectWork
from millmark.registry import Database
from millmark.reports.sheets.columns import plain
from millmark.reports.sheets.desk import SheetDesk
from millmark.reports.sheets.importing import Importer, Report
from millmark.reports.sheets.life_steps import applications_importer
from millmark.reports.sheets.lists import LISTS
from millmark.reports.sheets.money_steps import awards_importer, disbursements_importer

CASHIER = Actor("cashier", "treasurer", frozenset({Party.TREASURER}))
STEP_LISTS = ("applications", "recommendations", "reviews", "awards", "disbursements")


def test_no_column_of_a_list_that_goes_out_is_read_as_one_to_be_filled_in() -> None:
    for list_id in STEP_LISTS:
        one = LISTS[list_id]
        by_hand = {plain(name) for column in one.by_hand for name in (column.id, column.name_zh, column.name_en)}
        headings = {plain(name) for column in one.columns for name in (column.name_zh, column.name_en)}
        assert by_hand, list_id
        assert not by_hand & headings, list_id
        out = {column.id for column in one.columns}
        assert {column.id for column in one.takes} - set(one.fills) <= out, "what a step is taken on goes out"


def brought(
    database: Database, list_id: str, importer: Importer, rows: Sequence[Sequence[object]], actor: Actor, folder: Path
) -> Report:
    desk = SheetDesk(database, {list_id: importer}, zone=ZONE, scratch=folder)
    wanted = desk.one(list_id)
    heads: list[object] = [column.name_zh for column in wanted.takes]
    content = samples.xlsx([heads, *(list(row) for row in rows)])
    return desk.bring(wanted, content, mapping=None, apply=True, actor=actor, demand=lambda _id: None)


@pytest.fixture
def treasury(database: Database, tmp_path: Path) -> Treasury:
    return treasury_over(database, tmp_path)


def budget_over(within: Database) -> BudgetBook:
    return BudgetBook(within, splits=lambda _one: (), now_us=lambda: NOW_US)


def approving(treasury: Treasury) -> Importer:
    def open_awards(within: Database) -> AwardBook:
        return AwardBook(
            within,
            budget_over(within),
            treasury.shelf,
            ProgrammeRecords(within, now_us=lambda: NOW_US, zone=ZONE),
            ProjectWork(),
            facts=lambda _enterprise: {},
            now_us=lambda: NOW_US,
            zone=ZONE,
        )

    return awards_importer(open_awards, budget_over)


def paying(treasury: Treasury) -> Importer:
    def open_book(within: Database) -> DisbursementBook:
        budget = budget_over(within)
        return DisbursementBook(within, budget, treasury.shelf, ProjectWork(), now_us=lambda: NOW_US, zone=ZONE)

    return disbursements_importer(open_book, budget_over)


def approvals(awards: Sequence[int]) -> list[list[object]]:
    return [[award, 2, "批准", None, None, None, "咸经信〔2026〕1号"] for award in awards]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act came to, all begun at the same moment; an error of the books is a result."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait()
        try:
            return act()
        except ProgrammeError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_the_rows_of_a_sheet_share_what_a_line_has(treasury: Treasury, tmp_path: Path) -> None:
    call_id = treasury.call()
    line_id = treasury.line(3 * AWARD_FEN)
    awards = [treasury.proposed(treasury.recognised(call_id, f"mill-{at}"), line_id).id for at in range(4)]
    report = brought(treasury.database, "awards", approving(treasury), approvals(awards), MAYOR, tmp_path)
    assert ([one.row for one in report.problems], report.kept) == ([5], ())
    assert report.problems[0].column == "审批意见"
    assert "追加指标" in report.problems[0].zh
    assert treasury.budget.line(line_id).balances.available == 3 * AWARD_FEN
    assert {one.state for one in treasury.awards.awards()} == {"proposed"}
    report = brought(treasury.database, "awards", approving(treasury), approvals(awards[:3]), MAYOR, tmp_path)
    assert len(report.kept) == 3
    assert treasury.budget.line(line_id).balances.available == 0
    assert treasury.budget.check() == []


def test_two_who_bring_the_same_decisions_at_once_decide_them_once(treasury: Treasury, tmp_path: Path) -> None:
    call_id = treasury.call()
    lines = [treasury.line(20 * AWARD_FEN, code=f"line-{at}") for at in range(2)]
    awards = [treasury.proposed(treasury.recognised(call_id, f"mill-{at}"), lines[at % 2]).id for at in range(8)]
    database, importer = treasury.database, approving(treasury)
    found = at_once(
        lambda: brought(database, "awards", importer, approvals(awards), MAYOR, tmp_path),
        lambda: brought(database, "awards", importer, approvals(awards[::-1]), TREASURER, tmp_path),
    )
    reports = [one for one in found if isinstance(one, Report)]
    assert sorted(len(one.kept) for one in reports) == [0, 8]
    assert sorted(len(one.problems) for one in reports) == [0, 8]
    assert treasury.budget.check() == []
    entries = [one.award_id for line in lines for one in treasury.budget.entries(line_id=line) if one.award_id]
    assert sorted(entries) == awards


def test_sheets_and_single_steps_at_once_never_take_more_than_there_is(treasury: Treasury, tmp_path: Path) -> None:
    call_id = treasury.call()
    line_id = treasury.line(7 * AWARD_FEN)
    awards = [treasury.proposed(treasury.recognised(call_id, f"mill-{at}"), line_id).id for at in range(12)]
    database, importer = treasury.database, approving(treasury)
    found = at_once(
        lambda: brought(database, "awards", importer, approvals(awards[:4]), MAYOR, tmp_path),
        lambda: brought(database, "awards", importer, approvals(awards[7:3:-1]), MAYOR, tmp_path),
        *(
            lambda one=award: treasury.awards.approve(one, document="咸经信〔2026〕2号", actor=MAYOR)
            for award in awards[8:]
        ),
    )
    assert treasury.budget.check() == []
    committed = [one.id for one in treasury.awards.awards() if one.state == "committed"]
    assert len(committed) <= 7
    assert treasury.budget.line(line_id).balances.committed == len(committed) * AWARD_FEN
    for part, report in zip((awards[:4], awards[4:8]), found, strict=False):
        assert isinstance(report, Report), report
        assert set(part) & set(committed) in (set(), set(part)), "all of a sheet or none of it"
        assert bool(report.kept) == (part[0] in committed)
    assert all(isinstance(one, Overspent) or not isinstance(one, ProgrammeError) for one in found[2:]), found


def test_a_bank_list_brought_twice_at_once_is_booked_once(treasury: Treasury, tmp_path: Path) -> None:
    call_id = treasury.call()
    line_id = treasury.line(20 * AWARD_FEN)
    payments = []
    for at in range(4):
        award = treasury.committed(treasury.recognised(call_id, f"mill-{at}"), line_id)
        first = award.instalments[0]
        new = NewDisbursement(
            award_id=award.id, line_id=line_id, instalment=first["id"], amount_fen=first["amount_fen"]
        )
        payments.append(treasury.disbursements.propose(new, actor=CITY).id)
    database, importer = treasury.database, paying(treasury)
    approved: list[list[object]] = [[one, 1, "批准拨付"] for one in payments]
    assert len(brought(database, "disbursements", importer, approved, TREASURER, tmp_path).kept) == 4
    booked: list[list[object]] = [[one, 1, None, f"ICBC-{one}"] for one in payments]
    found = at_once(
        lambda: brought(database, "disbursements", importer, booked, CASHIER, tmp_path),
        lambda: brought(database, "disbursements", importer, booked[::-1], TREASURER, tmp_path),
    )
    assert sorted(len(one.kept) for one in found if isinstance(one, Report)) == [0, 4]
    paid = [one for one in treasury.budget.entries(line_id=line_id) if one.kind is EntryKind.PAY]
    assert (len(paid), treasury.budget.check()) == (4, [])
    again = brought(database, "disbursements", importer, [[payments[0], 1, None, "ICBC-9"]], CASHIER, tmp_path)
    assert [(one.row, one.column) for one in again.problems] == [(2, "办理意见")]


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return office_over(database, tmp_path)


def test_applications_decided_by_two_sheets_at_once_are_decided_once(
    office: Office, database: Database, tmp_path: Path
) -> None:
    call_id = office.call("at-once")
    found = [office.submitted(call_id, office.enterprise(f"mill-{at}"), f"mill-{at}-good") for at in range(6)]
    rows: list[list[object]] = [[one, 2, "通过形式审查"] for one in found]
    path = tmp_path / "files"

    def importer_over() -> Importer:
        return applications_importer(lambda within: office_over(within, path).life)

    reports = at_once(
        lambda: brought(database, "applications", importer_over(), rows, BUREAU, tmp_path),
        lambda: brought(database, "applications", importer_over(), rows[::-1], BUREAU, tmp_path),
    )
    assert sorted(len(one.kept) for one in reports if isinstance(one, Report)) == [0, 6], reports
    with database.reading() as session:
        accepted = session.scalar(select(func.count()).select_from(StepRow).where(StepRow.action == "accept"))
    assert accepted == 6


def test_a_step_is_refused_whose_turn_it_is_not_and_the_rows_before_it_are_undone(
    office: Office, database: Database, tmp_path: Path
) -> None:
    ours = office.submitted(office.call("ours", offices=["county"]), office.enterprise("one"), "one-good")
    citys = office.submitted(office.call("citys"), office.enterprise("two"), "two-good")
    importer = applications_importer(lambda within: office_over(within, tmp_path / "files").life)
    rows: list[list[object]] = [[ours, 2, "通过形式审查"], [citys, 2, "通过形式审查"]]
    report = brought(database, "applications", importer, rows, COUNTY, tmp_path)
    assert [(one.row, one.column, one.zh) for one in report.problems] == [
        (3, "办理意见", "该申报当前由市级主管部门办理,不在本账号职责内,请转交其办理")
    ]
    assert office.life.applications.application(ours).state == "submitted"
