"""How the objects of a programme's life are shown to whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from millmark.programmes.life import Actor, ObjectKind, Offer, Step
from millmark.programmes.life.application_files import ApplicationFile, ApplicationVersion, KeptAdvice, offers_of
from millmark.programmes.life.calls import CallFile, sees_drafts
from millmark.programmes.life.machines import OBJECTION, PUBLICITY
from millmark.programmes.life.publicity import Objection, Publicity
from millmark.programmes.life.recognitions import Recognition
from millmark.programmes.life.reviews import Review, sees_scores
from millmark.programmes.life.statistics import ScoreStatistics
from millmark.programmes.life.terms import CallTerms
from millmark.programmes.rules import Reason
from millmark.registry import Enterprise
from millmark.web.access import Permission, Principal, unknown
from millmark.web.acting import actor_of
from millmark.web.naming import Naming
from millmark.web.services import Services
from millmark.web.shapes.advice import AdviceView, ConditionReason, ConditionView
from millmark.web.shapes.applications import (
    ApplicationFileView,
    ApplicationSummary,
    ContentView,
    RankView,
    StatisticsView,
    VersionView,
)
from millmark.web.shapes.calls import CallFileView, CallSummary, CallTermsView
from millmark.web.shapes.claims import ClaimNameView
from millmark.web.shapes.publicity import ObjectionView, PublicityEntry, PublicityView
from millmark.web.shapes.recognitions import RecognitionView
from millmark.web.shapes.reviews import ReviewDetail, ReviewView
from millmark.web.shapes.steps import AllowedView, StepView


class LifeViews:
    """Views for one principal; enterprises are looked up once a request."""

    def __init__(self, platform: Services, who: Principal) -> None:
        self._platform = platform
        self._life = platform.life
        self._who = who
        self.actor: Actor = actor_of(who)
        self._enterprises: dict[int, Enterprise] = {}
        self._naming = Naming(platform)
        self._today = self._life.calls.today()

    def load_enterprises(self) -> None:
        """All of them at once, before a list is shown."""
        self._enterprises = {one.id: one for one in self._platform.registry.enterprises()}

    def enterprise(self, enterprise_id: int) -> Enterprise:
        if enterprise_id not in self._enterprises:
            self._enterprises[enterprise_id] = self._platform.registry.enterprise(enterprise_id)
        return self._enterprises[enterprise_id]

    def demand_call(self, call: CallFile, where: str) -> None:
        """Raises `NotFound` for a call that was never published, for whoever does not work on drafts."""
        if not self.sees_call(call):
            raise unknown(where)

    def sees_call(self, call: CallFile) -> bool:
        return call.state not in ("draft", "discarded") or sees_drafts(self.actor)

    def admits(self, application: ApplicationFile) -> bool:
        """An enterprise sees its own; offices see those of their area once they were submitted."""
        own = self._who.scope.enterprise_id is not None
        seen = own or application.submitted_at_us is not None
        return seen and self._who.scope.admits(application.enterprise_id)

    def demand(self, application: ApplicationFile, where: str) -> None:
        if not self.admits(application):
            raise unknown(where)
        self._who.scope.opened(application.enterprise_id)

    def call_summary(self, call: CallFile, counts: dict[str, int]) -> CallSummary:
        return CallSummary(**self._call(call, counts))

    def call(self, call: CallFile, counts: dict[str, int]) -> CallFileView:
        return CallFileView(
            **self._call(call, counts),
            pack_digest=call.pack_digest,
            terms=terms_view(call.terms),
            allowed=self._allowed(self._life.calls.offers(call, self.actor), Permission.WRITE_CALLS),
            steps=_steps(self._life.calls.steps(call.id)),
        )

    def _call(self, call: CallFile, counts: dict[str, int]) -> dict[str, Any]:
        terms = call.terms
        return {
            "id": call.id,
            "programme": call.programme,
            "programme_zh": call.programme_zh,
            "programme_en": call.programme_en,
            "level": call.level.value,
            "is_demonstration": call.is_demonstration,
            "slug": call.slug,
            "title_zh": terms.title_zh,
            "title_en": terms.title_en,
            "pack": call.pack,
            "pack_edition": call.pack_edition,
            "state": call.state,
            "version": call.version,
            "opens_on": terms.opens_on,
            "closes_on": terms.closes_on,
            "is_open": call.is_open(self._today),
            "days_left": self._days_left(terms.closes_on),
            "quota": terms.quota,
            "budget_line": terms.budget_line,
            "applications": counts,
        }

    def summary(self, application: ApplicationFile) -> ApplicationSummary:
        return ApplicationSummary(**self._application(application))

    def application(self, application: ApplicationFile) -> ApplicationFileView:
        reads_reviews = Permission.READ_REVIEWS in self._who.permissions
        statistics = None
        if reads_reviews and application.state not in ("draft", "submitted", "returned", "complete", "under_review"):
            statistics = self._life.reviews.statistics(application.id)
        recognitions = self._life.recognitions.recognitions(application_id=application.id)
        objections = self._life.publicity.objections(application_id=application.id, state="open")
        steps = self._life.applications.steps(application.id)
        return ApplicationFileView(
            **self._application(application),
            terms=terms_view(application.call.terms),
            current=version_view(application.current),
            missing=application.missing,
            advice=advice_view(self._naming, application.advice),
            statistics=statistics_view(statistics, application.call.terms),
            recognition_id=recognitions[0].id if recognitions else None,
            open_objections=len(objections),
            allowed=self._application_allowed(application),
            steps=[_step(step, hidden=self._hidden_of_steps()) for step in steps],
        )

    def _hidden_of_steps(self) -> tuple[str, ...]:
        """An enterprise reads neither how it was scored nor where it stands among others."""
        statistics = () if Permission.READ_REVIEWS in self._who.permissions else ("statistics",)
        return (*statistics, "rank") if self._is_enterprise else statistics

    @property
    def _is_enterprise(self) -> bool:
        return self._who.scope.enterprise_id is not None

    def _application_allowed(self, application: ApplicationFile) -> list[AllowedView]:
        own = {"save", "submit", "supplement", "withdraw", "reopen"}
        special = {"publicise": Permission.PUBLICISE, "recognise": Permission.RECOGNISE, "revoke": Permission.RECOGNISE}
        allowed = []
        for offer in offers_of(application, self.actor):
            needed = Permission.APPLY if offer.action in own else Permission.HANDLE_APPLICATIONS
            if special.get(offer.action, needed) in self._who.permissions:
                allowed.append(AllowedView.of(offer))
        return allowed

    def _application(self, application: ApplicationFile) -> dict[str, Any]:
        call, advice = application.call, application.advice
        enterprise = self.enterprise(application.enterprise_id)
        return {
            "id": application.id,
            "call_id": call.id,
            "title_zh": call.terms.title_zh,
            "title_en": call.terms.title_en,
            "programme": call.programme,
            "enterprise_id": enterprise.id,
            "enterprise_zh": enterprise.name_zh,
            "enterprise_en": enterprise.name_en,
            "area_code": enterprise.area_code,
            "state": application.state,
            "version": application.version,
            "level": application.current.content.level,
            "outcome": None if advice is None else advice.verdict.outcome.value,
            "grade": None if advice is None else advice.verdict.grade.value,
            "in_charge": call.terms.in_charge(application.state),
            "deadline": application.deadline,
            "days_left": self._days_left(application.deadline),
            "started_at_us": application.started_at_us,
            "submitted_at_us": application.submitted_at_us,
            "ranks": []
            if self._is_enterprise
            else [RankView(office=one.office, rank=one.rank) for one in application.ranks],
        }

    def review(self, review: Review) -> ReviewView:
        return ReviewView(**self._review(review))

    def review_detail(self, review: Review) -> ReviewDetail:
        """The application itself only for a reviewer who declared that there is no conflict."""
        content = None
        if review.reviewer == self._who.name and review.declared:
            found = self._life.applications.application(review.application_id)
            reviewed = [
                one
                for one in self._life.applications.versions(review.application_id)
                if one.version == review.application_version
            ]
            content = (reviewed[0], found)
        hidden = () if sees_scores(review, self.actor) else ("scores", "total", "comment")
        return ReviewDetail(
            **self._review(review),
            application=None if content is None else version_view(content[0]),
            terms=None if content is None else terms_view(review.call.terms),
            advice=None if content is None else advice_view(self._naming, content[1].advice),
            steps=[_step(step, hidden=hidden) for step in self._life.reviews.steps(review.id)],
        )

    def _review(self, review: Review) -> dict[str, Any]:
        enterprise = self.enterprise(review.enterprise_id)
        open_scores = sees_scores(review, self.actor)
        offers = self._life.reviews.offers(review, self.actor)
        own = {"declare_none", "declare_conflict", "score"}
        permissions = self._who.permissions
        return {
            "id": review.id,
            "application_id": review.application_id,
            "call_id": review.call.id,
            "title_zh": review.call.terms.title_zh,
            "title_en": review.call.terms.title_en,
            "enterprise_id": enterprise.id,
            "enterprise_zh": enterprise.name_zh,
            "enterprise_en": enterprise.name_en,
            "area_code": enterprise.area_code,
            "reviewer": review.reviewer,
            "state": review.state,
            "version": review.version,
            "application_state": review.application_state,
            "due_on": review.due_on,
            "criteria": list(review.call.terms.criteria),
            "scores": dict(review.scores) if open_scores and review.scores is not None else None,
            "total": review.total if open_scores else None,
            "comment": review.comment if open_scores else None,
            "assigned_by": review.assigned_by,
            "assigned_at_us": review.assigned_at_us,
            "allowed": [
                AllowedView.of(one)
                for one in offers
                if (Permission.WRITE_REVIEWS if one.action in own else Permission.ASSIGN_REVIEWS) in permissions
            ],
        }

    def publicity(self, listed: Publicity) -> PublicityView:
        entries = []
        for entry in listed.entries:
            enterprise = self.enterprise(entry.enterprise_id)
            entries.append(
                PublicityEntry(
                    application_id=entry.application_id,
                    enterprise_id=enterprise.id,
                    enterprise_zh=enterprise.name_zh,
                    enterprise_en=enterprise.name_en,
                    area_code=enterprise.area_code,
                    state=entry.state,
                )
            )
        offers = self._life.publicity.offers(PUBLICITY, listed.state, listed.call, self.actor)
        return PublicityView(
            id=listed.id,
            call_id=listed.call.id,
            title_zh=listed.call.terms.title_zh,
            title_en=listed.call.terms.title_en,
            programme=listed.call.programme,
            state=listed.state,
            version=listed.version,
            opens_on=listed.opens_on,
            closes_on=listed.closes_on,
            takes_objections=listed.takes_objections(self._today),
            entries=entries,
            allowed=self._allowed(offers, Permission.PUBLICISE),
        )

    def objection(self, objection: Objection) -> ObjectionView:
        enterprise = self.enterprise(objection.enterprise_id)
        offers = self._life.publicity.offers(OBJECTION, objection.state, objection.call, self.actor)
        return ObjectionView(
            id=objection.id,
            publicity_id=objection.publicity_id,
            application_id=objection.application_id,
            enterprise_id=enterprise.id,
            enterprise_zh=enterprise.name_zh,
            enterprise_en=enterprise.name_en,
            state=objection.state,
            version=objection.version,
            text=objection.text,
            objector=objection.objector,
            raised_by=objection.raised_by,
            raised_at_us=objection.raised_at_us,
            allowed=self._allowed(offers, Permission.PUBLICISE),
            steps=_steps(self._life.publicity.steps(ObjectKind.OBJECTION, objection.id)),
        )

    def recognition(self, found: Recognition) -> dict[str, Any]:
        """The fields of a `RecognitionView`."""
        enterprise = self.enterprise(found.enterprise_id)
        return RecognitionView(
            id=found.id,
            application_id=found.application_id,
            call_id=found.call.id,
            title_zh=found.call.terms.title_zh,
            title_en=found.call.terms.title_en,
            programme=found.call.programme,
            programme_zh=found.call.programme_zh,
            programme_en=found.call.programme_en,
            enterprise_id=enterprise.id,
            enterprise_zh=enterprise.name_zh,
            enterprise_en=enterprise.name_en,
            area_code=enterprise.area_code,
            number=found.number,
            level=found.level,
            state=found.state,
            version=found.version,
            valid_from=found.valid_from,
            valid_until=found.valid_until,
            holds=found.holds_on(self._today),
            document=found.document,
            record=None if found.record_id is None else f"recognition:{found.record_id}",
            recognised_by=found.recognised_by,
            recognised_at_us=found.recognised_at_us,
            allowed=self._allowed(self._life.recognitions.offers(found, self.actor), Permission.RECOGNISE),
        ).model_dump()

    def _allowed(self, offers: Sequence[Offer], permission: Permission) -> list[AllowedView]:
        return [AllowedView.of(one) for one in offers] if permission in self._who.permissions else []

    def _days_left(self, deadline: date | None) -> int | None:
        return None if deadline is None else (deadline - self._today).days


def terms_view(terms: CallTerms) -> CallTermsView:
    return CallTermsView.model_validate(terms.model_dump())


def version_view(version: ApplicationVersion) -> VersionView:
    content = version.content
    return VersionView(
        version=version.version,
        content=ContentView(
            facts=dict(content.facts),
            documents=dict(content.documents),
            claim_ids=list(content.claim_ids),
            level=content.level,
            pledge=content.pledge,
        ),
        digest=version.digest,
        saved_by=version.saved_by,
        saved_at_us=version.saved_at_us,
        signed_by=version.signed_by,
        signed_at_us=version.signed_at_us,
    )


def advice_view(naming: Naming, advice: KeptAdvice | None) -> AdviceView | None:
    if advice is None:
        return None
    verdict = advice.verdict
    conditions = conditions_view(naming, advice.conditions)
    reasons = [naming.told(reason) for reason in verdict.reasons]
    pack_zh, pack_en = naming.pack(advice.pack, advice.pack_edition)
    return AdviceView(
        application_version=advice.application_version,
        outcome=verdict.outcome.value,
        grade=verdict.grade.value,
        reasons_zh=[reason.zh for reason in reasons],
        reasons_en=[reason.en for reason in reasons],
        conditions=conditions,
        claim_ids=list(verdict.claim_ids),
        claims=claims_view(naming, verdict.claim_ids, conditions),
        demonstration=verdict.demonstration,
        pack=advice.pack,
        pack_zh=pack_zh,
        pack_en=pack_en,
        pack_edition=advice.pack_edition,
        pack_digest=advice.pack_digest,
        at_us=advice.at_us,
    )


def conditions_view(naming: Naming, conditions: Sequence[Mapping[str, Any]]) -> list[ConditionView]:
    """Conditions with their answers, what they cite by its name."""
    shown = []
    for one in map(ConditionView.model_validate, conditions):
        told = [naming.told(Reason(reason.code, reason.zh, reason.en)) for reason in one.reasons]
        reasons = [ConditionReason(code=reason.code, zh=reason.zh, en=reason.en) for reason in told]
        shown.append(one.model_copy(update={"reasons": reasons}))
    return shown


def claims_view(naming: Naming, claim_ids: Sequence[str], conditions: Sequence[ConditionView]) -> list[ClaimNameView]:
    """The names of all claims that an answer or one of its conditions speaks of."""
    return naming.claims([*claim_ids, *(claim for one in conditions for claim in one.claim_ids)])


def statistics_view(found: ScoreStatistics | None, terms: CallTerms) -> StatisticsView | None:
    if found is None:
        return None
    return StatisticsView(
        count=found.count,
        mean=found.mean,
        median=found.median,
        spread=found.spread,
        lowest=found.lowest,
        highest=found.highest,
        full_marks=terms.full_marks(),
        outliers=list(found.outliers),
    )


def _steps(steps: Sequence[Step]) -> list[StepView]:
    return [StepView.of(step) for step in steps]


def _step(step: Step, *, hidden: Sequence[str]) -> StepView:
    view = StepView.of(step)
    shown = {name: value for name, value in view.detail.items() if name not in hidden}
    return view.model_copy(update={"detail": shown})
