"""The lists that offices send with their recommendations: on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.programmes.life.office import CITY, COUNTY, Office, office_over

from millmark.programmes import InvalidRecord
from millmark.programmes.errors import IllegalStep, ProgrammeError, RecordConflict, StepForbidden
from millmark.programmes.life import Party
from millmark.programmes.life.application_files import offers_of
from millmark.registry import Database


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return office_over(database, tmp_path / "files")


OFFICES_OF_BOTH = ("county", "city")


def complete(office: Office, call_id: int, slug: str, area_code: str = "421202") -> int:
    application_id = office.submitted(call_id, office.enterprise(slug, area_code), f"{slug}-good")
    office.act(application_id, "accept")
    return application_id


def places(office: Office, application_id: int) -> dict[str, int]:
    return {one.office.value: one.rank for one in office.life.applications.application(application_id).ranks}


def test_each_office_has_a_list_of_its_own_for_each_call(office: Office) -> None:
    call_id = office.call("one", offices=OFFICES_OF_BOTH)
    first, second, south = (
        complete(office, call_id, "first"),
        complete(office, call_id, "second"),
        complete(office, call_id, "south", "421221"),
    )
    office.act(first, "recommend_county", COUNTY, rank=1)
    with pytest.raises(
        RecordConflict, match=rf"application {first} \(first\) is number 1 of what area 421202 recommends"
    ) as told:
        office.act(second, "recommend_county", COUNTY, rank=1)
    assert f"第 1 位已是“first”(申报 {first})" in told.value.zh
    assert office.life.applications.application(second).state == "complete", "nothing is half done"
    office.act(second, "recommend_county", COUNTY, rank=2)
    office.act(south, "recommend_county", COUNTY, rank=1)
    office.act(second, "recommend_city", CITY, rank=1)
    office.act(first, "recommend_city", CITY)
    assert places(office, first) == {"county": 1}
    assert places(office, second) == {"county": 2, "city": 1}
    listed = {one.id: one.ranks for one in office.life.applications.applications(call_id=call_id)}
    assert [one.rank for one in listed[second]] == [2, 1], "the county before the city"
    step = office.life.applications.steps(second)[-1]
    assert (step.action, step.detail) == ("recommend_city", {"area": "421200", "rank": 1})
    other = office.call("two", offices=OFFICES_OF_BOTH)
    office.act(complete(office, other, "elsewhere"), "recommend_county", COUNTY, rank=1)


@pytest.mark.parametrize("rank", [0, -1, 10_000])
def test_a_place_that_no_list_has_is_refused(office: Office, rank: int) -> None:
    application_id = complete(office, office.call("one", offices=OFFICES_OF_BOTH), "acme")
    with pytest.raises(InvalidRecord, match="from 1, the first") as told:
        office.act(application_id, "recommend_county", COUNTY, rank=rank)
    assert "应为 1(第一位)" in told.value.zh
    assert office.life.applications.application(application_id).state == "complete"


def test_a_rank_goes_with_a_recommendation_alone(office: Office) -> None:
    call_id = office.call("one", offices=OFFICES_OF_BOTH)
    application_id = office.submitted(call_id, office.enterprise("acme"), "acme-good")
    with pytest.raises(InvalidRecord, match="it goes with a recommendation"):
        office.act(application_id, "accept", COUNTY, rank=1)
    with pytest.raises(IllegalStep):
        office.act(application_id, "rank", COUNTY, rank=1)


def test_what_was_rejected_leaves_its_place_to_the_next(office: Office) -> None:
    call_id = office.call("one", offices=OFFICES_OF_BOTH)
    first, second = complete(office, call_id, "first"), complete(office, call_id, "second")
    office.act(first, "recommend_county", COUNTY, rank=1)
    office.act(first, "reject", CITY, reason="不符合条件")
    assert places(office, first) == {}
    office.act(second, "recommend_county", COUNTY, rank=1)
    assert places(office, second) == {"county": 1}
    assert office.life.applications.steps(first)[-2].detail["rank"] == 1, "what it was is kept"


def test_an_office_changes_its_list_until_the_next_one_recommends(office: Office) -> None:
    call_id = office.call("one", offices=OFFICES_OF_BOTH)
    first, second = complete(office, call_id, "first"), complete(office, call_id, "second")
    office.act(first, "recommend_county", COUNTY, rank=1)
    office.act(second, "recommend_county", COUNTY)
    with pytest.raises(RecordConflict):
        office.act(second, "rank", COUNTY, rank=1)
    office.act(first, "rank", COUNTY)
    office.act(second, "rank", COUNTY, rank=1)
    office.act(second, "rank", COUNTY, rank=1)
    office.act(first, "rank", COUNTY, rank=2)
    assert (places(office, first), places(office, second)) == ({"county": 2}, {"county": 1})
    found = office.life.applications.application(first)
    assert (found.state, found.ranks[0].office) == ("county_recommended", Party.COUNTY)
    with pytest.raises(StepForbidden):
        office.act(first, "rank", CITY, rank=3)
    office.act(first, "recommend_city", CITY, rank=1)
    with pytest.raises(StepForbidden):
        office.act(first, "rank", COUNTY, rank=3)
    office.act(first, "rank", CITY, rank=7)
    assert places(office, first) == {"county": 2, "city": 7}
    offered = {actor: _offered(office, first, actor) for actor in ("county", "city")}
    assert ("rank" in offered["county"], "rank" in offered["city"]) == (False, True)


def _offered(office: Office, application_id: int, who: str) -> list[str]:
    actor = {"county": COUNTY, "city": CITY}[who]
    return [one.action for one in offers_of(office.life.applications.application(application_id), actor)]


def test_of_many_that_want_a_place_at_once_one_has_it(office: Office) -> None:
    call_id = office.call("one", offices=OFFICES_OF_BOTH)
    wanting = [complete(office, call_id, f"mill-{at}") for at in range(6)]

    def recommend(application_id: int) -> str:
        try:
            office.act(application_id, "recommend_county", COUNTY, rank=1)
        except ProgrammeError as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(len(wanting)) as pool:
        came_to = list(pool.map(recommend, wanting))
    assert sorted(came_to) == ["RecordConflict"] * 5 + ["done"]
    assert sum(len(places(office, one)) for one in wanting) == 1
