"""The lists, out and in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from millmark.programmes.life import Actor
from millmark.registry import Database
from millmark.reports.sheets.columns import plain
from millmark.reports.sheets.errors import UnknownList, UnreadableSheet
from millmark.reports.sheets.importing import Importer, Noted, Report, bring
from millmark.reports.sheets.lists import ENTERPRISE, LISTS, UNSENT, SheetList
from millmark.reports.sheets.own_reviews import own_reviews
from millmark.reports.sheets.reading import read_sheet
from millmark.reports.sheets.writing import written

_REVIEWS = "reviews"

MOST_STEPS = 1_000
"""Steps that one sheet may take: they are one transaction, and whoever else writes waits until it ends. On SQLite one
waits ten seconds; the slowest steps take nine milliseconds each of a processor that does nothing else."""


class SheetDesk:
    """Writes lists as .xlsx and brings sheets in; `importers` by what the lists that take them are brought as.

    `reviewer` names an expert who asks: there is one list for them, that of their own reviews.
    """

    def __init__(self, database: Database, importers: Mapping[str, Importer], *, zone: ZoneInfo, scratch: Path) -> None:
        self._database = database
        self._importers = importers
        self._zone = zone
        self._scratch = scratch

    def lists(self, *, reviewer: str | None = None) -> list[SheetList]:
        return list(LISTS.values()) if reviewer is None else [self.one(_REVIEWS, reviewer=reviewer)]

    def one(self, list_id: str, *, reviewer: str | None = None) -> SheetList:
        """Raises `UnknownList`."""
        known = LISTS if reviewer is None else (_REVIEWS,)
        if list_id not in known:
            raise UnknownList(f"there is no list {list_id!r}; lists are {', '.join(known)}")
        if reviewer is None:
            return LISTS[list_id]
        with self._database.reading() as session:
            return own_reviews(session, reviewer)

    def takes(self, wanted: SheetList) -> bool:
        return wanted.brought_as in self._importers

    def out(
        self,
        wanted: SheetList,
        *,
        language: str,
        admits: Callable[[int], bool],
        as_enterprise: bool,
        to_fill: bool = False,
    ) -> Iterator[bytes]:
        """The list as .xlsx: rows of the enterprises that are admitted and, for offices, those of no enterprise; what
        an enterprise has not sent yet is for itself alone. `to_fill` adds the columns by which it may come back."""

        def is_seen(row: Mapping[str, Any]) -> bool:
            owner = row.get(ENTERPRISE)
            if owner is None:
                return not as_enterprise
            return admits(int(owner)) and (as_enterprise or not row.get(UNSENT, False))

        return self._written(wanted, language, is_seen, to_fill=to_fill)

    def template(self, wanted: SheetList, *, language: str) -> Iterator[bytes]:
        """An empty sheet with the headings of the way in."""
        self._demand_way_in(wanted)
        return written(
            wanted.takes,
            (),
            title=wanted.name(language),
            language=language,
            zone=self._zone,
            scratch=self._scratch,
            by_hand=wanted.fills,
        )

    def bring(
        self,
        wanted: SheetList,
        content: bytes,
        *,
        mapping: Mapping[str, str] | None,
        apply: bool,
        actor: Actor,
        demand: Callable[[int], None],
        noted: Noted | None = None,
    ) -> Report:
        """Reads a sheet and tries each row; keeps all of them if `apply` is set and none has a problem. `noted` writes
        down the steps that rows took, with them. Raises `UnknownList`, `UnreadableSheet`."""
        self._demand_way_in(wanted)
        sheet = read_sheet(content, wanted.takes, mapping, fills=wanted.fills)
        if wanted.fills and len(sheet.rows) > MOST_STEPS:
            raise UnreadableSheet(
                f"{len(sheet.rows)} rows are filled in, a sheet takes {MOST_STEPS} steps; send it in parts",
                f"已填写 {len(sheet.rows)} 行,一次最多办理 {MOST_STEPS} 行,请分批导入",
            )
        importer = self._importers[wanted.brought_as]
        report = bring(self._database, sheet, lambda within: importer(within, actor, demand), apply=apply, noted=noted)
        # What the list itself went out with is not told as unknown when it comes back.
        own = {plain(name) for one in wanted.columns for name in (one.name_zh, one.name_en)} if wanted.fills else set()
        return replace(report, ignored=tuple(one for one in report.ignored if plain(one) not in own))

    def _demand_way_in(self, wanted: SheetList) -> None:
        if not self.takes(wanted):
            raise UnknownList(f"the list {wanted.id!r} is not filled by sheets; it comes of the steps of its objects")

    def _written(
        self, wanted: SheetList, language: str, is_seen: Callable[[Mapping[str, Any]], bool], *, to_fill: bool
    ) -> Iterator[bytes]:
        by_hand = wanted.by_hand if to_fill else ()
        with self._database.reading() as session:
            waiting = wanted.waiting(session) if to_fill and wanted.waiting is not None else ()
            yield from written(
                (*wanted.columns, *by_hand),
                (row for row in chain(wanted.read(session), waiting) if is_seen(row)),
                title=wanted.name(language),
                language=language,
                zone=self._zone,
                scratch=self._scratch,
                by_hand=[one.id for one in by_hand],
            )
