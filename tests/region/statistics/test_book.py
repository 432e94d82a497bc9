"""Tables are defined, seen, published under disclosure control and never change; on both databases."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.region.statistics.reports import AREAS, JANUARY, Reporter, city, correct, report

from millmark.region.disclosure import SafetyRules, Unsafe, write_rules
from millmark.region.geography import SCHEMATIC, read_areas
from millmark.region.statistics import (
    Dimension,
    InvalidDefinition,
    StatisticsBook,
    StatisticsConflict,
    TableDefinition,
    TableNotFound,
    digest_of,
)
from millmark.region.statistics.growth import growth, ranks
from millmark.region.statistics.naming import Names
from millmark.region.statistics.release import KINDS, Release
from millmark.region.statistics.sources import BureauSource
from millmark.region.statistics.table import StatisticsTable
from millmark.region.watch.industries import Industries
from millmark.region.watch.profiles import NewProfile, ProfileBook
from millmark.registry import Database, Registry

RULES = SafetyRules(3, 12.5)
NOW_US = 1_770_000_000_000_000


@pytest.fixture
def rules_file(tmp_path: Path) -> Path:
    path = tmp_path / "confidential" / "disclosure.toml"
    write_rules(path, RULES)
    return path


@pytest.fixture
def book(database: Database, rules_file: Path) -> StatisticsBook:
    source = BureauSource(database, now_us=lambda: NOW_US)
    names = Names.over(read_areas(SCHEMATIC), Industries.read())
    return StatisticsBook(database, source, names, rules_file=rules_file, now_us=lambda: NOW_US)


def definition(slug: str = "revenue", *dimensions: Dimension, **more: object) -> TableDefinition:
    chosen = dimensions or (Dimension.AREA, Dimension.INDUSTRY)
    return TableDefinition(
        slug=slug,
        title_zh="营业收入",
        title_en="Revenue",
        measure="revenue_fen",
        dimensions=chosen,
        first_year=2025,
        **more,  # type: ignore[arg-type]
    )


def defined(book: StatisticsBook, one: TableDefinition) -> TableDefinition:
    book.define(one, after_version=0, reason="", recorded_by="officer")
    return one


def kind(table: StatisticsTable, found: Release, key: tuple[str, ...], place: int = 0) -> str:
    cell = table.cell_of(key)
    assert cell is not None
    return str(KINDS[found.kind[cell, place]])


def test_a_definition_is_kept_by_version(book: StatisticsBook) -> None:
    defined(book, definition())
    second = definition(note_zh="按行业大类")
    kept = book.define(second, after_version=1, reason="加说明", recorded_by="officer")
    assert kept.version == 2
    assert [one.version for one in book.versions("revenue")] == [2, 1]
    with pytest.raises(StatisticsConflict, match="at version 2"):
        book.define(second, after_version=1, reason="", recorded_by="another")
    with pytest.raises(TableNotFound):
        book.versions("nothing")


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "Not A Slug"},
        {"measure": "profit"},
        {"dimensions": ()},
        {"dimensions": (Dimension.SECTION, Dimension.INDUSTRY)},
        {"measure": "staff", "cumulative": True},
        {"first_year": 1800},
    ],
)
def test_a_definition_that_makes_no_table_is_refused(wrong: dict[str, object]) -> None:
    told: dict[str, object] = {
        "slug": "t",
        "title_zh": "表",
        "title_en": "Table",
        "measure": "revenue_fen",
        "dimensions": (Dimension.AREA,),
        "first_year": 2025,
    }
    with pytest.raises(InvalidDefinition):
        TableDefinition(**{**told, **wrong})  # type: ignore[arg-type]


def test_a_table_adds_up_what_was_reported(book: StatisticsBook, database: Database, registry: Registry) -> None:
    reporters = city()
    ids = report(database, registry, reporters)
    table = book.table(defined(book, definition()), JANUARY + 2)
    here = [one for one in reporters if one.area == AREAS[0] and one.industry == "13"]
    cell = table.cell_of((AREAS[0], "13"))
    assert cell is not None
    assert table.total[cell].tolist() == [sum(one.months[month] for one in here) for month in range(3)]
    assert table.cumulative[cell, 2] == sum(sum(one.months) for one in here)
    assert table.total[0, 0] == sum(one.months[0] for one in reporters)
    doors = table.contributors(cell, np.array([0]))
    assert [who for who, _ in doors] == [ids[one.slug] for one in sorted(here, key=lambda one: -one.months[0])]
    assert sum(value for _, value in doors) == table.total[cell, 0]


def test_a_county_sees_its_own_alone(book: StatisticsBook, database: Database, registry: Registry) -> None:
    reporters = city()
    report(database, registry, reporters)
    table = book.table(defined(book, definition()), JANUARY, area_code=AREAS[1])
    assert table.axes[0].codes == ("*", AREAS[1])
    assert table.total[0, 0] == sum(one.months[0] for one in reporters if one.area == AREAS[1])


def test_one_alone_is_kept_back_with_what_protects_it(
    book: StatisticsBook, database: Database, registry: Registry
) -> None:
    report(database, registry, city())
    defined(book, definition())
    proposal = book.propose("revenue", JANUARY + 2)
    table, found = proposal.table, proposal.release
    assert kind(table, found, (AREAS[2], "39")) == Unsafe.FEW
    hidden = {table.key(cell) for cell in np.flatnonzero(found.kind[:, 0]).tolist()}
    # Its row, its column and whatever closes the cycle: a single other cell would be a difference.
    assert len(hidden) >= 4
    assert ("*", "*") not in hidden
    cell = table.cell_of((AREAS[2], "39"))
    assert found.high[cell, 0] - table.total[cell, 0] >= 0.125 * table.total[cell, 0] * (1 - 1e-6)
    # What is hidden in a month is hidden in the sums since January from then on.
    assert found.cumulative_kind[cell, 2] > 0
    assert proposal.content["monthly"][0][cell] is None
    assert proposal.content["cumulative"][2][cell] is None


def test_members_of_a_holding_are_one(book: StatisticsBook, database: Database, registry: Registry) -> None:
    reporters = [
        Reporter(f"h{number}-{area}", area, "13", [5_000_000], holding=77 if area == AREAS[0] else None)
        for area in AREAS
        for number in range(5)
    ]
    report(database, registry, reporters)
    defined(book, definition("by-area", Dimension.AREA))
    proposal = book.propose("by-area", JANUARY)
    assert kind(proposal.table, proposal.release, (AREAS[0],)) == Unsafe.FEW
    assert kind(proposal.table, proposal.release, (AREAS[1],)) in ("", Unsafe.COMPLEMENT)


def test_a_published_version_never_changes(book: StatisticsBook, database: Database, registry: Registry) -> None:
    ids = report(database, registry, city())
    defined(book, definition())
    proposal = book.propose("revenue", JANUARY + 1)
    version = book.publish("revenue", JANUARY + 1, digest=proposal.digest, reason="", signed_by="director")
    assert version.number == 1
    assert digest_of(version.content) == version.digest
    for month in range(2):
        correct_all = [slug for slug in ids if slug.startswith(f"e13-{AREAS[0]}")]
        for slug in correct_all:
            correct(database, ids[slug], JANUARY + month, 99_000_000 + month)
    again = book.publication("revenue", 1)
    assert again.content == version.content
    assert digest_of(again.content) == version.digest
    assert book.published()[0].number == 1


def test_what_was_not_looked_at_cannot_be_signed(book: StatisticsBook, database: Database, registry: Registry) -> None:
    ids = report(database, registry, city())
    defined(book, definition())
    seen = book.propose("revenue", JANUARY)
    correct(database, next(iter(ids.values())), JANUARY, 12_345_678)
    with pytest.raises(StatisticsConflict, match="look at it again"):
        book.publish("revenue", JANUARY, digest=seen.digest, reason="", signed_by="director")
    assert book.publications() == []


def test_a_correction_of_one_enterprise_does_not_show(
    book: StatisticsBook, database: Database, registry: Registry
) -> None:
    """Version 2 beside version 1 would tell what the one changed its report by."""
    ids = report(database, registry, city())
    defined(book, definition())
    first = book.propose("revenue", JANUARY + 1)
    book.publish("revenue", JANUARY + 1, digest=first.digest, reason="", signed_by="director")
    correct(database, ids[f"e13-{AREAS[0]}-3"], JANUARY, 44_000_000)
    second = book.propose("revenue", JANUARY + 2)
    before = np.array([[one is not None for one in month] for month in first.content["monthly"]]).T
    now = np.array([[one is not None for one in month] for month in second.content["monthly"]]).T
    cell = second.table.cell_of((AREAS[0], "13"))
    if before[cell, 0]:
        assert kind(second.table, second.release, (AREAS[0], "13")) in (Unsafe.DIFFERENCE, Unsafe.DOMINANT)
    # Wherever both versions show a value that differs, three or more changed theirs.
    both = before[:, :2] & now[:, :2]
    old = np.array([[one or 0 for one in month] for month in first.content["monthly"]]).T
    new = np.array([[one or 0 for one in month] for month in second.content["monthly"]]).T
    assert not ((old != new[:, :2]) & both).any()
    # And what was kept back stays kept back.
    assert not (~before[:, :2] & now[:, :2]).any()
    with pytest.raises(StatisticsConflict, match="say why"):
        book.publish("revenue", JANUARY + 2, digest=second.digest, reason="", signed_by="director")
    published = book.publish("revenue", JANUARY + 2, digest=second.digest, reason="更正", signed_by="director")
    assert published.number == 2


def test_another_table_of_the_measure_keeps_back_the_same_sums(
    book: StatisticsBook, database: Database, registry: Registry
) -> None:
    """A sum that one table keeps back is kept back by the next one, too."""
    report(database, registry, city())
    defined(book, definition())
    first = book.propose("revenue", JANUARY)
    book.publish("revenue", JANUARY, digest=first.digest, reason="", signed_by="director")
    kept = {first.table.key(cell) for cell in np.flatnonzero(first.release.kind[:, 0]).tolist()}
    defined(book, definition("by-industry", Dimension.INDUSTRY))
    second = book.propose("by-industry", JANUARY)
    for cell in range(second.table.lattice.cells):
        code = second.table.key(cell)[0]
        if ("*", code) in kept:
            assert second.release.kind[cell, 0] > 0


def test_growth_and_ranks_of_what_is_kept_back_are_kept_back() -> None:
    shown = [[100, 50, None]] + [[1, 1, 1]] * 11 + [[150, None, 70]]
    months = list(range(JANUARY, JANUARY + 13))
    assert growth(shown, months)[12] == [50.0, None, None]
    assert growth(shown, months)[0] == [None, None, None]
    assert ranks([9, 3, 5], [1, 2]) == {2: 1, 1: 2}
    assert ranks([9, None, 5], [1, 2]) == {}


def test_the_rules_of_an_installation_stay_its_own(tmp_path: Path, database: Database) -> None:
    names = Names.over(read_areas(SCHEMATIC), Industries.read())
    source = BureauSource(database, now_us=lambda: NOW_US)
    path = tmp_path / "own" / "disclosure.toml"
    made = StatisticsBook(database, source, names, rules_file=path, now_us=lambda: NOW_US)
    rules = made.rules
    assert path.stat().st_mode & 0o077 == 0
    assert made.rules == rules
    assert str(rules.p_percent) not in repr(rules)


def test_two_tables_are_not_published_side_by_side_unseen(
    book: StatisticsBook, database: Database, registry: Registry
) -> None:
    """Each was looked at without the other; together they might tell what neither does."""
    report(database, registry, city())
    defined(book, definition())
    defined(book, definition("by-size", Dimension.INDUSTRY, Dimension.SIZE))
    one, other = book.propose("revenue", JANUARY), book.propose("by-size", JANUARY)
    book.publish("revenue", JANUARY, digest=one.digest, reason="", signed_by="director")
    again = book.propose("by-size", JANUARY)
    assert again.after > other.after
    if again.digest != other.digest:
        with pytest.raises(StatisticsConflict, match="look at it again"):
            book.publish("by-size", JANUARY, digest=other.digest, reason="", signed_by="another")
    assert book.publish("by-size", JANUARY, digest=again.digest, reason="", signed_by="another").number == 1


def test_what_was_looked_at_is_what_is_signed_and_a_report_in_between_is_seen(
    book: StatisticsBook, database: Database, registry: Registry
) -> None:
    ids = report(database, registry, city())
    defined(book, definition())
    one = book.propose("revenue", JANUARY)
    assert book.propose("revenue", JANUARY) is one
    correct(database, ids[f"e13-{AREAS[0]}-0"], JANUARY, 55_000_000)
    other = book.propose("revenue", JANUARY)
    assert other is not one
    assert other.digest != one.digest


def test_what_is_caught_up_is_what_is_read_anew(database: Database, registry: Registry) -> None:
    """A correction, a first report of somebody new and a move to another county, each after a first reading."""
    ids = report(database, registry, city())
    source = BureauSource(database, now_us=lambda: NOW_US)
    source.contributions("revenue_fen", JANUARY, JANUARY + 2)
    correct(database, ids[f"e13-{AREAS[0]}-2"], JANUARY + 1, 77_000_000)
    late = report(database, registry, [Reporter("late", AREAS[1], "30", [1_000, 2_000, 3_000])])
    correct(database, late["late"], JANUARY, 4_000)
    profiles = ProfileBook(database, Industries.read(), now_us=lambda: NOW_US)
    for day, area in ((date(2015, 1, 1), AREAS[0]), (date(2025, 2, 1), AREAS[1])):
        moved = NewProfile(
            enterprise_id=ids[f"e39-{AREAS[0]}-1"],
            valid_from=day,
            industry_code="39",
            size_class="medium",
            area_code=area,
            source="迁址",
        )
        profiles.add(moved, recorded_by="officer")
    caught_up = source.contributions("revenue_fen", JANUARY, JANUARY + 2)
    anew = BureauSource(database, now_us=lambda: NOW_US).contributions("revenue_fen", JANUARY, JANUARY + 2)
    assert late["late"] in caught_up.enterprise
    for name in ("enterprise", "holding", "area", "division", "size", "months", "value", "there"):
        assert np.array_equal(getattr(caught_up, name), getattr(anew, name)), name
