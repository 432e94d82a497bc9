"""The lists, out and in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from millmark.programmes.life import Actor
from millmark.registry import Database
from millmark.reports.sheets.errors import UnknownList
from millmark.reports.sheets.importing import Keep, Report, bring
from millmark.reports.sheets.lists import ENTERPRISE, LISTS, UNSENT, SheetList
from millmark.reports.sheets.reading import read_sheet
from millmark.reports.sheets.writing import written

Importer = Callable[[Database, Actor, Callable[[int], None]], Keep]
"""Makes what keeps a row, over a database of one transaction, for an actor; the last one raises for an enterprise that
the actor does not see."""


class SheetDesk:
    """Writes lists as .xlsx and brings sheets in; `importers` by the ids of the lists that take them."""

    def __init__(self, database: Database, importers: Mapping[str, Importer], *, zone: ZoneInfo, scratch: Path) -> None:
        self._database = database
        self._importers = importers
        self._zone = zone
        self._scratch = scratch

    def lists(self) -> list[SheetList]:
        return list(LISTS.values())

    def one(self, list_id: str) -> SheetList:
        """Raises `UnknownList`."""
        found = LISTS.get(list_id)
        if found is None:
            raise UnknownList(f"there is no list {list_id!r}; lists are {', '.join(LISTS)}")
        return found

    def takes(self, list_id: str) -> bool:
        return list_id in self._importers

    def out(
        self, list_id: str, *, language: str, admits: Callable[[int], bool], as_enterprise: bool
    ) -> Iterator[bytes]:
        """The list as .xlsx: rows of the enterprises that are admitted and, for offices, those of no enterprise; what
        an enterprise has not sent yet is for itself alone."""
        wanted = self.one(list_id)

        def is_seen(row: Mapping[str, Any]) -> bool:
            owner = row.get(ENTERPRISE)
            if owner is None:
                return not as_enterprise
            return admits(int(owner)) and (as_enterprise or not row.get(UNSENT, False))

        return self._written(wanted, language, is_seen)

    def template(self, list_id: str, *, language: str) -> Iterator[bytes]:
        """An empty sheet with the headings of the way in."""
        wanted = self.one(list_id)
        if not self.takes(list_id):
            raise UnknownList(f"the list {list_id!r} is not filled by sheets; it comes of the steps of its objects")
        return written(
            wanted.takes, (), title=wanted.name(language), language=language, zone=self._zone, scratch=self._scratch
        )

    def bring(
        self,
        list_id: str,
        content: bytes,
        *,
        mapping: Mapping[str, str] | None,
        apply: bool,
        actor: Actor,
        demand: Callable[[int], None],
    ) -> Report:
        """Reads a sheet and tries each row; keeps all of them if `apply` is set and none has a problem. Raises
        `UnknownList`, `UnreadableSheet`."""
        wanted = self.one(list_id)
        if not self.takes(list_id):
            raise UnknownList(f"the list {list_id!r} is not filled by sheets; it comes of the steps of its objects")
        sheet = read_sheet(content, wanted.takes, mapping)
        importer = self._importers[list_id]
        return bring(self._database, sheet, lambda within: importer(within, actor, demand), apply=apply)

    def _written(
        self, wanted: SheetList, language: str, is_seen: Callable[[Mapping[str, Any]], bool]
    ) -> Iterator[bytes]:
        with self._database.reading() as session:
            yield from written(
                wanted.columns,
                (row for row in wanted.read(session) if is_seen(row)),
                title=wanted.name(language),
                language=language,
                zone=self._zone,
                scratch=self._scratch,
            )
