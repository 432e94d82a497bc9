"""Figures made public: what tells of single enterprises is kept back, by the rules of the statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from tests.programmes.claim_shelf import ShelfClaim
from tests.region.city import City

from millmark.model import AssetPath
from millmark.region.disclosure import SafetyRules
from millmark.region.publications import Contributors, NotPublishable, Obstacle, PublicationBook, PublishedFigure
from millmark.region.statistics import Dimension, FigureJudge, TableDefinition
from millmark.region.watch.months import read_month

LEAST, PERCENT = 4, 15
RULES = SafetyRules(LEAST, p_percent=PERCENT)
RATE = "M01"
EVEN = (10, 12, 11, 9, 10)


def factory(city: City, slug: str, area: str = "421202") -> int:
    enterprise = city.registry.add_enterprise(
        slug=slug, name_zh=f"{slug}厂", name_en=slug, area_code=area, is_placeholder=True
    )
    return enterprise.id


def claimed(city: City, slug: str, machines: float, day: date = date(2024, 5, 1), area: str = "421202") -> int:
    """A factory that claims its machines, four fifths of them connected."""
    who = factory(city, slug, area)
    claim = ShelfClaim(f"{slug}-{day}", who, AssetPath.parse(slug), machines * 0.8, machines)
    city.shelf.shelved.append(replace(claim, first_date=day, last_date=day))
    return who


def book_of(city: City, rules: SafetyRules = RULES, holdings: Mapping[int, int] | None = None) -> PublicationBook:
    watch, statistics = city.bureau.watch, city.bureau.statistics
    contributors = Contributors(holdings=lambda: holdings or {}, reported=watch.reported, indicator=watch.indicator)
    judge = FigureJudge(statistics.book.earlier, statistics.book.names, rules=lambda: rules, waivers=None)
    return PublicationBook(
        city.database, contributors=contributors, rules=lambda: rules, now_us=city.clock, judge=judge
    )


def published(city: City, book: PublicationBook, figure_id: str = RATE, as_of: date | None = None) -> PublishedFigure:
    figure = city.figures.figure(figure_id, as_of)
    return book.publish(figure, city.figures.past(figure_id, figure.as_of), by="ann")


def kept_back(city: City, book: PublicationBook, figure_id: str = RATE) -> Obstacle:
    with pytest.raises(NotPublishable) as refused:
        published(city, book, figure_id)
    for told in (str(refused.value), refused.value.zh):
        assert not any(number in told for number in (str(LEAST), str(PERCENT), "%")), "a parameter shows"
    assert book.obstacle(city.figures.figure(figure_id)) is refused.value.obstacle
    assert book.versions(figure_id) == []
    return refused.value.obstacle


def test_a_sum_of_enough_alike_is_told(city: City) -> None:
    for number, machines in enumerate(EVEN):
        claimed(city, f"mill-{number}", machines)
    assert published(city, book_of(city)).value == 80


def test_the_past_of_all_figures_is_the_past_of_each(city: City) -> None:
    claimed(city, "mill", EVEN[0])
    until = city.figures.figure(RATE).as_of
    of_all = city.figures.past_of_all(until)
    assert len(of_all[RATE]) == 12
    assert all(of_all[figure_id] == city.figures.past(figure_id, until) for figure_id in (RATE, "F02"))


def test_too_few_are_kept_back(city: City) -> None:
    for number in range(LEAST - 1):
        claimed(city, f"mill-{number}", 10)
    assert kept_back(city, book_of(city)) is Obstacle.FEW


def test_works_of_one_holding_are_one_contributor(city: City) -> None:
    works = [claimed(city, f"mill-{number}", 10) for number in range(5)]
    assert kept_back(city, book_of(city, holdings=dict.fromkeys(works[:3], 77))) is Obstacle.FEW


def test_one_that_could_be_estimated_from_the_sum_is_kept_back(city: City) -> None:
    for number, machines in enumerate((500, 300, 10, 10, 10)):
        claimed(city, f"mill-{number}", machines)
    assert kept_back(city, book_of(city)) is Obstacle.DOMINANT


def test_two_that_together_own_most_are_kept_back_by_the_office_s_own_rule(city: City) -> None:
    from millmark.region.disclosure.rules import Dominance

    for number, machines in enumerate((100, 100, 30, 30, 30)):
        claimed(city, f"mill-{number}", machines)
    strict = SafetyRules(LEAST, p_percent=None, dominance=Dominance(2, 60))
    assert kept_back(city, book_of(city, strict)) is Obstacle.DOMINANT


def test_what_one_newcomer_changed_since_the_last_version_is_not_told(city: City) -> None:
    for number, machines in enumerate(EVEN):
        claimed(city, f"mill-{number}", machines)
    book = book_of(city)
    published(city, book)
    claimed(city, "newcomer", 20)
    with pytest.raises(NotPublishable) as refused:
        published(city, book)
    assert refused.value.obstacle is Obstacle.DIFFERENCE
    # In good company it may come.
    for number, machines in enumerate(EVEN):
        claimed(city, f"late-{number}", machines * 2)
    assert published(city, book).version == 2


def test_the_trend_leaves_out_days_that_tell_of_single_ones(city: City) -> None:
    claimed(city, "first", 10, date(2023, 9, 1))
    for number, machines in enumerate(EVEN):
        claimed(city, f"mill-{number}", machines, date(2023, 12, 5))
    for number, machines in enumerate(EVEN):
        claimed(city, f"more-{number}", machines, date(2024, 4, 5))
    trend = [point.as_of for point in published(city, book_of(city), as_of=date(2024, 5, 31)).trend]
    # Until November it was the first one's alone.
    assert trend[0] == date(2023, 12, 31)
    assert trend[-1] == date(2024, 5, 31)
    assert len(trend) == 6


def test_what_is_no_enterprise_s_own_is_told_however_few_it_counts(city: City) -> None:
    city.load()
    book = book_of(city)
    for figure_id in ("F05", "F12", "F13", "F16", "F20", "F26"):
        assert published(city, book, figure_id, date(2023, 7, 26)).value is not None


def test_who_met_a_programme_is_counted_only_in_company(city: City) -> None:
    call = city.programmes.publish("connected-factory-demo").id
    for number in range(LEAST - 1):
        met(city, call, f"mill-{number}")
    assert kept_back(city, book_of(city), "M02") is Obstacle.FEW
    met(city, call, "one-more")
    book = book_of(city)
    assert published(city, book, "M02").value == LEAST
    # Who came in is public with its decision; the number alone tells nobody's.
    met(city, call, "and-another")
    assert published(city, book, "M02").value == LEAST + 1


def met(city: City, call_id: int, slug: str) -> None:
    who = claimed(city, slug, 10)
    application = city.programmes.submit(call_id, who, city.shelf.shelved[-1].id, submitted_by="ann")
    city.programmes.decide(application.id, decided_by="bureau")


def test_a_figure_without_a_value_is_not_made_public(city: City) -> None:
    assert kept_back(city, book_of(city)) is Obstacle.NO_VALUE


def test_a_rate_of_all_counties_but_one_is_laid_beside_the_table_of_machines(city: City) -> None:
    """The table keeps back the county of one mill; the rate tells how many machines all others have, or as good as."""
    for area in ("421202", "421221"):
        for number, machines in enumerate(EVEN):
            claimed(city, f"mill-{area}-{number}", machines, area=area)
    claimed(city, "alone", 10, area="421222")
    tables = city.bureau.statistics.book
    machines = TableDefinition(
        slug="machines",
        title_zh="设备总数",
        title_en="Equipment",
        measure="equipment",
        dimensions=(Dimension.AREA,),
        first_year=2024,
        cumulative=False,
    )
    tables.define(machines, after_version=0, reason="", recorded_by="ann")
    proposal = tables.propose("machines", read_month("2024-05"))
    alone = proposal.table.cell_of(("421222",))
    assert alone is not None
    assert proposal.release.hidden[alone, -1]
    assert not proposal.release.hidden[0, -1]
    tables.publish("machines", read_month("2024-05"), digest=proposal.digest, reason="", signed_by="ann")
    book, whole = book_of(city), city.figures.figure(RATE)
    others = replace(whole, id="M99", records=tuple(one for one in whole.records if one.area != "421222"))
    assert book.obstacle(others) is Obstacle.BESIDE
    # The whole city's machines are in the table anyway.
    assert book.obstacle(whole) is None
    assert published(city, book).version == 1
