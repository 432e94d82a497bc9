"""The books of the bureau's desk, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from millmark.region.books import FactsBook
from millmark.region.catalogue import CityPack
from millmark.region.departments import Departments
from millmark.region.ledger import Ledger
from millmark.region.publications import PublicationBook
from millmark.registry import Database, Registry


@dataclass(frozen=True, slots=True)
class Bureau:
    """`books` are those whose records figures count, beside the ledger."""

    ledger: Ledger
    departments: Departments
    publications: PublicationBook
    books: tuple[FactsBook, ...]

    @classmethod
    def over(
        cls,
        database: Database,
        registry: Registry,
        pack: CityPack,
        *,
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> Self:
        """All of them over one database."""
        return cls(
            ledger=Ledger(database, pack, now_us=now_us),
            departments=Departments(database, now_us=now_us),
            publications=PublicationBook(database, now_us=now_us),
            books=(),
        )
