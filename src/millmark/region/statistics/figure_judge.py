"""Whether a figure may be told beside the tables and the other figures that were ever public: the same attack, by
everything that measures the same thing of the same month."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from millmark.region.disclosure import AttackSystem, Failure, SafetyRules, exposures, no_worse_than
from millmark.region.disclosure.layers import Needs
from millmark.region.disclosure.system import KNOWN, NEVER_TOLD
from millmark.region.statistics.columns import Contributions, together
from millmark.region.statistics.definition import Dimension, TableDefinition
from millmark.region.statistics.earlier import Earlier, Layer, Stand
from millmark.region.statistics.figure_sums import FigureSum
from millmark.region.statistics.linked import Assessed, Beside, Key, Linked, crossing_of
from millmark.region.statistics.measures import MEASURES
from millmark.region.statistics.naming import Names
from millmark.region.statistics.table import StatisticsTable, compute
from millmark.region.statistics.telling import told_by_editions, told_by_figure
from millmark.region.statistics.waivers import WaiverBook

_NOTHING: Final = np.zeros(1, np.bool_)
_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class Clash:
    """Where single enterprises could be concluded: of which measure, month and cell, and the published `table` and its
    `number` or else the `figure` beside which they could. Names are Chinese and English."""

    measure: tuple[str, str]
    month: int
    cell: tuple[str, str]
    table: str | None
    number: int
    figure: str | None


class FigureJudge:
    def __init__(
        self, earlier: Earlier, names: Names, *, rules: Callable[[], SafetyRules], waivers: WaiverBook | None
    ) -> None:
        self._earlier = earlier
        self._names = names
        self._rules = rules
        self._waivers = waivers
        self._judged: dict[str, tuple[object, Clash | None]] = {}
        self._lock = Lock()

    def stand(self) -> Stand:
        """The last publications: what is judged now is judged against these."""
        return self._earlier.stand()

    def stand_within(self, session: Session) -> Stand:
        return self._earlier.stand_within(session)

    def clash(self, sums: Sequence[FigureSum], also: Sequence[FigureSum] = ()) -> Clash | None:
        """Why a figure that tells these sums cannot be told, if it cannot; `also` is what is told with it anyway."""
        if not sums:
            return None
        waivers = None if self._waivers is None else self._waivers.stamp()
        asked = (list(sums), list(also), self.stand(), self._rules(), waivers)
        name = f"{sums[0].figure} {sums[0].month} {len(also)}"
        with self._lock:
            kept = self._judged.get(name)
            if kept is None or kept[0] != asked:
                kept = self._judged[name] = asked, next(self._clashes(sums, also), None)
                while len(self._judged) > _KEPT:
                    self._judged.pop(next(iter(self._judged)))
            return kept[1]

    def _clashes(self, sums: Sequence[FigureSum], also: Sequence[FigureSum]) -> Iterator[Clash]:
        for measure in dict.fromkeys(one.measure for one in sums):
            told = [one for one in sums if one.measure == measure]
            months = sorted({one.month for one in told})
            tables = [found for one in self._earlier.tables(measure) if (found := self._of(one, measure, months))]
            known = [one.basis for one in tables]
            figures = [self._waived(measure, one) for one in self._earlier.figures(measure, months, known, also)]
            if tables or figures:
                for own in self._earlier.laid_out(told, months, known):
                    yield from self._found(measure, self._waived(measure, own), tables, figures, also)

    def _of(self, one: Layer, measure: str, months: Sequence[int]) -> Layer | None:
        """Of a published table the months that the figure tells of."""
        asked = np.isin(one.basis.months, months)
        if not asked.any():
            return None
        return replace(one, basis=self._waived(measure, one.basis.of_months(asked)))

    def _found(
        self,
        measure: str,
        own: Contributions,
        tables: Sequence[Layer],
        figures: Sequence[Contributions],
        also: Sequence[FigureSum],
    ) -> Iterator[Clash]:
        rules = self._rules()
        definition = _by_area(measure, int(own.months[0]) // 12)
        every = [*(one.basis for one in tables), *figures]
        table = self._computed(definition, own, every)
        beside = []
        for layer in tables:
            theirs = self._computed(layer.definition, layer.basis)
            before = self._computed(definition, layer.basis, [own, *every])
            told = told_by_editions(layer.editions, before, theirs, table)
            beside.append(Beside(Assessed.by(theirs, rules), told.theirs_shown, before=before))
        for one in figures:
            before = self._computed(definition, one, [own, *every])
            shown = told_by_figure(before, table).theirs_shown
            beside.append(Beside(Assessed.by(before, rules), shown, is_figure=True, before=before))
        if crossed := crossing_of([definition.dimensions, *(one.definition.dimensions for one in tables)]):
            for one in every[: len(tables)]:
                crossing = Assessed.by(self._computed(replace(definition, dimensions=crossed), one), rules)
                beside.append(Beside(crossing, np.zeros(crossing.findings.total.shape, np.bool_), True))
        linked = Linked(Assessed.by(table, rules), beside, is_figure=True)
        nothing = np.zeros((table.lattice.cells, len(table.months)))
        for month in range(len(table.months)):
            laid = linked.laid(month, Needs(nothing, nothing), rules)
            if laid.unknowns.shown[0]:
                # The same sum is public already.
                continue
            system = laid.unknowns.system(laid.rows, np.full(table.lattice.cells, NEVER_TOLD), rules)
            if failures := _made_plainer(system):
                number = int(table.months[month])
                key = linked.classes[int(laid.unknowns.key[failures[0].cell])]
                yield self._named(measure, number, key, tables, also)

    def _named(self, measure: str, month: int, key: Key, tables: Sequence[Layer], also: Sequence[FigureSum]) -> Clash:
        told = MEASURES[measure]
        there = [one for one in tables if month in one.basis.months]
        dimensions = {dimension for dimension, _ in key}
        fitting = [
            one
            for one in there
            if dimensions <= {str(each).replace("section", "industry") for each in one.definition.dimensions}
        ]
        table = next(iter([*fitting, *there]), None)
        edition = None if table is None else next(one for one, its in table.editions if month in one.months[its])
        others = [*also, *self._earlier.public_sums(measure)]
        figure = next((one.figure for one in others if (one.measure, one.month) == (measure, month)), None)
        names = [self._names.of(Dimension(dimension), code) for dimension, code in sorted(key)]
        return Clash(
            measure=(told.zh, told.en),
            month=month,
            cell=("、".join(zh for zh, _ in names) or "合计", ", ".join(en for _, en in names) or "the total"),
            table=None if table is None else table.definition.slug,
            number=0 if edition is None else edition.number,
            figure=figure,
        )

    def _waived(self, measure: str, contributions: Contributions) -> Contributions:
        return contributions if self._waivers is None else self._waivers.laid_on(measure, contributions)

    def _computed(
        self, definition: TableDefinition, told: Contributions, others: Sequence[Contributions] = ()
    ) -> StatisticsTable:
        also = together([told, *others]) if others else None
        areas = self._names.area_codes(None)
        return compute(definition, told, areas=areas, section_of=self._names.section_of, also=also)


def _made_plainer(system: AttackSystem) -> Sequence[Failure]:
    """What single enterprises' needs fail once the first cell is told, and did not fail as badly before."""

    def told(one: AttackSystem) -> AttackSystem:
        return replace(one, decision=np.r_[KNOWN, one.decision[1:]])

    if not exposures(told(system), _NOTHING):
        return ()
    return exposures(told(no_worse_than(system, exposures(system, _NOTHING))), _NOTHING)


def _by_area(measure: str, year: int) -> TableDefinition:
    told = MEASURES[measure]
    return TableDefinition(
        slug="figure",
        title_zh=told.zh,
        title_en=told.en,
        measure=measure,
        dimensions=(Dimension.AREA,),
        first_year=year,
        cumulative=False,
    )
