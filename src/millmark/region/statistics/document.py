"""A published version: a document that never changes, with a digest of what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from millmark.programmes.digest import content_digest
from millmark.region.disclosure.cells import Flags, Ints
from millmark.region.statistics.definition import TableDefinition
from millmark.region.statistics.release import Release
from millmark.region.statistics.table import Shown, StatisticsTable
from millmark.region.statistics.tables import StatisticsPublicationRow
from millmark.region.watch.months import month_text, read_month

FORMAT: Final = "millmark-statistics/1"
Named = Mapping[str, tuple[str, str]]
"""Chinese and English name of each code of one classification."""


@dataclass(frozen=True)
class PublishedVersion:
    """`content` is what `digest` is of. `signed_by` took it upon them; `reason` says why there is another version."""

    id: int
    table: str
    number: int
    content: Mapping[str, Any]
    digest: str
    signed_by: str
    signed_at_us: int
    reason: str

    @property
    def definition(self) -> TableDefinition:
        return TableDefinition.from_json(self.content["definition"])

    @cached_property
    def months(self) -> Ints:
        return np.array([read_month(one) for one in self.content["months"]], np.int64)

    @property
    def codes(self) -> list[list[str]]:
        return [[node["code"] for node in axis["nodes"]] for axis in self.content["axes"]]

    @cached_property
    def shown(self) -> Flags:
        """By its own cells and months: whether the value is there, or said to be none."""
        found = np.array([[value is not None for value in month] for month in self.content["monthly"]], np.bool_).T
        for month, cells in enumerate(self.content.get("absent") or ()):
            found[cells, month] = True
        return found

    @property
    def suppressed(self) -> int:
        return int((~self.shown).sum())


def published_of(row: StatisticsPublicationRow) -> PublishedVersion:
    return PublishedVersion(
        row.id, row.slug, row.number, row.content, row.digest, row.signed_by, row.signed_at_us, row.reason
    )


def document(
    table: StatisticsTable, found: Release, *, definition_version: int, names: Sequence[Named], number: int
) -> dict[str, Any]:
    """What is published of a table: values in whole base units by month and cell, null for what is kept back. Why a
    cell is kept back does not stand in it: that alone would tell something. `absent` names, by month, the cells of a
    ratio in which there is nothing to divide, which is no secret."""
    definition = table.definition
    measure = definition.told
    return {
        "format": FORMAT,
        "table": definition.slug,
        "number": number,
        "definition_version": definition_version,
        "definition": definition.to_json(),
        "measure": {
            "id": measure.id,
            "zh": measure.zh,
            "en": measure.en,
            "unit_zh": measure.unit_zh,
            "unit_en": measure.unit_en,
            "shown_per": measure.shown_per,
            "decimals": measure.decimals,
            "grade": measure.grade.value,
        },
        "months": [month_text(int(month)) for month in table.months],
        "axes": [
            {
                "id": str(dimension),
                "nodes": [
                    {
                        "code": code,
                        "zh": named[code][0],
                        "en": named[code][1],
                        "parent": parent if parent >= 0 else None,
                    }
                    for code, parent in zip(axis.codes, axis.parent, strict=True)
                ],
            }
            for dimension, axis, named in zip(definition.dimensions, table.axes, names, strict=True)
        ],
        **({} if table.below is None else {"absent": absent(table)}),
        "monthly": _told(table.monthly, found.hidden),
        "cumulative": _told(table.since_january, found.cumulative_hidden) if definition.cumulative else None,
    }


def absent(table: StatisticsTable) -> list[list[int]]:
    """By month the cells of a ratio without a value."""
    return [[cell for cell, value in enumerate(month) if value is None] for month in table.monthly]


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the document with its names sorted and no blanks, as hex digits."""
    return content_digest(content)


def _told(value: Shown, hidden: Flags) -> Shown:
    return [
        [None if kept else one for one, kept in zip(values, keeps, strict=True)]
        for values, keeps in zip(value, hidden.T.tolist(), strict=True)
    ]
