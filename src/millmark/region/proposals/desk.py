"""The books of proposals, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from millmark.programmes import shipped_packs
from millmark.region.catalogue import CityPack
from millmark.region.proposals.attachments import AttachmentBook
from millmark.region.proposals.book import ProposalBook
from millmark.region.proposals.commitments import CommitmentBook
from millmark.region.proposals.consultations import ConsultationBook
from millmark.region.proposals.facts import ProposalFacts
from millmark.region.proposals.rules import read_rule_shelf
from millmark.region.proposals.statistics import YearOfProposals, year_of
from millmark.registry import Database


@dataclass(frozen=True, slots=True)
class ProposalDesk:
    book: ProposalBook
    consultations: ConsultationBook
    commitments: CommitmentBook
    attachments: AttachmentBook
    facts: ProposalFacts

    @classmethod
    def over(cls, database: Database, pack: CityPack, *, now_us: Callable[[], int], zone: ZoneInfo) -> Self:
        """All of them over one database, by the rule sets that are shipped; raises `InvalidPack`."""
        shelf = read_rule_shelf(shipped_packs())
        book = ProposalBook(database, shelf, now_us=now_us, zone=zone)
        return cls(
            book=book,
            consultations=ConsultationBook(database, shelf, now_us=now_us, zone=zone),
            commitments=CommitmentBook(database, now_us=now_us, zone=zone),
            attachments=AttachmentBook(database, now_us=now_us),
            facts=ProposalFacts(database, pack, book, now_us=now_us),
        )

    def year(self, year: int, *, area_code: str | None = None) -> YearOfProposals:
        """What a year's proposals came to, of an area and what lies within."""
        return year_of(
            year, self.book.proposals(area_code=area_code), self.commitments.commitments(area_code=area_code)
        )
