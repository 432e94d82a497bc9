"""A reviewer's own sheet: the reviews assigned to them and nobody else's, a column for each criterion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select

from millmark.programmes.errors import IllegalStep, StaleVersion
from millmark.programmes.life.calls import terms_of
from millmark.programmes.life.tables import ReviewRow
from millmark.programmes.life.terms import CallTerms, Criterion
from millmark.programmes.tables import ApplicationRow, CallRow
from millmark.registry.tables import EnterpriseRow
from millmark.reports.sheets.columns import Column, ColumnType
from millmark.reports.sheets.importing import Importer, Row, RowRefused, RowSteps, Taken
from millmark.reports.sheets.shape import CALL, ID, NAMES, STATE, VERSION, Rows, SheetList, column, streamed, whose
from millmark.reports.sheets.step_columns import OF_APPLICATION, OPINION, SCORE_IN
from millmark.reports.sheets.stepping import blaming, gathered, lock, nothing_here, seen

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from millmark.programmes.life.life import ProgrammeLife
    from millmark.programmes.life.parties import Actor
    from millmark.programmes.life.reviews import Review
    from millmark.registry import Database

SCORES: Final = "scores"
"""What keeps the rows of this sheet; offices keep other rows of the list of reviews."""

_POINTS: Final = "points "


def points_columns(terms: CallTerms) -> dict[str, Column]:
    """The column of each criterion of a call, by criterion. A heading follows from the criterion alone, so that a sheet
    is read as it went out whatever other calls there are by then; criteria of the same name and weight share one."""
    names = [one.name_zh for one in terms.criteria]
    return {one.id: _points(one, told_apart=names.count(one.name_zh) > 1) for one in terms.criteria}


def _points(one: Criterion, *, told_apart: bool) -> Column:
    most, by_id = f"{one.most.normalize():f}", f"{one.id}," if told_apart else ""
    heading = f"{one.name_zh}({by_id}满分{most})"
    # The English heading keeps the Chinese name: two Chinese names may have the same English one.
    english = f"{one.name_en} / {one.name_zh} ({by_id}of {most})"
    return Column(f"{_POINTS}{heading}", heading, english, ColumnType.NUMBER, needed=False)


def own_reviews(session: Session, reviewer: str) -> SheetList:
    """The list of reviews as its reviewer sees it: blind to what anybody else gives."""
    calls = session.scalars(
        select(CallRow)
        .join(ApplicationRow, ApplicationRow.call_id == CallRow.id)
        .join(ReviewRow, ReviewRow.application_id == ApplicationRow.id)
        .where(ReviewRow.reviewer == reviewer, ApplicationRow.state == "under_review")
        .order_by(CallRow.id)
    )
    points = {one.id: one for call in calls.unique() for one in points_columns(terms_of(session, call)).values()}
    takes = (*SCORE_IN, *points.values(), OPINION)
    return SheetList(
        "reviews",
        "本人评审表",
        "My reviews",
        (
            ID,
            OF_APPLICATION,
            CALL,
            *NAMES,
            STATE,
            VERSION,
            column("due_on", "截止日期", "Due on", ColumnType.DATE),
            column("total", "已评总分", "Total given", ColumnType.NUMBER, width=10),
        ),
        lambda within: _rows(within, reviewer),
        takes=takes,
        fills=tuple(one.id for one in takes[len(SCORE_IN) :]),
        way_in=SCORES,
    )


def scores_importer(open_life: Callable[[Database], ProgrammeLife]) -> Importer:
    """A reviewer's own points and opinion; each row submits one review."""

    def importer(database: Database, actor: Actor, demand: Callable[[int], None]) -> RowSteps:
        life = open_life(database)

        def find(review_id: int) -> Review:
            found = life.reviews.review(review_id)
            if found.reviewer != actor.name:
                raise nothing_here()
            return found

        def keep(row: Row) -> Taken:
            review_id = cast("int", row["id"])
            found = seen(review_id, "id", find, demand)
            if found.state == "assigned":
                raise RowRefused(
                    "declare on the review's page whether you have a conflict of interest, then bring the sheet again",
                    "请先在该评审的页面声明有无利益冲突,再导入评分",
                    "id",
                )
            scores = _scores(row, points_columns(found.call.terms), found.call.terms)
            with blaming({IllegalStep: "id", StaleVersion: "version"}):
                done = life.reviews.score(
                    review_id, actor, scores, cast("str", row["opinion"]), version=cast("int", row["version"])
                )
            return Taken(f"review:{review_id}", "reviews.score", f"review:{review_id} {done.state}")

        return RowSteps(keep, lambda row: row["id"], _hold)

    return importer


def _scores(row: Row, own: dict[str, Column], terms: CallTerms) -> dict[str, Decimal]:
    """Points by criterion; what a criterion of another call asks is refused, and so is a gap."""
    asked = {one.id for one in own.values()}
    for key, points in row.items():
        if key.startswith(_POINTS) and points is not None and key not in asked:
            raise RowRefused(
                "this criterion is not one of this review's call; clear the cell",
                "该申报没有这一评分项,请清空此格",
                key,
            )
    most = {one.id: one.most for one in terms.criteria}
    scores: dict[str, Decimal] = {}
    for criterion, told in own.items():
        points = row.get(told.id)
        if not isinstance(points, Decimal):
            raise RowRefused(
                f"{told.name_en} has no points; fill them in", f"“{told.name_zh}”还没有分数,请填写", told.id
            )
        if not 0 <= points <= most[criterion] or points != points.quantize(Decimal("0.001")):
            raise RowRefused(
                f"{points} is no number of points between 0 and {most[criterion]} with at most three decimals",
                f"分数 {points} 应在 0 至 {most[criterion]} 之间,最多三位小数",
                told.id,
            )
        scores[criterion] = points
    return scores


def _hold(session: Session, rows: Sequence[Row]) -> None:
    """Applications first, then reviews: as whoever scores one by itself, and whoever closes all of them."""
    ids = [cast("int", row["id"]) for row in rows]
    lock(session, gathered(session, ReviewRow.application_id, ReviewRow.id, ids), ApplicationRow.id)
    lock(session, ids, ReviewRow.id)


def _rows(session: Session, reviewer: str) -> Rows:
    query = (
        select(ReviewRow, CallRow.title_zh, EnterpriseRow)
        .join(ApplicationRow, ApplicationRow.id == ReviewRow.application_id)
        .join(CallRow, CallRow.id == ApplicationRow.call_id)
        .join(EnterpriseRow, EnterpriseRow.id == ApplicationRow.enterprise_id)
        .where(ReviewRow.reviewer == reviewer)
        .order_by(ReviewRow.id)
    )
    for row, call, enterprise in streamed(session, query):
        yield whose(enterprise) | {
            "id": row.id,
            "application": row.application_id,
            "call": call,
            "state": row.state,
            "version": row.version,
            "due_on": row.due_on,
            "total": row.total,
        }
