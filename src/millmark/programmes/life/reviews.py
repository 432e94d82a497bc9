"""Expert reviews: assigned, conflict of interest declared before anything is seen, scored blind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.errors import IllegalStep, InvalidRecord, RecordConflict, RecordNotFound, StepForbidden
from millmark.programmes.life.application_files import application_file, locked, must_be_in_charge
from millmark.programmes.life.calls import CallFile
from millmark.programmes.life.machine import Offer
from millmark.programmes.life.machines import APPLICATION, REVIEW
from millmark.programmes.life.parties import Actor
from millmark.programmes.life.statistics import ScoreStatistics, score_statistics
from millmark.programmes.life.steps import ObjectKind, Step, advance, begin, must_be_version, steps_of
from millmark.programmes.life.tables import ReviewRow
from millmark.programmes.life.terms import CallTerms
from millmark.programmes.tables import ApplicationRow
from millmark.registry import Database

_OPEN = ("assigned", "accepted")


@dataclass(frozen=True, slots=True)
class Review:
    """A reviewer's review; `scores` (by criterion) and `total` are None until it is scored."""

    id: int
    application_id: int
    application_version: int
    enterprise_id: int
    call: CallFile
    application_state: str
    reviewer: str
    state: str
    version: int
    due_on: date | None
    scores: Mapping[str, Decimal] | None
    total: Decimal | None
    comment: str | None
    assigned_by: str
    assigned_at_us: int

    @property
    def declared(self) -> bool:
        """Whether the reviewer has declared that there is no conflict: nothing is shown before."""
        return self.state in ("accepted", "scored")


class ReviewBook:
    """Keeps reviews, on SQLite or PostgreSQL. Who may be a reviewer is for those to say who keep accounts."""

    def __init__(self, database: Database, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._now_us = now_us

    def assign(self, application_id: int, reviewer: str, actor: Actor, *, due_on: date | None = None) -> Review:
        """Raises `IllegalStep` when the application is not under review, `RecordConflict` for a second assignment."""
        with self._database.transaction() as session:
            application, call = locked(session, application_id)
            if application.state != "under_review":
                raise IllegalStep(
                    f"reviewers are assigned to what is under review; this is {application.state}",
                    f"专家评审中的申报才能指派专家,该申报为“{APPLICATION.states[application.state][0]}”;请先送专家评审",
                )
            must_be_in_charge(call, application.state, "close_scoring", actor)
            there = session.scalar(
                select(ReviewRow.id).where(ReviewRow.application_id == application_id, ReviewRow.reviewer == reviewer)
            )
            if there is not None:
                raise RecordConflict(
                    f"{reviewer} has review {there} of application {application_id} already",
                    f"{reviewer} 已被指派评审申报 {application_id},请改派其他专家",
                )
            row = ReviewRow(
                application_id=application_id,
                application_version=application.version,
                reviewer=reviewer,
                due_on=due_on or call.terms.dates.review,
                assigned_by=actor.name,
                assigned_at_us=self._now_us(),
            )
            begin(session, REVIEW, row, "assign", actor, at_us=self._now_us(), detail={"reviewer": reviewer})
            return _review(session, row)

    def declare(self, review_id: int, actor: Actor, *, conflict: bool, reason: str | None = None) -> Review:
        """The reviewer's word on conflicts of interest; with one, they are out, and see nothing."""
        with self._database.transaction() as session:
            row = self._own(session, review_id, actor)
            self._must_be_under_review(session, row)
            action = "declare_conflict" if conflict else "declare_none"
            advance(session, REVIEW, row, action, actor, at_us=self._now_us(), reason=reason)
            return _review(session, row)

    def score(
        self,
        review_id: int,
        actor: Actor,
        scores: Mapping[str, Decimal],
        comment: str,
        *,
        version: int | None = None,
    ) -> Review:
        """Points for every criterion. Raises `InvalidRecord` naming what is missing, unknown or out of range."""
        with self._database.transaction() as session:
            row = self._own(session, review_id, actor)
            must_be_version(row, version, f"review {review_id}")
            call = self._must_be_under_review(session, row)
            total = checked_total(scores, call.terms)
            said = {name: str(points) for name, points in sorted(scores.items())}
            detail = {"scores": said, "total": str(total), "comment": comment}
            scored_before = row.scores is not None
            row.scores, row.total, row.comment = said, total, comment
            advance(session, REVIEW, row, "score", actor, at_us=self._now_us(), detail=detail, corrected=scored_before)
            return _review(session, row)

    def act(self, review_id: int, action: str, actor: Actor, *, reason: str | None = None) -> Review:
        """An office releases a reviewer, or asks for the scores again."""
        with self._database.transaction() as session:
            row = self._locked(session, review_id)
            call = self._must_be_under_review(session, row)
            if action not in ("release", "ask_again"):
                raise IllegalStep(f"an office takes no step {action!r} of a review; possible: ask_again, release")
            REVIEW.check(row.state, action, actor, reason)
            must_be_in_charge(call, "under_review", "close_scoring", actor)
            advance(session, REVIEW, row, action, actor, at_us=self._now_us(), reason=reason)
            return _review(session, row)

    def review(self, review_id: int) -> Review:
        """Raises `RecordNotFound`."""
        with self._database.reading() as session:
            row = session.get(ReviewRow, review_id)
            if row is None:
                raise RecordNotFound(f"there is no review {review_id}")
            return _review(session, row)

    def reviews(self, *, application_id: int | None = None, reviewer: str | None = None) -> list[Review]:
        """Reviews, the latest first."""
        query = select(ReviewRow).order_by(ReviewRow.id.desc())
        if application_id is not None:
            query = query.where(ReviewRow.application_id == application_id)
        if reviewer is not None:
            query = query.where(ReviewRow.reviewer == reviewer)
        with self._database.reading() as session:
            return [_review(session, row) for row in session.scalars(query)]

    def assigned(self, reviewer: str, application_id: int) -> bool:
        """Whether the reviewer may look into the application: assigned to it, and without a conflict declared so."""
        query = select(ReviewRow.id).where(
            ReviewRow.application_id == application_id,
            ReviewRow.reviewer == reviewer,
            ReviewRow.state.in_(("accepted", "scored")),
        )
        with self._database.reading() as session:
            return session.scalar(query) is not None

    def steps(self, review_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.REVIEW, review_id)

    def statistics(self, application_id: int) -> ScoreStatistics | None:
        """Of the scores that are there; None of none."""
        with self._database.reading() as session:
            row = session.get(ApplicationRow, application_id)
            if row is None:
                raise RecordNotFound(f"there is no application {application_id}")
            return statistics_of(session, application_id, application_file(session, row).call.terms)

    def offers(self, review: Review, actor: Actor) -> list[Offer]:
        if review.application_state != "under_review":
            return []
        own = actor.name == review.reviewer
        without = [] if own else ["declare_none", "declare_conflict", "score"]
        if not actor.acts_for(review.call.terms.in_charge("under_review")):
            without += ["ask_again", "release"]
        return REVIEW.offers(review.state, actor, without=without)

    def _own(self, session: Session, review_id: int, actor: Actor) -> ReviewRow:
        row = self._locked(session, review_id)
        if row.reviewer != actor.name:
            raise StepForbidden(f"review {review_id} is somebody else's", f"评审 {review_id} 由其他专家负责")
        return row

    @staticmethod
    def _must_be_under_review(session: Session, row: ReviewRow) -> CallFile:
        """Locks the application: closing the scores and giving one never pass each other."""
        application, call = locked(session, row.application_id)
        if application.state != "under_review":
            raise IllegalStep(
                f"the application is {application.state}; its reviews are closed",
                f"该申报为“{APPLICATION.states[application.state][0]}”,评审已结束",
            )
        return call

    @staticmethod
    def _locked(session: Session, review_id: int) -> ReviewRow:
        application_id = session.scalar(select(ReviewRow.application_id).where(ReviewRow.id == review_id))
        if application_id is None:
            raise RecordNotFound(f"there is no review {review_id}")
        # Always the application first, as those do who close all of its reviews.
        session.get(ApplicationRow, application_id, with_for_update=True)
        return session.get_one(ReviewRow, review_id, with_for_update=True)


def checked_total(scores: Mapping[str, Decimal], terms: CallTerms) -> Decimal:
    """The sum of points; raises `InvalidRecord`."""
    most = {one.id: one.most for one in terms.criteria}
    if unknown := sorted(set(scores) - set(most)):
        raise InvalidRecord(
            f"scores: {', '.join(unknown)} is no criterion; there are {', '.join(most)}",
            f"评分项 {'、'.join(unknown)} 不存在;评分项为 {'、'.join(most)}",
        )
    if missing := [name for name in most if name not in scores]:
        raise InvalidRecord(
            f"scores: {', '.join(missing)} has no points",
            f"评分项“{'、'.join(one.name_zh for one in terms.criteria if one.id in missing)}”还没有分数,请补充",
        )
    for name, points in scores.items():
        if not points.is_finite() or not 0 <= points <= most[name]:
            raise InvalidRecord(
                f"scores.{name}: {points} is not between 0 and {most[name]}",
                f"分数 {points} 不在 0 至 {most[name]} 之间",
            )
        if points != points.quantize(Decimal("0.001")):
            raise InvalidRecord(
                f"scores.{name}: {points} has more than three decimals", f"分数 {points} 的小数超过三位"
            )
    return sum(scores.values(), Decimal(0))


def statistics_of(session: Session, application_id: int, terms: CallTerms) -> ScoreStatistics | None:
    query = select(ReviewRow).where(ReviewRow.application_id == application_id, ReviewRow.state == "scored")
    totals = {row.reviewer: row.total for row in session.scalars(query) if row.total is not None}
    return score_statistics(totals, terms.full_marks())


def must_be_scored(session: Session, application_id: int, terms: CallTerms) -> ScoreStatistics:
    """Raises `IllegalStep` while a review is open or there are too few; gives the statistics."""
    query = select(ReviewRow.state).where(ReviewRow.application_id == application_id)
    states = list(session.scalars(query))
    if waiting := sum(state in _OPEN for state in states):
        raise IllegalStep(
            f"{waiting} reviews are not scored yet; wait for them, or release the reviewers",
            f"还有 {waiting} 份评审未评分;请等待评分,或解除指派",
        )
    scored = sum(state == "scored" for state in states)
    found = statistics_of(session, application_id, terms)
    if found is None or scored < terms.reviewers_min:
        raise IllegalStep(
            f"{scored} reviews are scored, the call needs {terms.reviewers_min}; assign more reviewers",
            f"已评分 {scored} 份,本通知要求至少 {terms.reviewers_min} 份;请增派专家",
        )
    return found


def sees_scores(review: Review, actor: Actor) -> bool:
    """Blind until the panel: before, only the reviewer sees what they gave."""
    return actor.name == review.reviewer or review.application_state not in ("under_review",)


def _review(session: Session, row: ReviewRow) -> Review:
    application = application_file(session, session.get_one(ApplicationRow, row.application_id))
    return Review(
        id=row.id,
        application_id=row.application_id,
        application_version=row.application_version,
        enterprise_id=application.enterprise_id,
        call=application.call,
        application_state=application.state,
        reviewer=row.reviewer,
        state=row.state,
        version=row.version,
        due_on=row.due_on,
        scores=None if row.scores is None else {name: Decimal(points) for name, points in row.scores.items()},
        total=row.total,
        comment=row.comment,
        assigned_by=row.assigned_by,
        assigned_at_us=row.assigned_at_us,
    )
