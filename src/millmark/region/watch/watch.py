"""The industry watch put together; to figures it is the book with the source `watch`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes import Counting, Grade
from millmark.region.catalogue import CityPack
from millmark.region.entry import NewLedgerEntry
from millmark.region.figure import RecordRef, RecordSource
from millmark.region.kept import Kept, book_version
from millmark.region.watch.book import Records
from millmark.region.watch.entry import KEY_ENTERPRISE, NewRecord, WatchRecord, as_ref
from millmark.region.watch.errors import RecordMissing
from millmark.region.watch.industries import Industries, is_within
from millmark.region.watch.measured import Measured, read_measured
from millmark.region.watch.months import month_of, month_text, span_of, whole_months
from millmark.region.watch.near import Near, near_the_line
from millmark.region.watch.profiles import ProfileBook
from millmark.region.watch.reports import MonthlyReports
from millmark.region.watch.roster import Member, Roster
from millmark.region.watch.rules import WatchRules, read_watch_rules
from millmark.region.watch.scale import ScalePack, SumRule, read_scale_pack
from millmark.region.watch.sums import MonthlySums
from millmark.region.watch.tables import MonthlyValueRow, ProfileRow
from millmark.region.watch.warnings import Swept, WarningBook
from millmark.registry import Database
from millmark.registry.enterprises import demonstrations
from millmark.registry.tables import EnterpriseRow

SCALE_PACK = Path("above-scale") / "2023"
RULES_PACK = Path("industry-watch") / "1"

_MONTHLY_SUMS = 900_000_000
"""References from here on name the sum of a month's reports: this number plus the month."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Everything of the watch over one database."""

    pack: CityPack
    industries: Industries
    scale: ScalePack
    rules: WatchRules
    measured: Measured | None
    profiles: ProfileBook
    records: Records
    roster: Roster
    reports: MonthlyReports
    sums: MonthlySums
    warnings: WarningBook
    database: Database
    zone: ZoneInfo
    now_us: Callable[[], int]
    _shown_only: Kept[str, frozenset[int]] = field(default_factory=Kept)
    _standing: Kept[date, tuple[RecordRef, ...]] = field(default_factory=Kept)
    _near: Kept[tuple[int, float], tuple[Near, ...]] = field(default_factory=Kept)
    _asked: Kept[date, Mapping[int, int]] = field(default_factory=Kept)

    @classmethod
    def over(
        cls, database: Database, pack: CityPack, packs: Path, *, now_us: Callable[[], int], zone: ZoneInfo
    ) -> Self:
        """The watch by the rules in the folder of `packs`; raises `InvalidPack`."""
        industries = Industries.read()
        scale, rules = read_scale_pack(packs / SCALE_PACK), read_watch_rules(packs / RULES_PACK)
        records = Records(database, pack, industries, now_us=now_us)
        return cls(
            pack=pack,
            industries=industries,
            scale=scale,
            rules=rules,
            measured=read_measured(packs / RULES_PACK),
            profiles=ProfileBook(database, industries, now_us=now_us),
            records=records,
            roster=Roster(records, scale, industries),
            reports=MonthlyReports(database, rules, industries, zone=zone, now_us=now_us),
            sums=MonthlySums(database),
            warnings=WarningBook(database, rules, zone=zone, now_us=now_us),
            database=database,
            zone=zone,
            now_us=now_us,
        )

    # ---- the book that figures count

    @property
    def source(self) -> RecordSource:
        return "watch"

    def standing_records(self, as_of: date, known_at_us: int | None = None) -> Iterable[RecordRef]:
        """The records that hold on a day; where every member has reported, reports stand for a published sum.

        What is recorded of a fictional enterprise is for show, and no figure of the city counts it.
        """
        fictional = self.fictional()
        if known_at_us is not None:
            return self._holding(as_of, known_at_us, fictional)
        version = (self.records.version(), self.sums.version(), fictional)
        return self._standing.get(version, as_of, lambda: tuple(self._holding(as_of, None, fictional)))

    def _holding(self, as_of: date, known_at_us: int | None, fictional: frozenset[int]) -> Iterator[RecordRef]:
        # A record of a kind that a later pack no longer has stays in the book; no figure can ask for it.
        kept = self.records.standing(as_of, known_at_us=known_at_us)
        standing = [one for one in kept if one.fact.kind in self.pack.kinds and one.enterprise_id not in fictional]
        reported: dict[str, dict[int, RecordRef]] = {}
        for rule in self.scale.sums if known_at_us is None else ():
            months = {month for one in standing if one.fact.kind == rule.kind for month in whole_months(one.fact.span)}
            reported[rule.kind] = self._reported_sums(rule, months, fictional)
        for one in standing:
            months_of_it = whole_months(one.fact.span)
            of_kind = reported.get(one.fact.kind, {})
            if not (months_of_it and all(month in of_kind for month in months_of_it)):
                yield as_ref(one, one.id, self.pack)
        for sums in reported.values():
            spans = [one.fact.span for one in standing if one.fact.kind in reported]
            for month, ref in sums.items():
                whole = [span for span in spans if month in whole_months(span)]
                if all(every in sums for span in whole for every in whole_months(span)) and ref.holds_from <= as_of:
                    yield ref

    def record(self, number: int) -> RecordRef:
        """Raises `RecordMissing`."""
        if number >= _MONTHLY_SUMS:
            month = number - _MONTHLY_SUMS
            for rule in self.scale.sums:
                found = self._reported_sums(rule, {month}, self.fictional()).get(month)
                if found is not None:
                    return found
            raise RecordMissing(f"the reports of {month_text(month)} make no sum: not every member has reported")
        one = self.records.record(number)
        return as_ref(one, one.id, self.pack, demonstration=one.enterprise_id in self.fictional())

    def as_record(self, fact: NewLedgerEntry, number: int) -> RecordRef:
        return as_ref(NewRecord(fact=fact), number, self.pack)

    def add_fact_within(self, session: Session, fact: NewLedgerEntry, *, recorded_by: str) -> None:
        self.records.add_within(session, NewRecord(fact=fact), recorded_by=recorded_by)

    def imported_within(self, session: Session) -> Mapping[str, NewLedgerEntry]:
        return self.records.imported_within(session)

    def reported(self, record: RecordRef) -> dict[int, int]:
        """What each enterprise reported of a record that is the sum of a month's reports, in the indicator's own unit;
        nothing of a record that the book keeps."""
        month = int(record.ref.partition(":")[2]) - _MONTHLY_SUMS
        rule = next((one for one in self.scale.sums if one.kind == record.topic), None)
        if month < 0 or rule is None:
            return {}
        there = self.roster.members(span_of(month).last)
        ids = {one.record.enterprise_id for one in there if _may_be_within(one, rule.codes)}
        column = getattr(MonthlyValueRow, rule.indicator)
        with self.database.reading() as session:
            query = select(MonthlyValueRow.enterprise_id, column).where(
                MonthlyValueRow.month == month, MonthlyValueRow.enterprise_id.in_(ids), column.is_not(None)
            )
            return {int(who): int(amount) for who, amount in session.execute(query)}

    def indicator(self, record: RecordRef) -> str | None:
        """Which column of the reports a record is the sum of; None of a record that the book keeps."""
        is_sum = int(record.ref.partition(":")[2]) >= _MONTHLY_SUMS
        return next((one.indicator for one in self.scale.sums if is_sum and one.kind == record.topic), None)

    # ---- what the pages ask

    def today(self) -> date:
        return self.records.today()

    def key_enterprises(self, as_of: date | None = None) -> list[WatchRecord]:
        """Who is under operations watch on a day, registered or only named."""
        return self.records.standing(as_of or self.today(), kinds=(KEY_ENTERPRISE,))

    def fictional(self) -> frozenset[int]:
        """Enterprises of the demonstration; who is one stays one, so only new ones change the set."""
        with self.database.reading() as session:
            version = book_version(session, EnterpriseRow.id)
            return self._shown_only.get(version, "fictional", lambda: frozenset(demonstrations(session)))

    def near(self, last_month: int | None = None, *, within: float = 0.2) -> Sequence[Near]:
        """Who is near the above-scale line by the twelve months up to one, the latest reported by default."""
        month = self.sums.latest_month() if last_month is None else last_month
        if month is None:
            return ()
        version = (self.sums.version(), self.profiles.version(), self.records.version())
        return self._near.get(version, (month, within), lambda: tuple(self._found_near(month, within)))

    def _found_near(self, month: int, within: float) -> list[Near]:
        as_of = span_of(month).last
        inside = frozenset(
            one.record.enterprise_id for one in self.roster.members(as_of) if one.record.enterprise_id is not None
        )
        return near_the_line(
            self.sums.twelve_months(month),
            self.profiles.all(as_of),
            inside,
            self.scale,
            year=month // 12,
            within=within,
        )

    def asked_from(self, as_of: date | None = None) -> Mapping[int, int]:
        """Who must report each month, and from which one on: whoever has a profile from the month that it holds from;
        other key enterprises and members of the roster from the month after they came and that was recorded."""
        day = as_of or self.today()
        version = (self.profiles.version(), self.records.version())
        return self._asked.get(version, day, lambda: MappingProxyType(self._found_asked(day)))

    def _found_asked(self, day: date) -> dict[int, int]:
        found: dict[int, int] = {}
        with self.database.reading() as session:
            query = select(ProfileRow.enterprise_id, func.min(ProfileRow.valid_from)).group_by(ProfileRow.enterprise_id)
            for enterprise_id, since in session.execute(query):
                if since <= day:
                    found[enterprise_id] = month_of(since)
        there = [*self.key_enterprises(day), *(one.record for one in self.roster.members(day))]
        for record in there:
            if record.enterprise_id is not None and record.enterprise_id not in found:
                recorded_on = utc_datetime(record.recorded_at_us).astimezone(self.zone).date()
                found[record.enterprise_id] = month_of(max(record.fact.holds_from, recorded_on)) + 1
        return found

    def sweep(
        self,
        month: int | None = None,
        *,
        running_hours: Mapping[tuple[int, int], float] | None = None,
        only: Iterable[int] | None = None,
    ) -> Swept:
        """Lets the warning rules look at everybody up to a month, the one before the current by default."""
        latest = month_of(self.today()) - 1
        chosen = latest if month is None else min(month, latest)
        return self.warnings.sweep(chosen, self.asked_from(), running_hours=running_hours, only=only)

    def _reported_sums(self, rule: SumRule, months: Iterable[int], fictional: frozenset[int]) -> dict[int, RecordRef]:
        """The sum of each month whose every member of the rule's industries is known by name and has reported."""
        found: dict[int, RecordRef] = {}
        for month in sorted(months):
            span = span_of(month)
            there = [one for one in self.roster.members(span.last) if _may_be_within(one, rule.codes)]
            ids = {one.record.enterprise_id for one in there}
            if not there or None in ids or not all(one.is_named for one in there):
                continue
            column = getattr(MonthlyValueRow, rule.indicator)
            with self.database.reading() as session:
                query = select(func.count(column), func.sum(column)).where(
                    MonthlyValueRow.month == month, MonthlyValueRow.enterprise_id.in_(ids)
                )
                number, total = session.execute(query).one()
            if number < len(ids):
                continue
            kind = self.pack.kind(rule.kind)
            quantity = Decimal(int(total)) / rule.per_unit
            found[month] = RecordRef(
                ref=f"watch:{_MONTHLY_SUMS + month}",
                kind="watch",
                topic=rule.kind,
                title_zh=f"{kind.name_zh}:{month_text(month)}月报合计({number}家)",
                title_en=f"{kind.name_en}: monthly reports of {month_text(month)} ({number} enterprises)",
                area=self.pack.city.name_zh,
                span=span,
                holds_from=span.last,
                source=f"企业月报({number}家)",
                grade=Grade.SELF_REPORTED,
                counting=Counting.BULK,
                quantity=quantity,
                unit=kind.unit,
                count=quantity,
                demonstration=bool(ids & fictional),
            )
        return found


def _may_be_within(member: Member, codes: tuple[str, ...]) -> bool:
    """Whether a member is of one of the industries; whose industry nobody told, may be."""
    known = (member.record.industry_code,) if member.record.industry_code else member.sector.codes
    return not known or any(is_within(code, codes) for code in known)
