"""What the programme desk recommends, recognises and awards moves the reply's figures F17 to F26, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from unittest import mock

import pytest
from tests.region.city import FACTS

from millmark.composition import Platform
from millmark.programmes import Counting
from millmark.programmes.life import OFFICES, Actor, Party
from millmark.programmes.life.content import Content
from millmark.programmes.life.office import OfficeStep
from millmark.programmes.money import Funding, FundSource, NewBudgetLine, NewDisbursement
from millmark.programmes.projects import Grounds
from millmark.settings import load_settings

MANAGER = Actor("manager", "manager", frozenset({Party.ENTERPRISE}))
OFFICE = Actor("bureau", "officer", OFFICES)
DIRECTOR = Actor("director", "officer", OFFICES)
TREASURER = Actor("treasurer", "treasurer", frozenset({Party.TREASURER}))
CASHIER = Actor("cashier", "treasurer", frozenset({Party.TREASURER}))
AWARD_FEN = 100_000_000
DOCUMENT = "鄂经信〔2023〕1号"

# The reply counts some programmes within a month of 2023: what happens later belongs to another reply.
DECIDED_ELSEWHERE = (
    ("provincial-smart-manufacturing", date(2023, 4, 10), "F17", "F21"),
    ("provincial-5g-factory", date(2023, 5, 10), "F18", None),
    ("it-fusion-case", date(2023, 6, 10), "F19", None),
    ("provincial-integration", date(2023, 6, 20), None, "F20"),
    ("cloud-benchmark", date(2023, 6, 20), None, "F22"),
    ("integration-management-system", date(2023, 6, 20), None, "F23"),
)
EDITIONS = {"provincial-5g-factory": "2023", "integration-management-system": "2017"}


class City:
    """The sample city with its desk, on a calendar that the test turns, and one enterprise that is a placeholder."""

    def __init__(self, platform: Platform, clock: list[int]) -> None:
        self.platform = platform
        self._clock = clock
        # The reply's facts are told once their time is over; then the calendar goes back to when the desk decides.
        began, clock[0] = clock[0], _noon_us(date(2024, 1, 2))
        platform.facts_import.run(FACTS, recorded_by="import")
        clock[0] = began
        self.enterprise_id = platform.registry.add_enterprise(
            slug="acme", name_zh="某某机械(占位)", name_en="acme", area_code="421202", is_placeholder=True
        ).id

    def turn_to(self, day: date) -> None:
        self._clock[0] = _noon_us(day)

    def figures(self, as_of: date | None = None) -> dict[str, Decimal | None]:
        return {one.id: one.value for one in self.platform.figures.compute(as_of)}

    def accepted(self, pack: str, edition: str) -> int:
        """An application that an office found complete."""
        life = self.platform.life
        terms = {
            "opens_on": life.calls.today(),
            "closes_on": life.calls.today() + timedelta(days=10),
            "offices": [Party.CITY] if pack != "city-smart-manufacturing" else [],
            "reviewers_min": 0,
            "publicity_days": 0,
            "facts": [],
            "documents": [],
            "levels": [],
        }
        call = life.calls.draft(pack, edition, OFFICE, changes=terms)
        life.calls.publish(call.id, OFFICE)
        started = life.applications.start(call.id, self.enterprise_id, MANAGER)
        life.applications.save(started.id, MANAGER, Content(pledge=True))
        life.applications.submit(started.id, MANAGER)
        life.office.act(started.id, OfficeStep("accept"), OFFICE)
        return started.id


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    clock = [_noon_us(date(2023, 2, 10))]
    # Not a return value: the calendar is turned while the platform runs.
    with mock.patch("millmark.composition.platform._system_time_us", lambda: clock[0]):  # noqa: PT008
        platform = Platform.open(load_settings(tmp_path, demonstration=True))
    try:
        yield City(platform, clock)
    finally:
        platform.close()


def test_each_recommendation_and_recognition_moves_its_own_figure_by_one(city: City) -> None:
    life, end = city.platform.life, date(2023, 8, 1)
    for pack, day, recommended, recognised in DECIDED_ELSEWHERE:
        city.turn_to(day)
        before = city.figures(end)
        application_id = city.accepted(pack, EDITIONS.get(pack, "2023"))
        assert city.figures(end) == before, "an application alone is no figure"
        life.office.act(application_id, OfficeStep("recommend_city"), OFFICE)
        assert city.figures(end) == _moved(before, recommended)
        before = city.figures(end)
        life.recognitions.recognise(application_id, OFFICE, document=DOCUMENT)
        assert city.figures(end) == _moved(before, recognised)


def test_an_award_of_the_city_moves_the_selected_the_total_and_the_reply(city: City) -> None:
    platform, end = city.platform, date(2023, 8, 1)
    before, written = city.figures(end), platform.replies.reply("zh", end).text
    assert (before["F24"], before["F25"], before["F26"]) == (12, 100, 1200)
    application_id = city.accepted("city-smart-manufacturing", "2023")
    platform.life.office.act(application_id, OfficeStep("pass"), OFFICE)
    recognition = platform.life.recognitions.recognise(application_id, OFFICE)
    assert city.figures(end) == before | {"F24": Decimal(13)}

    line = platform.budget.open(
        NewBudgetLine(
            code="2023-CITY",
            name_zh="示范项目奖补",
            name_en="Demonstration awards",
            source=FundSource.CITY,
            year=2023,
            programme="city-smart-manufacturing",
            purpose="awards",
        ),
        AWARD_FEN,
        document="咸财企〔2023〕1号",
        opened_by="treasurer",
    )
    award = platform.awards.calculate(recognition.id, actor=OFFICE)
    platform.awards.propose(award.id, [Funding(line.id, AWARD_FEN)], actor=OFFICE)
    assert city.figures(end)["F26"] == 1200
    platform.awards.approve(award.id, document="咸经信〔2023〕2号", actor=DIRECTOR)
    assert city.figures(end) == before | {"F24": Decimal(13), "F26": Decimal(1300)}

    draft = platform.replies.reply("zh", end).text
    assert "等12家企业获评市级" in written
    assert draft == written.replace("等12家企业获评市级", "等13家企业获评市级")

    platform.life.recognitions.revoke(recognition.id, OFFICE, reason="申报材料不实")
    assert city.figures(end)["F24"] == 12


def test_an_award_stays_counted_as_it_was_granted_and_says_what_came_back(city: City) -> None:
    platform, end = city.platform, date(2023, 8, 1)
    application_id = city.accepted("city-smart-manufacturing", "2023")
    platform.life.office.act(application_id, OfficeStep("pass"), OFFICE)
    recognition = platform.life.recognitions.recognise(application_id, OFFICE)
    line = platform.budget.open(
        NewBudgetLine(
            code="2023-CITY",
            name_zh="示范项目奖补",
            name_en="Demonstration awards",
            source=FundSource.CITY,
            year=2023,
            programme="city-smart-manufacturing",
            purpose="awards",
        ),
        AWARD_FEN,
        document="咸财企〔2023〕1号",
        opened_by="treasurer",
    )
    award = platform.awards.calculate(recognition.id, actor=OFFICE)
    platform.awards.propose(award.id, [Funding(line.id, AWARD_FEN)], actor=OFFICE)
    award = platform.awards.approve(award.id, document="咸经信〔2023〕2号", actor=DIRECTOR)
    payment = platform.disbursements.propose(
        NewDisbursement(
            award_id=award.id,
            line_id=line.id,
            instalment=str(award.instalments[0]["id"]),
            amount_fen=AWARD_FEN,
        ),
        actor=OFFICE,
    )
    platform.disbursements.act(payment.id, "approve", actor=TREASURER)
    platform.disbursements.act(payment.id, "pay", receipt="OUT-1", actor=CASHIER)
    assert platform.figures.figure("F26", end).notes_en == ()

    city.turn_to(date(2023, 5, 4))
    clawback = platform.clawbacks.open(award.id, 40_000_000, Grounds.OTHER, reason="部分未实施", actor=OFFICE)
    platform.clawbacks.act(clawback.id, "decide", document="咸经信〔2023〕9号", actor=DIRECTOR)
    platform.clawbacks.receive(clawback.id, line.id, 40_000_000, receipt="IN-1", actor=CASHIER)
    after = {one.id: one for one in platform.figures.compute(end)}
    assert {name: after[name].value for name in ("F24", "F25", "F26")} == {"F24": 13, "F25": 100, "F26": 1300}
    for name in ("F25", "F26"):
        assert after[name].notes_en == ("Counted as granted; 400000 yuan of 1 awards among them were recovered since.",)
        assert "已追回400000元" in after[name].notes_zh[0]
    assert platform.figures.figure("F26", date(2023, 5, 3)).notes_en == (), "the day before nothing had come back"


def test_what_was_taken_back_or_ended_with_its_call_counts_no_longer(city: City) -> None:
    platform = city.platform
    fictional = platform.registry.add_enterprise(
        slug="demo", name_zh="示范工厂(虚构)", name_en="demo", area_code="421202", is_demonstration=True
    ).id
    life, terms = (
        platform.life,
        {"opens_on": date(2023, 2, 10), "closes_on": date(2023, 3, 30), "facts": [], "documents": [], "offices": []},
    )
    call = life.calls.draft("connected-factory-demo", "1", OFFICE, slug="demo-call", changes=terms)
    life.calls.publish(call.id, OFFICE)
    sent = {}
    for enterprise_id in (city.enterprise_id, fictional):
        started = life.applications.start(call.id, enterprise_id, MANAGER)
        life.applications.save(started.id, MANAGER, Content(pledge=True))
        sent[enterprise_id] = life.applications.submit(started.id, MANAGER).id
    first = date(2023, 2, 10)
    assert len(platform.figures.figure("M02", first).records) == 2

    city.turn_to(date(2023, 2, 12))
    life.applications.withdraw(sent[fictional], MANAGER)
    assert len(platform.figures.figure("M02").records) == 1
    assert len(platform.figures.figure("M02", first).records) == 2, "on that day both stood"
    life.calls.act(call.id, "cancel", OFFICE, reason="资金未落实")
    assert platform.figures.figure("M02").records == ()


def test_records_of_the_desk_and_records_of_the_reply_are_told_apart(city: City) -> None:
    city.turn_to(date(2023, 4, 10))
    application_id = city.accepted("provincial-smart-manufacturing", "2023")
    city.platform.life.office.act(application_id, OfficeStep("recommend_city"), OFFICE)
    kept = city.platform.programme_records.standing()
    imported = [one for one in kept if one.import_key is not None]
    assert {one.import_key.split(":")[1] for one in imported if one.import_key} == {
        *(f"F{number}" for number in range(17, 26))
    }
    assert all("答复" in one.source and one.enterprise_id is None for one in imported)
    # Where the reply names examples only, the rest is one record that names nobody.
    assert all(one.subject is None for one in imported if one.counting is Counting.BULK)
    (own,) = [one for one in kept if one.import_key is None]
    assert (own.enterprise_id, own.placeholder, own.count) == (city.enterprise_id, True, 1)
    assert own.source.startswith(f"application {application_id}, ")


def _moved(figures: dict[str, Decimal | None], figure_id: str | None) -> dict[str, Decimal | None]:
    if figure_id is None:
        return figures
    return figures | {figure_id: (figures[figure_id] or Decimal(0)) + 1}


def _noon_us(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 4, tzinfo=UTC).timestamp()) * 1_000_000
