"""Figures beside tables, and tables beside all that was ever public: attacked plainly, enterprise by enterprise, by
somebody who kept every version and knows who is in which sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pytest
from sqlalchemy.orm import Session
from tests.region.statistics.kept_sums import Sum, Unit, known_of
from tests.region.statistics.reports import AREAS, JANUARY, Reporter, correct, report

from millmark.region.disclosure import SafetyRules, Unsafe
from millmark.region.geography import SCHEMATIC, read_areas
from millmark.region.publications import NotPublishable, Obstacle
from millmark.region.statistics import (
    Clash,
    Dimension,
    FigureJudge,
    FigureSum,
    Names,
    Proposal,
    PublicFigures,
    StatisticsBook,
    TableDefinition,
)
from millmark.region.statistics.release import KINDS
from millmark.region.statistics.sources import BureauSource
from millmark.region.watch.industries import Industries
from millmark.registry import Database, Registry

RULES = SafetyRules(3, 12.5)
NOW_US = 1_770_000_000_000_000


@dataclass
class Told:
    """Figures that the public has, as the book of publications would name them."""

    told: list[FigureSum] = field(default_factory=list)

    def sums(self, measure: str) -> Sequence[FigureSum]:
        return [one for one in self.told if one.measure == measure]

    def last_within(self, _session: Session) -> int:
        return len(self.told)


@dataclass
class Desk:
    """The reports of a small city for one month, and its book."""

    database: Database
    registry: Registry
    figures: Told = field(default_factory=Told)
    ids: dict[str, int] = field(default_factory=dict)
    version: int = 1
    value: dict[str, int] = field(default_factory=dict)
    class_of: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    public: list[Sum] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.book = self._book(self.figures)
        self.judge = FigureJudge(self.book.earlier, self.book.names, rules=lambda: RULES, waivers=None)

    def _book(self, figures: PublicFigures | None) -> StatisticsBook:
        source = BureauSource(self.database, now_us=lambda: NOW_US)
        names = Names.over(read_areas(SCHEMATIC), Industries.read())
        book = StatisticsBook(self.database, source, names, rules_file=None, now_us=lambda: NOW_US, figures=figures)
        book._drawn = RULES
        return book

    def reported(self, reporters: Sequence[Reporter]) -> None:
        self.ids |= report(self.database, self.registry, reporters)
        for one in reporters:
            self.value[one.slug] = one.months[0]
            self.class_of[one.slug] = (one.area, one.industry, one.size)

    def corrected(self, **values: int) -> None:
        for slug, value in values.items():
            if value != self.value[slug]:
                self.version += 1
                correct(self.database, self.ids[slug], JANUARY, value, version=self.version)
                self.value[slug] = value

    def proposed(self, *dimensions: Dimension, book: StatisticsBook | None = None) -> Proposal:
        slug = "by-" + "-".join(dimensions)
        book = book or self.book
        if all(one.definition.slug != slug for one in book.definitions()):
            definition = TableDefinition(
                slug=slug,
                title_zh="营业收入",
                title_en="Revenue",
                measure="revenue_fen",
                dimensions=dimensions,
                first_year=2025,
            )
            book.define(definition, after_version=0, reason="", recorded_by="officer")
        return book.propose(slug, JANUARY)

    def published(self, *dimensions: Dimension) -> Proposal:
        found = self.proposed(*dimensions)
        slug = found.table.definition.slug
        self.book.publish(slug, JANUARY, digest=found.digest, reason="更正", signed_by="director")
        self.public += self.shown_by(found)
        return found

    def shown_by(self, found: Proposal) -> list[Sum]:
        """The sums that a table shows, with who is in each."""
        table = found.table
        shown = []
        for cell in np.flatnonzero(~found.release.hidden[:, 0]).tolist():
            members = self.members(dict(zip(table.definition.dimensions, table.key(cell), strict=True)))
            if members:
                assert sum(value for _, value in members) == table.total[cell, 0]
                shown.append((members, int(table.total[cell, 0])))
        return shown

    def members(self, codes: Mapping[str, str]) -> set[Unit]:
        place = {"area": 0, "industry": 1, "size": 2}
        return {
            (slug, self.value[slug])
            for slug, classes in self.class_of.items()
            if all(code in ("*", "C") or classes[place[name]] == code for name, code in codes.items())
        }

    def figure(self, slugs: Iterable[str], figure_id: str = "F99") -> list[FigureSum]:
        return [FigureSum(figure_id, "revenue_fen", JANUARY, {self.ids[one]: self.value[one] for one in slugs})]

    def tell(self, sums: Sequence[FigureSum]) -> None:
        self.figures.told += sums
        slug_of = {number: slug for slug, number in self.ids.items()}
        for one in sums:
            units = {(slug_of[who], value) for who, value in one.parts.items()}
            self.public.append((units, sum(one.parts.values())))


@pytest.fixture
def desk(database: Database, registry: Registry) -> Desk:
    return Desk(database, registry)


def mills(area: str, industry: str, count: int, size: str = "small", base: int = 10_000_000) -> list[Reporter]:
    names = f"e{industry}_{area}_{size}"
    return [Reporter(f"{names}_{n}", area, industry, [base + 10_000 * n], size=size) for n in range(count)]


def small_city() -> list[Reporter]:
    """Of industry 39 one alone in the third county."""
    return [
        one
        for area in AREAS
        for industry in ("13", "30", "39")
        for one in mills(area, industry, 1 if (area, industry) == (AREAS[2], "39") else 4)
    ]


def alone(desk: Desk) -> set[Unit]:
    return desk.members({"area": AREAS[2], "industry": "39"})


def refused(clash: Clash | None) -> Clash:
    assert clash is not None
    return clash


def test_a_county_s_figure_that_gives_away_a_suppressed_cell_is_refused(desk: Desk) -> None:
    """The county's total is shown, the one mill of its industry kept back; a figure adds up the county's others."""
    desk.reported(small_city())
    desk.published(Dimension.AREA, Dimension.INDUSTRY)
    value = next(iter(alone(desk)))[1]
    least, most = known_of(alone(desk), desk.public)
    assert most is None or most - least > value / 8
    others = [slug for slug in desk.ids if AREAS[2] in slug and "e39" not in slug]
    figure = desk.figure(others)
    clash = refused(desk.judge.clash(figure))
    assert (clash.table, clash.number, clash.month) == ("by-area-industry", 1, JANUARY)
    message = NotPublishable("F99", Obstacle.BESIDE, clash)
    assert "by-area-industry" in str(message)
    assert "2025-01" in str(message)
    assert "统计表by-area-industry第1版" in message.zh
    # What the refusal is for: told all the same, the figure pins the mill.
    desk.tell(figure)
    assert known_of(alone(desk), desk.public) == (Fraction(value), Fraction(value))


def test_a_figure_less_by_one_than_a_public_sum_is_refused(desk: Desk) -> None:
    desk.reported(small_city())
    desk.published(Dimension.AREA)
    county = [slug for slug in desk.ids if AREAS[0] in slug]
    assert desk.judge.clash(desk.figure(county)) is None
    assert desk.judge.clash(desk.figure(county[2:])) is not None
    clash = refused(desk.judge.clash(desk.figure(county[1:])))
    assert clash.cell[1] != "the total"
    # Less by a good many is another sum.
    assert desk.judge.clash(desk.figure(county[4:])) is None


def test_what_another_figure_told_counts_too_withdrawn_or_not(desk: Desk) -> None:
    desk.reported(small_city())
    county = [slug for slug in desk.ids if AREAS[0] in slug]
    desk.tell(desk.figure(county, "F01"))
    clash = refused(desk.judge.clash(desk.figure(county[1:])))
    assert clash.table is None
    assert "the figure F01" in str(NotPublishable("F99", Obstacle.BESIDE, clash))


def test_a_table_is_laid_beside_the_figures_that_stand(desk: Desk) -> None:
    """The figure came first: the table must not show what is left of it."""
    desk.reported(small_city())
    desk.tell(desk.figure([slug for slug in desk.ids if AREAS[2] in slug and "e39" not in slug]))
    blind = desk.proposed(Dimension.AREA, Dimension.INDUSTRY, book=desk._book(None))
    value = next(iter(alone(desk)))[1]
    assert known_of(alone(desk), [*desk.public, *desk.shown_by(blind)]) == (Fraction(value), Fraction(value))
    found = desk.published(Dimension.AREA, Dimension.INDUSTRY)
    least, most = known_of(alone(desk), desk.public)
    assert most is None or most >= value * Fraction(1125, 1000)
    assert least <= value * Fraction(875, 1000)
    assert found.release.exposed == 0


def test_after_a_correction_the_figure_of_before_counts_as_it_was_told(desk: Desk) -> None:
    """The county's figure stands; one report of it is corrected since. The table's county less the figure is that one's
    correction."""
    desk.reported(small_city())
    desk.tell(desk.figure([slug for slug in desk.ids if AREAS[0] in slug]))
    desk.corrected(**{f"e13_{AREAS[0]}_small_1": 19_000_000})
    found = desk.proposed(Dimension.AREA)
    hidden = {found.table.key(cell)[0] for cell in np.flatnonzero(found.release.hidden[:, 0]).tolist()}
    assert AREAS[0] in hidden
    desk.corrected(**{f"e13_{AREAS[0]}_small_{n}": 19_000_000 + n for n in (0, 2, 3)})
    again = desk.proposed(Dimension.AREA)
    assert not again.release.hidden.any()


def test_reverted_corrections_do_not_tell_by_an_older_version(desk: Desk) -> None:
    """Four reports are corrected together, then three of them back: against the version before nobody is alone, against
    the first one the fourth is."""
    desk.reported([one for area in AREAS for one in mills(area, "13", 6)])
    slugs = [f"e13_{AREAS[0]}_small_{n}" for n in range(4)]
    first = {slug: desk.value[slug] for slug in slugs}
    assert not desk.published(Dimension.AREA).release.hidden.any()
    desk.corrected(**{slug: first[slug] + 3_000_000 for slug in slugs})
    assert not desk.published(Dimension.AREA).release.hidden.any()
    desk.corrected(**{slug: first[slug] for slug in slugs[1:]})
    third = desk.proposed(Dimension.AREA)
    cell = third.table.cell_of((AREAS[0],))
    assert cell is not None
    assert KINDS[third.release.kind[cell, 0]] == Unsafe.DIFFERENCE
    assert third.release.hidden[0, 0] or third.release.hidden[1:, 0].sum() > 1


def test_four_versions_together_do_not_tell_what_no_two_of_them_tell(desk: Desk) -> None:
    """Each two versions of the county differ by three reports or more; s1 + s2 - s3 is twice the correction of c."""
    desk.reported([one for area in AREAS for one in mills(area, "13", 6)])
    a, b, c, d, e = (f"e13_{AREAS[0]}_small_{n}" for n in range(5))
    first = dict(desk.value)

    def stands(*changed: str) -> None:
        desk.corrected(**{one: first[one] + (3_000_000 if one in changed else 0) for one in (a, b, c, d, e)})

    for changed in ((), (a, b, c), (c, d, e)):
        stands(*changed)
        assert not desk.published(Dimension.AREA).release.hidden.any()
    stands(a, b, d, e)
    fourth = desk.proposed(Dimension.AREA)
    assert fourth.release.hidden[fourth.table.cell_of((AREAS[0],)), 0]
    # As a control, beside any single one of them it may be shown.
    assert fourth.release.exposed == 0


def test_versions_whose_data_did_not_change_are_one(desk: Desk) -> None:
    desk.reported(small_city())
    one = desk.published(Dimension.AREA, Dimension.INDUSTRY)
    two = desk.published(Dimension.AREA, Dimension.INDUSTRY)
    assert np.array_equal(one.release.kind > 0, two.release.kind > 0)
    assert len(desk.book.earlier.tables("revenue_fen")) == 1
    desk.corrected(**{f"e13_{AREAS[0]}_small_{n}": 19_000_000 + n for n in range(4)})
    desk.published(Dimension.AREA, Dimension.INDUSTRY)
    layers = desk.book.earlier.tables("revenue_fen")
    assert [[edition.number for edition, _ in layer.editions] for layer in layers] == [[3], [2]]
