"""A claim that a call does not accept is worth little there, and what it was worth everywhere else."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.web.conftest import World

from millmark.programmes import Grade, InvalidRecord, Outcome, shipped_packs
from millmark.programmes.life import OFFICES, Actor, Party
from millmark.programmes.life.content import Content
from millmark.programmes.life.office import OfficeStep
from millmark.settings import Settings, load_settings

OFFICE = Actor("bureau", "officer", OFFICES)
MANAGER = Actor("manager", "manager", frozenset({Party.ENTERPRISE}))
PACK = "month-of-connection"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A city whose own pack asks for a month of data wherever the shipped one is content with a day."""
    folder: Path = tmp_path_factory.mktemp("platform")
    shelf: Path = tmp_path_factory.mktemp("packs")
    pack = Path(shutil.copytree(shipped_packs() / "five-g-factory" / "2022", shelf / PACK / "2022"))
    for file in pack.glob("*.toml"):
        text = file.read_text("utf-8").replace("period_days_min = 1", "period_days_min = 28")
        file.write_text(text.replace('id = "five-g-factory"', f'id = "{PACK}"'), "utf-8")
    (folder / "millmark.toml").write_text(f'[region]\npolicy_packs = "{shelf}"\n', "utf-8")
    return load_settings(folder, demonstration=True)


def test_a_call_that_asks_for_a_month_gives_a_day_no_proof_and_takes_none_from_it(world: World) -> None:
    platform, north = world.platform, world.north
    day = datetime.now(ZoneInfo(north.site.time_zone)).date() - timedelta(days=1)
    for tenant in (world.north, world.south):
        platform.seals.seal_day(tenant.site.id, day)
        platform.witness.see_own(platform.seals.seals(tenant.site.id))
    claim = platform.claims.issue("equipment_connection_rate", north.site.path, day)
    foreign = platform.claims.issue("equipment_connection_rate", world.south.site.path, day)
    application_id = _started(world)

    _lay(world, application_id, foreign.id)
    with pytest.raises(InvalidRecord, match="another enterprise"):
        platform.life.applications.submit(application_id, MANAGER)
    assert platform.arrivals.of_claim(foreign.id) == [], "who applies with it takes nothing from its owner"

    _lay(world, application_id, claim.id)
    submitted = platform.life.applications.submit(application_id, MANAGER)
    (arrival,) = platform.arrivals.of_application(application_id)
    assert [(one.name, one.en) for one in arrival.failures] == [
        ("period", "it covers 1 day, at least 28 are asked for")
    ]
    assert submitted.advice is not None
    assert submitted.advice.verdict.outcome is not Outcome.MET
    assert platform.verified_claims.one(claim.id, application_id).worth is Grade.SELF_REPORTED
    # What one call asks for binds no other, and no public figure.
    assert platform.standings.limit(claim.id) is Grade.MACHINE_PROVEN
    assert platform.verified_claims.one(claim.id).verified
    assert [one.claim_id for one in platform.consents.consents(north.enterprise.id)] == [claim.id]

    judgeable = next(one["id"] for one in submitted.advice.conditions)
    step = OfficeStep("judge", reason="现场核查", judgements={judgeable: True})
    assert platform.life.office.act(application_id, step, OFFICE).advice is not None


def _started(world: World) -> int:
    life = world.platform.life
    form = {
        "opens_on": life.calls.today(),
        "closes_on": life.calls.today() + timedelta(days=30),
        "offices": [],
        "reviewers_min": 0,
        "publicity_days": 0,
        "documents": [],
    }
    call = life.calls.draft(PACK, "2022", OFFICE, slug="a-month", changes=form)
    life.calls.publish(call.id, OFFICE)
    return life.applications.start(call.id, world.north.enterprise.id, MANAGER).id


def _lay(world: World, application_id: int, claim_id: str) -> None:
    content = Content(claim_ids=(claim_id,), level=1, pledge=True)
    world.platform.life.applications.save(application_id, MANAGER, content)
