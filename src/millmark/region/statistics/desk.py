"""The statistics of the bureau's desk, put together: the book of tables and what enterprises see of their peers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from millmark.model.period import utc_datetime
from millmark.programmes import VerifiedClaims
from millmark.programmes.assessment.book import AssessmentBook
from millmark.region.geography import Area
from millmark.region.statistics.book import StatisticsBook
from millmark.region.statistics.figure_judge import FigureJudge
from millmark.region.statistics.figure_sums import PublicFigures
from millmark.region.statistics.naming import Names
from millmark.region.statistics.peer_book import LEVEL_PACK, PeerBook
from millmark.region.statistics.sources import BureauSource
from millmark.region.statistics.waivers import WaiverBook
from millmark.region.watch.industries import Industries
from millmark.region.watch.months import month_of
from millmark.registry import Database


@dataclass(frozen=True, slots=True)
class StatisticsDesk:
    book: StatisticsBook
    peers: PeerBook
    source: BureauSource
    waivers: WaiverBook
    judge: FigureJudge

    @classmethod
    def over(
        cls,
        database: Database,
        areas: Sequence[Area],
        *,
        claims: VerifiedClaims | None,
        assessments: AssessmentBook | None,
        rules_file: Path | None,
        now_us: Callable[[], int],
        zone: ZoneInfo,
        figures: PublicFigures | None = None,
    ) -> Self:
        """Over one database, beside the public `figures`; without `rules_file` the rules are drawn anew for the desk's
        own time."""
        names = Names.over(areas, Industries.read())

        def assessed() -> Mapping[int, int]:
            """The month of each enterprise's first submitted assessment."""
            found: dict[int, int] = {}
            for who, level in () if assessments is None else assessments.submitted_levels(*LEVEL_PACK):
                month = month_of(utc_datetime(level.submitted_at_us).astimezone(zone).date())
                found[who] = min(month, found.get(who, month))
            return found

        source = BureauSource(database, claims=claims, assessed=assessed, now_us=now_us)
        waivers = WaiverBook(database, now_us=now_us, zone=zone)
        book = StatisticsBook(
            database, source, names, rules_file=rules_file, now_us=now_us, waivers=waivers, figures=figures
        )
        judge = FigureJudge(book.earlier, names, rules=lambda: book.rules, waivers=waivers)
        peers = PeerBook(
            database,
            source,
            names,
            claims=claims,
            assessments=assessments,
            rules=lambda: book.rules,
            now_us=now_us,
            zone=zone,
        )
        return cls(book, peers, source, waivers, judge)
