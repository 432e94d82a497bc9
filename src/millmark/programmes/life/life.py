"""The books of a programme's life from call to recognition, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from millmark.programmes.assessment.book import AssessmentBook
from millmark.programmes.assessment.facts import FactBook
from millmark.programmes.claims import VerifiedClaims
from millmark.programmes.documents import UsedFiles
from millmark.programmes.life.applications import ApplicationBook, Reception
from millmark.programmes.life.calls import CallBook
from millmark.programmes.life.desk import Desk
from millmark.programmes.life.judging import Adviser
from millmark.programmes.life.office import OfficeDesk
from millmark.programmes.life.publicity import PublicityBook
from millmark.programmes.life.recognitions import RecognitionBook
from millmark.programmes.life.reviews import ReviewBook
from millmark.programmes.packs import PackShelf, PolicyPack
from millmark.programmes.records import ProgrammeRecords
from millmark.registry import Database, Enterprise


@dataclass(frozen=True, slots=True)
class ProgrammeLife:
    calls: CallBook
    applications: ApplicationBook
    office: OfficeDesk
    reviews: ReviewBook
    publicity: PublicityBook
    recognitions: RecognitionBook
    desk: Desk

    @classmethod
    def over(
        cls,
        database: Database,
        shelf: PackShelf,
        claims: VerifiedClaims,
        facts: FactBook,
        assessments: AssessmentBook,
        records: ProgrammeRecords,
        attachments: UsedFiles,
        reception: Reception | None,
        enterprise_of: Callable[[int], Enterprise],
        *,
        faults: Callable[[PolicyPack], Sequence[str]],
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> Self:
        """All of them over one database; `faults` tells what keeps a pack from being published."""
        calls = CallBook(database, shelf, faults=faults, now_us=now_us, zone=zone)
        adviser = Adviser(database, shelf, claims, facts, assessments, today=calls.today)
        applications = ApplicationBook(database, calls, adviser, attachments, reception, now_us=now_us)
        reviews = ReviewBook(database, now_us=now_us)
        publicity = PublicityBook(database, calls, now_us=now_us)
        recognitions = RecognitionBook(database, calls, applications, records, enterprise_of, now_us=now_us)
        return cls(
            calls=calls,
            applications=applications,
            office=OfficeDesk(database, calls, applications, adviser, records, enterprise_of, now_us=now_us),
            reviews=reviews,
            publicity=publicity,
            recognitions=recognitions,
            desk=Desk(calls, applications, reviews, publicity, recognitions),
        )
