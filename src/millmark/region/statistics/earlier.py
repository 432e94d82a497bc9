"""All that was ever public of a measure: every version of every table, and every figure, withdrawn ones too.

A reader has kept all of them. Of a table's versions only those months count that a later version does not tell as well:
with the same contributions, and showing at least the same cells. What is left is laid together in as few layers as
there are different contents of one month.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from millmark.region.disclosure.cells import Flags, Ints
from millmark.region.statistics.columns import Contributions, Placed, merged
from millmark.region.statistics.definition import TableDefinition
from millmark.region.statistics.document import published_of
from millmark.region.statistics.figure_sums import FigureSum, Places, PublicFigures, laid_out_sums
from millmark.region.statistics.measures import MEASURES
from millmark.region.statistics.tables import StatisticsBasisRow, StatisticsPublicationRow
from millmark.registry import Database

_ROW: Final = StatisticsPublicationRow


class Stand(NamedTuple):
    """The last publication of all tables, and of all figures."""

    table: int
    figure: int


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """What a published version tells, without its numbers: which cells and months it shows, and by month a mark of the
    contributions that it was made of."""

    id: int
    number: int
    definition: TableDefinition
    codes: Sequence[Sequence[str]]
    months: Ints
    shown: Flags
    mark: Ints

    def tells_all_of(self, other: Edition) -> Flags:
        """By month of the other one whether this one tells it as well."""
        found = np.zeros(len(other.months), np.bool_)
        if self.definition.dimensions != other.definition.dimensions:
            return found
        both, here, there = np.intersect1d(self.months, other.months, return_indices=True)
        if len(both):
            found[there] = self.mark[here] == other.mark[there]
            mine, theirs = self._cells(other)
            found[there] &= ~(other.shown[np.ix_(theirs, there)] & ~self.shown[np.ix_(mine, here)]).any(axis=0)
        return found

    def _cells(self, other: Edition) -> tuple[Ints, Ints]:
        """The cells that both have; what one does not have is empty wherever both are made of the same."""
        mine, theirs = np.zeros(1, np.int64), np.zeros(1, np.int64)
        for own, others in zip(self.codes, other.codes, strict=True):
            place = {code: number for number, code in enumerate(own)}
            pairs = [(place[code], number) for number, code in enumerate(others) if code in place]
            first, second = np.array(pairs, np.int64).reshape(-1, 2).T
            mine = (mine[:, None] * len(own) + first).ravel()
            theirs = (theirs[:, None] * len(others) + second).ravel()
        return mine, theirs


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Months of one table as they were published, none twice: which of them each edition told, and what all were made
    of."""

    editions: Sequence[tuple[Edition, Flags]]
    basis: Contributions

    @property
    def definition(self) -> TableDefinition:
        latest = self.editions[0][0].definition
        return replace(latest, cumulative=any(one.definition.cumulative for one, _ in self.editions))


class Earlier:
    def __init__(self, database: Database, places: Places, figures: PublicFigures | None) -> None:
        self._database = database
        self._places = places
        self._figures = figures
        self._editions: dict[int, Edition] = {}
        self._bases: dict[str, dict[object, Contributions]] = {}

    def stand(self) -> Stand:
        with self._database.reading() as session:
            return self.stand_within(session)

    def stand_within(self, session: Session) -> Stand:
        last = session.scalar(select(func.max(_ROW.id))) or 0
        return Stand(last, 0 if self._figures is None else self._figures.last_within(session))

    def tables(self, measure: str) -> list[Layer]:
        """Every version of every table that tells sums of a measure, with what these were made of.

        A ratio that is shown is taken for one of which both sides are: safer than true.
        """
        named = [id_ for id_, one in MEASURES.items() if measure in one.sums]
        query = select(_ROW.id, _ROW.slug, _ROW.measure).where(_ROW.measure.in_(named)).order_by(_ROW.id.desc())
        with self._database.reading() as session:
            by_table: dict[tuple[object, ...], list[Edition]] = {}
            for id_, slug, told in session.execute(query).all():
                one = self._edition(session, id_)
                if one is not None:
                    by_table.setdefault((slug, told, one.definition.dimensions), []).append(one)
            kept = self._bases.get(measure, {})
            used: dict[object, Contributions] = {}

            def basis(one: Edition, months: Flags) -> Contributions:
                key = one.id, months.tobytes()
                used[key] = kept[key] if key in kept else _basis(session, one, months, measure)
                return used[key]

            found = [layer for several in by_table.values() for layer in _layers(several, basis)]
        # Versions never change; what the last question needed, the next one will need, too.
        self._bases[measure] = used
        return found

    def figures(
        self, measure: str, months: Sequence[int], known: Sequence[Contributions], also: Sequence[FigureSum] = ()
    ) -> list[Contributions]:
        """Every figure that tells sums of a measure, of some months."""
        told = [one for one in also if one.measure == measure] + list(self.public_sums(measure))
        return self.laid_out(told, months, known) if told else []

    def public_sums(self, measure: str) -> Sequence[FigureSum]:
        return () if self._figures is None else self._figures.sums(measure)

    def laid_out(
        self, sums: Sequence[FigureSum], months: Sequence[int], known: Sequence[Contributions]
    ) -> list[Contributions]:
        places: Mapping[int, Placed] = self._places()
        return laid_out_sums(sums, months, known, places)

    def _edition(self, session: Session, id_: int) -> Edition | None:
        """None of a version whose contributions were not kept."""
        found = self._editions.get(id_)
        if found is None:
            row = session.get_one(_ROW, id_)
            basis = session.get(StatisticsBasisRow, id_)
            if basis is None:
                return None
            version = published_of(row)
            found = Edition(
                id_,
                version.number,
                version.definition,
                version.codes,
                version.months,
                version.shown,
                Contributions.mark_of_packed(basis.contributions),
            )
            self._editions[id_] = found
        return found


def _layers(newest_first: Sequence[Edition], basis: Callable[[Edition, Flags], Contributions]) -> list[Layer]:
    kept: list[tuple[Edition, Flags]] = []
    for one in newest_first:
        left = np.ones(len(one.months), np.bool_)
        for newer, _ in kept:
            left &= ~newer.tells_all_of(one)
        if left.any():
            kept.append((one, left))
    layers: list[list[tuple[Edition, Flags]]] = []
    for one, its in kept:
        left = its
        while left.any():
            layer = next((each for each in layers if _has_room(each, one, left)), None)
            if layer is None:
                layers.append(layer := [])
            free = left & ~np.isin(one.months, _months_of(layer))
            layer.append((one, free))
            left = left & ~free
    return [Layer(layer, merged([basis(one, its) for one, its in layer])) for layer in layers]


def _months_of(layer: Sequence[tuple[Edition, Flags]]) -> Ints:
    return np.concatenate([np.zeros(0, np.int64), *(one.months[its] for one, its in layer)])


def _has_room(layer: Sequence[tuple[Edition, Flags]], one: Edition, left: Flags) -> bool:
    return bool((~np.isin(one.months[left], _months_of(layer))).any())


def _basis(session: Session, one: Edition, months: Flags, measure: str) -> Contributions:
    told = Contributions.unpacked(session.get_one(StatisticsBasisRow, one.id).contributions).of_months(months)
    under = told.under_the_line
    return replace(told, below=None) if under is None or measure == one.definition.told.sums[0] else under
