"""Steps of offices by sheet: decisions on applications, recommendations, and who reviews what."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, cast

from millmark.programmes.errors import (
    IllegalStep,
    InvalidRecord,
    QuotaExhausted,
    ReasonMissing,
    RecordConflict,
    StaleVersion,
    StepForbidden,
)
from millmark.programmes.life.application_files import RANK
from millmark.programmes.life.office import OfficeStep
from millmark.programmes.life.parties import OFFICES, Actor, Party
from millmark.programmes.life.ranks import take_off_lists
from millmark.programmes.tables import ApplicationRow, CallRow, ProgrammeRow
from millmark.reports.sheets.importing import Importer, Row, RowRefused, RowSteps, Taken
from millmark.reports.sheets.stepping import blaming, demand_alone, gathered, keep_read, lock, nothing_here, seen

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from millmark.programmes.life.application_files import ApplicationFile
    from millmark.programmes.life.life import ProgrammeLife
    from millmark.registry import Database

_MOST_DAYS: Final = 365
_BLAMED: Final = {
    IllegalStep: "decision",
    StepForbidden: "decision",
    QuotaExhausted: "decision",
    ReasonMissing: "grounds",
    StaleVersion: "version",
}
_OF_RANK: Final = {RecordConflict: "rank", InvalidRecord: "rank"}
_STOPS: Final = " .,;。,;"
_RETURN: Final = ("Return", "退回补正")
_RECOMMEND: Final = ("Recommend", "推荐")


def applications_importer(open_life: Callable[[Database], ProgrammeLife]) -> Importer:
    """What an office decides on applications: each row is the step that a click would be."""

    def importer(database: Database, actor: Actor, demand: Callable[[int], None]) -> RowSteps:
        life = open_life(database)

        def keep(row: Row) -> Taken:
            found = seen(_number(row, "id"), "id", _sent(life), demand)
            return _taken(life, found, row, str(row["decision"]), actor)

        return RowSteps(keep, lambda row: row["id"], _hold_applications("id"))

    return importer


def recommendations_importer(open_life: Callable[[Database], ProgrammeLife]) -> Importer:
    """Recommended or declined by the office whose turn it is, or put in another place of its list."""

    def importer(database: Database, actor: Actor, demand: Callable[[int], None]) -> RowSteps:
        life = open_life(database)

        def keep(row: Row) -> Taken:
            found = seen(_number(row, "application"), "application", _sent(life), demand)
            decision = str(row["decision"])
            return _taken(life, found, row, _recommending(found, actor) if decision == "recommend" else decision, actor)

        return RowSteps(keep, lambda row: row["application"], _hold_recommendations)

    return importer


def assignments_importer(
    open_life: Callable[[Database], ProgrammeLife], reviewers: Callable[[], Collection[str]]
) -> Importer:
    """Which expert reviews which application; `reviewers` are the accounts that may be assigned."""

    def importer(database: Database, actor: Actor, demand: Callable[[int], None]) -> RowSteps:
        life, known = open_life(database), frozenset(reviewers())

        def keep(row: Row) -> Taken:
            found = seen(_number(row, "application"), "application", _sent(life), demand)
            reviewer = str(row["assign_to"])
            if reviewer not in known:
                raise RowRefused(
                    f"{reviewer!r} is no account of a reviewer that is in use; take one from the list of reviewers",
                    f"“{reviewer}”不是在用的专家账号,请从专家名单中选取",
                    "assign_to",
                )
            with blaming({IllegalStep: "application", StepForbidden: "application", RecordConflict: "assign_to"}):
                until = cast("date | None", row.get("assign_until"))
                made = life.reviews.assign(found.id, reviewer, actor, due_on=until)
            result = f"review:{made.id} application:{found.id} reviewer:{reviewer}"
            return Taken(f"review:{made.id}", "reviews.assign", result)

        return RowSteps(
            keep,
            lambda row: (row["application"], row["assign_to"]),
            lambda session, rows: lock(session, _numbers(rows, "application"), ApplicationRow.id),
        )

    return importer


def _taken(life: ProgrammeLife, found: ApplicationFile, row: Row, action: str, actor: Actor) -> Taken:
    demand_alone(
        row,
        action,
        {"lacking": _RETURN, "days_to_correct": _RETURN, "rank": _RECOMMEND},
        ("lacking", "days_to_correct") if action == "return" else ("rank",) if _is_ranked(action) else (),
    )
    days = cast("int | None", row.get("days_to_correct"))
    if days is not None and not 1 <= days <= _MOST_DAYS:
        raise RowRefused(
            f"{days} is no number of days from 1 to {_MOST_DAYS}",
            f"补正期限应为 1 至 {_MOST_DAYS} 天",
            "days_to_correct",
        )
    rank = cast("int | None", row.get("rank"))
    step = OfficeStep(action, reason=_reason(row), version=_number(row, "version"), due_in_days=days, rank=rank)
    with blaming({**_BLAMED, **(_OF_RANK if _is_ranked(action) else {})}):
        done = life.office.act(found.id, step, actor)
    told = "" if rank is None else f" rank:{rank}"
    return Taken(f"application:{found.id}", "applications.step", f"application:{found.id} {action} {done.state}{told}")


def _is_ranked(action: str) -> bool:
    return action == RANK or action.startswith("recommend_")


def _reason(row: Row) -> str | None:
    """What the enterprise reads: the grounds, and what it is to add."""
    grounds, lacking = cast("str | None", row.get("grounds")), cast("str | None", row.get("lacking"))
    if lacking is None:
        return grounds
    return f"需补正:{lacking}" if grounds is None else f"{grounds.rstrip(_STOPS)};需补正:{lacking}"


def _recommending(found: ApplicationFile, actor: Actor) -> str:
    """The recommendation that comes next; where none does, that of whoever asks, for the books to refuse."""
    following = found.call.terms.next_office(found.state)
    own = next((one for one in (Party.COUNTY, Party.CITY, Party.PROVINCE) if one in actor.parties & OFFICES), None)
    return f"recommend_{(following or own or Party.COUNTY).value}"


def _sent(life: ProgrammeLife) -> Callable[[int], ApplicationFile]:
    def find(application_id: int) -> ApplicationFile:
        found = life.applications.application(application_id)
        # What an enterprise has not sent yet is for itself alone.
        if found.submitted_at_us is None:
            raise nothing_here()
        return found

    return find


def _hold_applications(column: str) -> Callable[[Session, Sequence[Row]], None]:
    """Calls first, then applications: as whoever takes a single step."""

    def hold(session: Session, rows: Sequence[Row]) -> None:
        ids = _numbers(rows, column)
        calls = gathered(session, ApplicationRow.call_id, ApplicationRow.id, ids)
        lock(session, calls, CallRow.id)
        lock(session, ids, ApplicationRow.id)
        keep_read(session, ApplicationRow, ids)
        keep_read(session, CallRow, calls)
        keep_read(session, ProgrammeRow, gathered(session, CallRow.programme_id, CallRow.id, calls))

    return hold


def _hold_recommendations(session: Session, rows: Sequence[Row]) -> None:
    _hold_applications("application")(session, rows)
    # Places change hands within a sheet: the first becomes the second where the second becomes the first.
    take_off_lists(session, _numbers([row for row in rows if row["decision"] == RANK], "application"))


def _numbers(rows: Sequence[Row], column: str) -> list[int]:
    return [_number(row, column) for row in rows]


def _number(row: Row, key: str) -> int:
    return cast("int", row[key])
