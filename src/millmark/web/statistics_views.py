"""Tables of statistics as the API tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from millmark.region.statistics import KeptDefinition, PublishedVersion, StatisticsBook, StatisticsTable, digest_of
from millmark.region.statistics.book import Proposal
from millmark.region.statistics.document import absent
from millmark.region.statistics.growth import growth, ranks
from millmark.region.statistics.measures import MEASURES, Measure
from millmark.region.statistics.peer_book import Standing
from millmark.region.statistics.release import KINDS
from millmark.region.watch.months import month_text, read_month
from millmark.web.shapes.statistics import (
    AxisNode,
    AxisView,
    DefinitionView,
    HiddenCell,
    PeerStanding,
    PublicationSummary,
    PublishedTable,
    StatisticsMeasureView,
    StatisticsProposal,
    TableValues,
)


def measure_view(measure: Measure) -> StatisticsMeasureView:
    return StatisticsMeasureView(
        id=measure.id,
        zh=measure.zh,
        en=measure.en,
        unit_zh=measure.unit_zh,
        unit_en=measure.unit_en,
        shown_per=measure.shown_per,
        decimals=measure.decimals,
        adds_up_over_months=measure.adds_up_over_months,
        grade=measure.grade.value,
    )


def definition_view(kept: KeptDefinition) -> DefinitionView:
    told = kept.definition
    return DefinitionView(
        slug=told.slug,
        title_zh=told.title_zh,
        title_en=told.title_en,
        measure=measure_view(told.told),
        dimensions=[one.value for one in told.dimensions],
        first_year=told.first_year,
        cumulative=told.cumulative,
        growth=told.growth,
        cost=told.cost,
        note_zh=told.note_zh,
        note_en=told.note_en,
        version=kept.version,
        reason=kept.reason,
        recorded_by=kept.recorded_by,
        recorded_at_us=kept.recorded_at_us,
    )


def summary(version: PublishedVersion) -> PublicationSummary:
    months, definition = version.content["months"], version.definition
    return PublicationSummary(
        table=version.table,
        number=version.number,
        title_zh=definition.title_zh,
        title_en=definition.title_en,
        first_month=months[0],
        last_month=months[-1],
        digest=version.digest,
        signed_by=version.signed_by,
        signed_at_us=version.signed_at_us,
        reason=version.reason,
        suppressed=version.suppressed,
        cells=int(version.shown.size),
    )


def table_values(book: StatisticsBook, table: StatisticsTable, months: int) -> TableValues:
    """A table as it stands, its last `months` months; nothing is kept back from those who may see every contributor."""
    axes = [
        AxisView(
            id=dimension.value,
            nodes=[
                AxisNode(code=code, zh=names[code][0], en=names[code][1], parent=None if parent < 0 else parent)
                for code, parent in zip(axis.codes, axis.parent, strict=True)
            ],
        )
        for dimension, axis, names in zip(table.definition.dimensions, table.axes, book.named(table), strict=True)
    ]
    monthly = table.monthly
    cumulative = table.since_january if table.definition.cumulative else None
    nothing = [] if table.below is None else absent(table)
    return _values(table.definition.to_json(), axes, table.months.tolist(), monthly, cumulative, nothing, months)


def published_values(version: PublishedVersion, months: int | None = None) -> TableValues:
    return _content_values(version.content, months)


def published_table(version: PublishedVersion, months: int | None = None) -> PublishedTable:
    return PublishedTable(
        summary=summary(version),
        values=published_values(version, months),
        holds=digest_of(version.content) == version.digest,
    )


def proposal_view(proposal: Proposal, months: int) -> StatisticsProposal:
    found = proposal.release
    last = found.kind.shape[1] - 1
    return StatisticsProposal(
        digest=proposal.digest,
        number=int(proposal.content["number"]),
        values=_content_values(proposal.content, months),
        counts=dict(found.counts()),
        cells=int(found.kind.size),
        gap=round(found.gap * 100, 1),
        exposed=found.exposed,
        seconds=round(found.seconds, 3),
        hidden=[
            HiddenCell(
                cell=int(cell),
                kind=str(KINDS[found.kind[cell, last]]),
                low=float(found.low[cell, last]),
                high=float(found.high[cell, last]),
            )
            for cell in np.flatnonzero(found.kind[:, last])
        ],
    )


def peer_view(one: Standing) -> PeerStanding:
    told = one.quartiles
    return PeerStanding(
        id=one.measure.id,
        zh=one.measure.zh,
        en=one.measure.en,
        unit_zh=one.measure.unit_zh,
        unit_en=one.measure.unit_en,
        better="higher" if one.measure.better == "higher" else "lower",
        own=one.own,
        own_grade=None if one.own_grade is None else one.own_grade.value,
        period=one.period,
        group_zh=one.name_zh,
        group_en=one.name_en,
        coarsened=one.coarsened,
        quartiles=None if told is None else [told.first, told.median, told.third],
        peers=None if told is None else told.peers,
        grade=None if one.grade is None else one.grade.value,
        why=None if one.why is None else one.why.value,
        quarter=one.quarter,
    )


def _content_values(content: Mapping[str, Any], months: int | None) -> TableValues:
    axes = [AxisView(id=axis["id"], nodes=[AxisNode(**node) for node in axis["nodes"]]) for axis in content["axes"]]
    numbers = [read_month(one) for one in content["months"]]
    nothing = content.get("absent") or []
    return _values(content["definition"], axes, numbers, content["monthly"], content["cumulative"], nothing, months)


def _values(
    definition: Mapping[str, Any],
    axes: list[AxisView],
    numbers: Sequence[int],
    monthly: Sequence[Sequence[int | None]],
    cumulative: Sequence[Sequence[int | None]] | None,
    nothing: Sequence[Sequence[int]],
    months: int | None,
) -> TableValues:
    first = 0 if months is None else max(0, len(numbers) - months)
    changes = growth(monthly, numbers)[first:] if definition["growth"] else None
    return TableValues(
        slug=definition["slug"],
        title_zh=definition["title_zh"],
        title_en=definition["title_en"],
        note_zh=definition["note_zh"],
        note_en=definition["note_en"],
        measure=measure_view(MEASURES[definition["measure"]]),
        months=[month_text(one) for one in numbers[first:]],
        axes=axes,
        monthly=[list(month) for month in monthly[first:]],
        cumulative=None if cumulative is None else [list(month) for month in cumulative[first:]],
        absent=[list(cells) for cells in nothing[first:]],
        absent_cumulative=_since_january(numbers, nothing)[first:],
        growth=changes,
        ranks=ranks(monthly[-1], _top(axes)) if monthly else {},
    )


def _since_january(numbers: Sequence[int], nothing: Sequence[Sequence[int]]) -> list[list[int]]:
    """The cells in which there is nothing in all months of the year so far."""
    found: list[list[int]] = []
    for month, cells in zip(numbers, nothing, strict=False):
        found.append(sorted(cells if month % 12 == 0 or not found else set(cells) & set(found[-1])))
    return found


def _top(axes: Sequence[AxisView]) -> list[int]:
    """The cells right below the total along the first classification, totals of the others."""
    rest = int(np.prod([len(axis.nodes) for axis in axes[1:]], dtype=np.int64))
    return [place * rest for place, node in enumerate(axes[0].nodes) if node.parent == 0]
