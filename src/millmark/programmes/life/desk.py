"""What waits for whom: every step that somebody should take next, with its deadline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from millmark.programmes.life.application_files import ApplicationFile
from millmark.programmes.life.applications import ApplicationBook
from millmark.programmes.life.calls import CallBook, CallFile
from millmark.programmes.life.parties import OFFICES, Actor, Party
from millmark.programmes.life.publicity import PublicityBook
from millmark.programmes.life.recognitions import RecognitionBook
from millmark.programmes.life.reviews import ReviewBook
from millmark.programmes.life.steps import ObjectKind

SOON_DAYS = 7
EXPIRY_DAYS = 90


class Due(StrEnum):
    """How near a deadline is: over, within a week, later, or none told."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    NO_DEADLINE = "no_deadline"


@dataclass(frozen=True, slots=True)
class Task:
    """A step to take next, on which object, by when. `days_left` is negative when it is overdue."""

    object_kind: ObjectKind
    object_id: int
    action: str
    text_zh: str
    text_en: str
    call: CallFile
    enterprise_id: int | None
    state: str
    deadline: date | None
    due: Due
    days_left: int | None


class Desk:
    """Computes tasks from what stands; nothing of it is stored, so nothing of it can be out of date."""

    def __init__(
        self,
        calls: CallBook,
        applications: ApplicationBook,
        reviews: ReviewBook,
        publicity: PublicityBook,
        recognitions: RecognitionBook,
    ) -> None:
        self._calls = calls
        self._applications = applications
        self._reviews = reviews
        self._publicity = publicity
        self._recognitions = recognitions

    def tasks(self, actor: Actor, admits: Callable[[int], bool]) -> list[Task]:
        """What `actor` should do next, the most urgent first; `admits` says whose enterprises' things one sees."""
        today = self._calls.today()
        found: list[Task] = []
        applications = [one for one in self._applications.applications() if admits(one.enterprise_id)]
        if actor.acts_for(Party.ENTERPRISE):
            found += [task for one in applications if (task := _of_enterprise(one, today)) is not None]
        if actor.parties & OFFICES:
            found += [task for one in applications if (task := self._of_office(one, actor, today)) is not None]
            found += self._calls_to_publish(actor, today)
            found += self._lists(actor, admits, today)
            found += self._expiring(actor, admits, today)
        if actor.acts_for(Party.REVIEWER):
            found += self._own_reviews(actor, today)
        return sorted(found, key=lambda one: (one.deadline or date.max, one.object_kind, one.object_id))

    def _of_office(self, one: ApplicationFile, actor: Actor, today: date) -> Task | None:
        terms = one.call.terms
        if not actor.acts_for(terms.in_charge(one.state)):
            return None
        action = _next_of_office(one)
        if action is None:
            return None
        if one.state == "under_review":
            reviews = self._reviews.reviews(application_id=one.id)
            standing = [review for review in reviews if review.state not in ("recused", "released")]
            if len(standing) >= terms.reviewers_min:
                action = "close_scoring" if all(review.state == "scored" for review in standing) else None
            else:
                action = "assign"
            if action is None:
                return None
        return _task(
            ObjectKind.APPLICATION, one.id, action, one.call, one.enterprise_id, one.state, one.deadline, today
        )

    def _calls_to_publish(self, actor: Actor, today: date) -> Sequence[Task]:
        return [
            _task(ObjectKind.CALL, call.id, "publish", call, None, call.state, call.terms.opens_on, today)
            for call in self._calls.calls(state="draft")
            if actor.acts_for(call.terms.in_charge("recognised"))
        ]

    def _lists(self, actor: Actor, admits: Callable[[int], bool], today: date) -> Sequence[Task]:
        found = [
            _task(ObjectKind.OBJECTION, one.id, "resolve", one.call, one.enterprise_id, one.state, None, today)
            for one in self._publicity.objections(state="open")
            if admits(one.enterprise_id) and actor.acts_for(one.call.terms.in_charge("publicised"))
        ]
        for listed in self._publicity.publicities():
            mine = actor.acts_for(listed.call.terms.in_charge("publicised"))
            if listed.state == "open" and mine and today > listed.closes_on:
                by = listed.closes_on + timedelta(days=1)
                found.append(
                    _task(ObjectKind.PUBLICITY, listed.id, "close", listed.call, None, listed.state, by, today)
                )
        return found

    def _expiring(self, actor: Actor, admits: Callable[[int], bool], today: date) -> Sequence[Task]:
        return [
            _task(
                ObjectKind.RECOGNITION, one.id, "renew", one.call, one.enterprise_id, one.state, one.valid_until, today
            )
            for one in self._recognitions.recognitions()
            if one.state == "valid"
            and one.valid_until is not None
            and today <= one.valid_until <= today + timedelta(days=EXPIRY_DAYS)
            and admits(one.enterprise_id)
            and actor.acts_for(one.call.terms.in_charge("recognised"))
        ]

    def _own_reviews(self, actor: Actor, today: date) -> Sequence[Task]:
        return [
            _task(
                ObjectKind.REVIEW,
                one.id,
                "declare" if one.state == "assigned" else "score",
                one.call,
                one.enterprise_id,
                one.state,
                one.due_on,
                today,
            )
            for one in self._reviews.reviews(reviewer=actor.name)
            if one.state in ("assigned", "accepted") and one.application_state == "under_review"
        ]


def _of_enterprise(one: ApplicationFile, today: date) -> Task | None:
    if one.state not in ("draft", "returned"):
        return None
    if one.state == "draft" and not one.call.is_open(today):
        return None
    return _task(ObjectKind.APPLICATION, one.id, "submit", one.call, one.enterprise_id, one.state, one.deadline, today)


def _next_of_office(one: ApplicationFile) -> str | None:
    terms = one.call.terms
    if (office := terms.next_office(one.state)) is not None:
        return f"recommend_{office.value}"
    if one.state == "complete" or one.state.endswith("_recommended"):
        if not terms.decided_here:
            return "recognise"
        return "open_review" if terms.reviewers_min else "pass"
    following = {"submitted": "accept", "under_review": "close_scoring", "panel": "pass", "publicised": "recognise"}
    if one.state == "passed":
        return "publicise" if terms.publicity_days else "recognise"
    return following.get(one.state)


_TEXTS = {
    "accept": ("形式审查", "Check for completeness"),
    "assign": ("指派评审专家", "Assign reviewers"),
    "close": ("结束公示", "Close the public list"),
    "close_scoring": ("结束评分", "Close scoring"),
    "declare": ("声明利益冲突情况", "Declare conflicts of interest"),
    "open_review": ("送专家评审", "Open the expert review"),
    "pass": ("作出评审结论", "Decide"),
    "publicise": ("公示", "Make public"),
    "publish": ("发布申报通知", "Publish the call"),
    "recognise": ("认定", "Recognise"),
    "recommend_city": ("市级推荐", "Recommend (city)"),
    "recommend_county": ("县级推荐", "Recommend (county)"),
    "recommend_province": ("省级推荐", "Recommend (province)"),
    "renew": ("认定即将到期", "The recognition is about to end"),
    "resolve": ("处理异议", "Answer the objection"),
    "score": ("评分", "Score"),
    "submit": ("签署并提交申报", "Sign and submit the application"),
}


def due_of(deadline: date | None, today: date) -> tuple[Due, int | None]:
    """How near a deadline is, and in how many days; negative when it is over."""
    if deadline is None:
        return Due.NO_DEADLINE, None
    days_left = (deadline - today).days
    if days_left < 0:
        return Due.OVERDUE, days_left
    return (Due.SOON if days_left <= SOON_DAYS else Due.LATER), days_left


def _task(
    kind: ObjectKind,
    object_id: int,
    action: str,
    call: CallFile,
    enterprise_id: int | None,
    state: str,
    deadline: date | None,
    today: date,
) -> Task:
    due, days_left = due_of(deadline, today)
    text_zh, text_en = _TEXTS[action]
    return Task(kind, object_id, action, text_zh, text_en, call, enterprise_id, state, deadline, due, days_left)
