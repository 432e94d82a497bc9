"""Applications judged on claims, and many people acting at the same moment: on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from tests.programmes.life.office import BUREAU, CITY, COUNTY, MANAGER, Office, office_over

from millmark.programmes import Grade, InvalidRecord, Outcome, RecordKind
from millmark.programmes.errors import (
    AlreadyApplied,
    DeadlinePassed,
    IllegalStep,
    ProgrammeError,
    QuotaExhausted,
    StaleVersion,
    StepForbidden,
)
from millmark.programmes.life import Actor, Party
from millmark.programmes.life.content import Content
from millmark.programmes.life.office import OfficeStep
from millmark.registry import Database


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return office_over(database, tmp_path / "files")


def at_once(deeds: Sequence[Callable[[], object]]) -> list[type[object]]:
    """Does all deeds at the same moment; gives the type of what each came to, an error or a result."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> type[object]:
        start.wait()
        try:
            return type(deed())
        except ProgrammeError as error:
            return type(error)

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_a_claim_answers_the_condition_and_officers_decide(office: Office) -> None:
    enterprise_id = office.enterprise("acme")
    application_id = office.submitted(office.call("one"), enterprise_id, "acme-good")
    found = office.life.applications.application(application_id)
    assert found.advice is not None
    assert (found.advice.verdict.outcome, found.advice.verdict.grade) == (Outcome.MET, Grade.MACHINE_PROVEN)
    assert found.advice.verdict.claim_ids == ("acme-good",)
    assert found.advice.pack_digest == found.call.pack_digest
    office.act(application_id, "accept")
    office.act(application_id, "reject", reason="企业已停产")
    assert office.life.applications.application(application_id).state == "rejected"


def test_a_claim_of_another_subject_is_refused_and_nothing_is_half_done(office: Office) -> None:
    acme, other = office.enterprise("acme"), office.enterprise("other")
    call_id = office.call("one")
    started = office.life.applications.start(call_id, other, MANAGER)
    office.life.applications.save(started.id, MANAGER, Content(claim_ids=("acme-good",), pledge=True))
    with pytest.raises(InvalidRecord, match="claim of another enterprise"):
        office.life.applications.submit(started.id, MANAGER)
    found = office.life.applications.application(started.id)
    assert (found.state, found.submitted_at_us, found.advice) == ("draft", None, None)
    assert [step.action for step in office.life.applications.steps(started.id)] == ["start", "save"]
    assert office.submitted(call_id, acme, "acme-good")


def test_a_withdrawn_application_is_taken_up_again_while_its_call_is_open(office: Office) -> None:
    enterprise_id = office.enterprise("acme")
    application_id = office.submitted(office.call("one"), enterprise_id, "acme-poor")
    office.life.applications.withdraw(application_id, MANAGER)
    reopened = office.life.applications.reopen(application_id, MANAGER)
    assert (reopened.state, reopened.current.signed_by, reopened.current.content.claim_ids) == (
        "draft",
        None,
        ("acme-poor",),
    )
    content = Content(claim_ids=("acme-good",), pledge=True)
    office.life.applications.save(application_id, MANAGER, content)
    again = office.life.applications.submit(application_id, MANAGER)
    assert again.advice is not None
    assert again.advice.verdict.outcome is Outcome.MET
    signed = [one.version for one in office.life.applications.versions(application_id) if one.signed_at_us]
    assert signed == [2, 4]
    office.life.applications.withdraw(application_id, MANAGER)
    office.clock[0] += 31 * 86_400_000_000
    with pytest.raises(DeadlinePassed, match="closed on"):
        office.life.applications.reopen(application_id, MANAGER)


def test_a_submitted_application_is_given_another_claim_while_nobody_checked_it(office: Office) -> None:
    acme, other = office.enterprise("acme"), office.enterprise("other")
    application_id = office.submitted(office.call("one"), acme, "acme-poor")
    life = office.life.applications
    first = life.application(application_id)
    assert first.advice is not None
    assert first.advice.verdict.outcome is Outcome.NOT_MET
    for claims, problem in ((["acme-poor"], "not with the application yet"), (["other-good"], "another enterprise")):
        with pytest.raises(InvalidRecord, match=problem):
            life.supplement(application_id, MANAGER, claims)
    with pytest.raises(StaleVersion):
        life.supplement(application_id, MANAGER, ["acme-good"], version=first.version - 1)
    with pytest.raises(StepForbidden):
        life.supplement(application_id, BUREAU, ["acme-good"])
    assert life.application(application_id) == first
    assert other

    more = life.supplement(application_id, MANAGER, ["acme-good"], version=first.version)
    assert more.current.content.claim_ids == ("acme-poor", "acme-good")
    assert (more.state, more.version, more.current.signed_by) == ("submitted", first.version + 1, "manager")
    assert more.advice is not None
    assert more.advice.application_version == more.version
    assert life.steps(application_id)[-1].detail["claim_ids"] == ["acme-good"]
    office.act(application_id, "accept")
    with pytest.raises(IllegalStep):
        life.supplement(application_id, MANAGER, ["acme-poor"])


def test_after_the_last_day_nothing_is_added(office: Office) -> None:
    application_id = office.submitted(office.call("one"), office.enterprise("acme"), "acme-poor")
    office.clock[0] += 31 * 86_400_000_000
    with pytest.raises(DeadlinePassed, match="closed on"):
        office.life.applications.supplement(application_id, MANAGER, ["acme-good"])


def test_applications_end_with_a_call_that_is_cancelled(office: Office) -> None:
    call_id = office.call("one")
    enterprises = [office.enterprise(slug) for slug in ("acme", "other", "third", "fourth")]
    sent, decided = (
        office.submitted(call_id, one, f"{slug}-good")
        for slug, one in zip(("acme", "other"), enterprises[:2], strict=True)
    )
    draft = office.life.applications.start(call_id, enterprises[2], MANAGER).id
    back = office.submitted(call_id, enterprises[3], "fourth-good")
    office.life.applications.withdraw(back, MANAGER)
    office.act(decided, "accept")
    office.act(decided, "pass")
    office.life.recognitions.recognise(decided, BUREAU)

    office.life.calls.act(call_id, "cancel", BUREAU, reason="资金未落实")
    states = {one.id: one.state for one in office.life.applications.applications(call_id=call_id)}
    assert states == {sent: "ended", draft: "ended", back: "withdrawn", decided: "recognised"}
    step = office.life.applications.steps(sent)[-1]
    assert (step.action, step.actor, step.reason, step.detail["call"]) == ("end", "bureau", "资金未落实", call_id)
    for action in ("accept", "end"):
        with pytest.raises(IllegalStep):
            office.act(sent, action)
    assert [one.object_id for one in office.life.desk.tasks(BUREAU, lambda _: True)] == []
    assert office.life.desk.tasks(MANAGER, lambda _: True) == []


def test_a_fictional_enterprise_counts_in_demonstrations_alone(office: Office) -> None:
    fictional = office.enterprise("demo", demonstration=True)
    for slug, pack, edition, counted in (
        ("demo-call", "connected-factory-demo", "1", 1),
        ("real-call", "provincial-integration", "2023", 0),
    ):
        before = len(office.records.standing())
        call_id = office.call(slug, pack, edition, documents=[])
        application_id = office.submitted(call_id, fictional, "demo-good")
        office.act(application_id, "accept")
        office.act(application_id, "pass")
        office.life.recognitions.recognise(application_id, BUREAU)
        assert len(office.records.standing()) - before == counted


def test_a_recognition_ends_and_is_renewed(office: Office) -> None:
    application_id = office.submitted(office.call("one", validity_months=6), office.enterprise("acme"), "acme-good")
    office.act(application_id, "accept")
    office.act(application_id, "pass")
    granted = office.life.recognitions.recognise(application_id, BUREAU, valid_from=date(2024, 8, 31))
    # Six months from 31 August: February has no 31st, so its last day is the last day.
    assert granted.valid_until == date(2025, 2, 28)
    assert not granted.holds_on(date(2025, 3, 1))
    with pytest.raises(InvalidRecord, match="no later end"):
        office.life.recognitions.renew(granted.id, BUREAU, valid_until=date(2025, 2, 28), reason="复核")
    renewed = office.life.recognitions.renew(granted.id, BUREAU, valid_until=date(2026, 2, 28), reason="复核通过")
    assert (renewed.version, renewed.holds_on(date(2025, 3, 1))) == (2, True)


def test_of_many_that_start_at_once_one_has_the_application(office: Office) -> None:
    enterprise_id, call_id = office.enterprise("acme"), office.call("one")
    came = Counter(at_once([lambda: office.life.applications.start(call_id, enterprise_id, MANAGER)] * 6))
    assert came[AlreadyApplied] == 5
    assert len(office.life.applications.applications(call_id=call_id)) == 1


def test_of_many_that_submit_at_once_one_signature_stands(office: Office) -> None:
    started = office.life.applications.start(office.call("one"), office.enterprise("acme"), MANAGER)
    office.life.applications.save(started.id, MANAGER, Content(claim_ids=("acme-good",), pledge=True))
    came = Counter(at_once([lambda: office.life.applications.submit(started.id, MANAGER)] * 6))
    assert came[IllegalStep] + came[StaleVersion] == 5
    steps = office.life.applications.steps(started.id)
    assert [step.action for step in steps] == ["start", "save", "submit"]


def test_a_submission_and_a_change_of_what_is_submitted_never_pass_each_other(office: Office) -> None:
    """Whoever comes first: what is signed is what was judged."""
    call_id = office.call("one")
    for number in range(4):
        enterprise_id = office.enterprise(f"acme-{number}")
        started = office.life.applications.start(call_id, enterprise_id, MANAGER)
        poor, good = (Content(claim_ids=(f"acme-{number}-{name}",), pledge=True) for name in ("poor", "good"))
        office.life.applications.save(started.id, MANAGER, poor)
        at_once(
            [
                partial(office.life.applications.submit, started.id, MANAGER),
                partial(office.life.applications.save, started.id, MANAGER, good),
            ]
        )
        found = office.life.applications.application(started.id)
        if found.state == "submitted":
            assert found.advice is not None
            assert found.advice.verdict.claim_ids == found.current.content.claim_ids
            assert found.advice.application_version == found.version


def test_of_two_officers_at_once_one_decides(office: Office) -> None:
    application_id = office.submitted(office.call("one"), office.enterprise("acme"), "acme-good")
    came = Counter(
        at_once(
            [
                lambda: office.act(application_id, "accept"),
                lambda: office.act(application_id, "reject", reason="材料不实"),
                lambda: office.act(application_id, "accept"),
            ]
        )
    )
    states = [step.state_to for step in office.life.applications.steps(application_id)]
    assert states[:3] == ["draft", "draft", "submitted"]
    # An acceptance may be followed by a rejection; nothing follows a rejection, and nobody accepts twice.
    assert states[3:] in (["complete"], ["rejected"], ["complete", "rejected"])
    assert came[IllegalStep] == 3 - len(states[3:])


def test_a_quota_is_never_exceeded_however_many_recommend_at_once(office: Office) -> None:
    call_id = office.call("one", offices=["county"], area_quotas={"421202": 2}, quota=1)
    ids = [office.submitted(call_id, office.enterprise(f"acme-{number}"), f"acme-{number}-good") for number in range(5)]
    for application_id in ids:
        office.act(application_id, "accept", COUNTY)
    came = Counter(at_once([partial(office.act, one, "recommend_county", COUNTY) for one in ids]))
    assert came[QuotaExhausted] == 3
    recommended = [one.id for one in office.life.applications.applications(state="county_recommended")]
    assert len(recommended) == 2
    came = Counter(at_once([partial(office.act, one, "pass", CITY) for one in recommended]))
    assert came[QuotaExhausted] == 1
    # One that is rejected gives its place free.
    [passed] = office.life.applications.applications(state="passed")
    office.act(passed.id, "reject", CITY, reason="企业放弃")
    waiting = next(one for one in recommended if one != passed.id)
    office.act(waiting, "pass", CITY)


def test_of_many_that_recognise_at_once_the_city_counts_one(office: Office) -> None:
    application_id = office.submitted(office.call("one"), office.enterprise("acme"), "acme-good")
    office.act(application_id, "accept")
    office.act(application_id, "pass")
    came = Counter(at_once([lambda: office.life.recognitions.recognise(application_id, BUREAU)] * 5))
    assert came[IllegalStep] == 4
    kinds = [one.kind for one in office.records.standing()]
    assert kinds == [RecordKind.RECOGNITION]
    assert len(office.life.recognitions.recognitions()) == 1


def test_scores_and_the_end_of_scoring_never_pass_each_other(office: Office) -> None:
    call_id = office.call("one", reviewers_min=1)
    for number in range(3):
        enterprise_id = office.enterprise(f"acme-{number}")
        application_id = office.submitted(call_id, enterprise_id, f"acme-{number}-good")
        office.act(application_id, "accept")
        office.act(application_id, "open_review")
        reviews = {}
        for name in ("ann", "ben"):
            actor = Actor(name, "reviewer", frozenset({Party.REVIEWER}))
            review = office.life.reviews.assign(application_id, name, BUREAU)
            office.life.reviews.declare(review.id, actor, conflict=False)
            reviews[name] = (review.id, actor)
        office.life.reviews.score(*reviews["ann"], {"overall": Decimal(80)}, "好")
        at_once(
            [
                partial(office.life.reviews.score, *reviews["ben"], {"overall": Decimal(60)}, "中"),
                partial(office.act, application_id, "close_scoring"),
            ]
        )
        found = office.life.applications.application(application_id)
        steps = office.life.applications.steps(application_id)
        if found.state == "panel":
            # What the panel is told holds every score that was given.
            assert steps[-1].detail["statistics"]["count"] == 2


def test_who_is_not_of_the_office_is_told_so(office: Office) -> None:
    call_id = office.call("one", offices=["county"])
    application_id = office.submitted(call_id, office.enterprise("acme"), "acme-good")
    with pytest.raises(StepForbidden, match="is with the county office"):
        office.act(application_id, "accept", CITY)
    with pytest.raises(StepForbidden, match="up to"):
        office.life.office.act(application_id, OfficeStep("accept"), MANAGER)
    with pytest.raises(IllegalStep, match="possible now"):
        office.act(application_id, "rescore", COUNTY, reason="x")


def test_what_waits_is_told_with_its_day(office: Office) -> None:
    today = office.today
    dates = {"completeness": today + timedelta(days=40), "county": today + timedelta(days=60)}
    call_id = office.call("one", offices=["county"], dates=dates)
    application_id = office.submitted(call_id, office.enterprise("acme"), "acme-good")
    tasks = office.life.desk.tasks(COUNTY, lambda _enterprise: True)
    assert [(one.action, one.deadline, one.due.value) for one in tasks] == [("accept", dates["completeness"], "later")]
    office.clock[0] += 45 * 86_400_000_000
    tasks = office.life.desk.tasks(COUNTY, lambda _enterprise: True)
    assert [(one.action, one.due.value, one.days_left) for one in tasks] == [("accept", "overdue", -5)]
    assert office.life.desk.tasks(CITY, lambda _enterprise: True) == []
    office.act(application_id, "accept", COUNTY)
    tasks = office.life.desk.tasks(COUNTY, lambda _enterprise: True)
    assert [(one.action, one.deadline) for one in tasks] == [("recommend_county", dates["county"])]
    assert office.life.desk.tasks(COUNTY, lambda _enterprise: False) == []
