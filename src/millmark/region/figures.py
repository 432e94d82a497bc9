"""The city's figures: each computed from the books when it is asked for, none kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from zoneinfo import ZoneInfo

from millmark.model.period import Period, utc_datetime
from millmark.programmes import (
    Decision,
    ProgrammeBook,
    ProgrammeRecord,
    ProgrammeRecords,
    RecordKind,
    VerifiedClaims,
)
from millmark.region import records as as_record
from millmark.region.books import RecordBook
from millmark.region.catalogue import CityPack, FigureDefinition
from millmark.region.entry import LedgerEntry
from millmark.region.errors import FigureNotFound, InvalidRef
from millmark.region.figure import Figure, RecordRef, TrendPoint
from millmark.region.ledger import Ledger
from millmark.region.ledger_records import ByTopic, LedgerRecords, by_topic
from millmark.region.queries import evaluate
from millmark.registry import Enterprise


@dataclass(frozen=True, slots=True)
class Trace:
    """A record opened: exactly one of the five is set; from `claim_id` on, the evidence room opens days and points."""

    ref: str
    entry: LedgerEntry | None = None
    programme_record: ProgrammeRecord | None = None
    decision: Decision | None = None
    claim_id: str | None = None
    record: RecordRef | None = None


class Figures:
    """Reads ledger, programme records, decisions and claims; writes nothing."""

    def __init__(
        self,
        pack: CityPack,
        *,
        ledger: Ledger,
        records: ProgrammeRecords,
        programmes: ProgrammeBook,
        claims: VerifiedClaims,
        enterprises: Callable[[Collection[int]], Iterable[Enterprise]],
        now_us: Callable[[], int],
        books: Sequence[RecordBook] = (),
        recovered: Callable[[int], Mapping[int, int]] | None = None,
    ) -> None:
        """`recovered` gives what was paid back of awards by a moment, in fen by the id of the award's record."""
        self._pack = pack
        self._ledger = ledger
        self._entries = LedgerRecords(ledger)
        self._records = records
        self._programmes = programmes
        self._claims = claims
        self._enterprises = enterprises
        self._books = {book.source: book for book in books}
        self._recovered = recovered or (lambda _before_us: {})
        self._now_us = now_us
        self._zone = ZoneInfo(pack.city.time_zone)

    def compute(self, as_of: date | None = None, known_at_us: int | None = None) -> list[Figure]:
        """Every figure as of a day of the city, today by default, in the pack's order; `known_at_us` asks what the
        books held at that moment, whatever has been voided or added since."""
        day = as_of or self.today()
        return list(self._evaluated(self._pack.figures, day, known_at_us))

    def figure(self, figure_id: str, as_of: date | None = None, known_at_us: int | None = None) -> Figure:
        """Raises `FigureNotFound`."""
        wanted = [definition for definition in self._pack.figures if definition.id == figure_id]
        for figure in self._evaluated(wanted, as_of or self.today(), known_at_us):
            return figure
        known = ", ".join(definition.id for definition in self._pack.figures)
        raise FigureNotFound(f"there is no figure {figure_id!r}; figures here: {known}")

    def trend(self, figure_id: str, until: date, months: int = 12) -> list[TrendPoint]:
        """The figure at the ends of the months before a day and on the day itself, where it had a single value.

        Raises `FigureNotFound`.
        """
        found = [*self.past(figure_id, until, months), self.figure(figure_id, until)]
        return [TrendPoint(one.as_of, one.value) for one in found if one.value is not None]

    def past(self, figure_id: str, until: date, months: int = 12) -> list[Figure]:
        """The figure at the ends of the months before a day, with its records; raises `FigureNotFound`."""
        return [self.figure(figure_id, day) for day in _month_ends(until, months)]

    def past_of_all(self, until: date, months: int = 12) -> dict[str, list[Figure]]:
        """`past` of every figure by its id; the books are read once a day instead of once a day and figure."""
        found: dict[str, list[Figure]] = {}
        for day in _month_ends(until, months):
            for figure in self.compute(day):
                found.setdefault(figure.id, []).append(figure)
        return found

    def today(self) -> date:
        """The city's calendar day."""
        return utc_datetime(self._now_us()).astimezone(self._zone).date()

    def trace(self, ref: str) -> Trace:
        """Opens a record by its reference, e.g. `ledger:12`; raises `InvalidRef` or what its book raises."""
        kind, _, number = ref.partition(":")
        match kind:
            case "claim" if number:
                return Trace(ref, claim_id=number)
            case "ledger":
                return Trace(ref, entry=self._ledger.entry(_number(ref, number)))
            case "recommendation" | "recognition" | "award":
                record = self._records.record(_number(ref, number))
                if record.kind is not RecordKind(kind):
                    raise InvalidRef(f"{ref!r} is a {record.kind}, not a {kind}; its reference is {record.ref!r}")
                return Trace(ref, programme_record=record)
            case "decision":
                return Trace(ref, decision=self._decision(ref, _number(ref, number)))
            case "watch" | "investment" | "event" | "proposal" if kind in self._books:
                return Trace(ref, record=self._books[kind].record(_number(ref, number)))
            case _:
                raise InvalidRef(f"{ref!r} names no record; references look like ledger:12 or claim:<id>")

    def records(self, as_of: date, known_at_us: int | None = None) -> list[RecordRef]:
        """Every record that holds on a day, as known at a moment (now), whichever book it is kept in."""
        return [*self._entries.standing_records(as_of, known_at_us), *self._other_records(as_of, known_at_us)]

    def programme_records(self, as_of: date) -> list[RecordRef]:
        """What holds on a day of programmes: recommendations, recognitions, awards and decisions."""
        return [*self._programme_records(as_of, None), *self._decisions(as_of, None)]

    def _other_records(self, as_of: date, known_at_us: int | None) -> list[RecordRef]:
        return [
            *(record for book in self._books.values() for record in book.standing_records(as_of, known_at_us)),
            *self._programme_records(as_of, known_at_us),
            *self._decisions(as_of, known_at_us),
            *self._latest_claims(as_of, known_at_us),
        ]

    def _evaluated(
        self, definitions: Iterable[FigureDefinition], day: date, known_at_us: int | None
    ) -> Iterator[Figure]:
        """Figures from the records of their topics alone, in the order of the books."""
        entries = self._entries.standing(day, known_at_us)
        others: ByTopic | None = None
        for definition in definitions:
            if definition.query.records == "ledger":
                if definition.id not in entries.figures:
                    entries.figures[definition.id] = self._of_topics(definition, entries.grouped, day)
                yield entries.figures[definition.id]
            else:
                others = by_topic(self._other_records(day, known_at_us)) if others is None else others
                yield self._of_topics(definition, others, day)

    def _of_topics(self, definition: FigureDefinition, grouped: ByTopic, day: date) -> Figure:
        query = definition.query
        found = [one for topic in dict.fromkeys(query.topics) for one in grouped.get((query.records, topic), ())]
        return evaluate(definition, [record for _, record in sorted(found, key=itemgetter(0))], day, self._pack)

    def _programme_records(self, as_of: date, known_at_us: int | None) -> list[RecordRef]:
        programmes = {programme.slug: programme for programme in self._programmes.programmes()}
        ends_us = self._day_ends_us(as_of)
        recovered = self._recovered(ends_us if known_at_us is None else min(ends_us, known_at_us))
        return [
            as_record.of_programme_record(record, programmes[record.programme], recovered.get(record.id, 0))
            for record in self._standing_programme_records(as_of, known_at_us)
        ]

    def _standing_programme_records(self, as_of: date, known_at_us: int | None) -> list[ProgrammeRecord]:
        if known_at_us is None:
            return self._records.standing(as_of=as_of)
        kept = [record for record in self._records.all() if record.recorded_at_us <= known_at_us]
        voided = {record.voids for record in kept}
        return [one for one in kept if one.voids is None and one.id not in voided and one.holds_from <= as_of]

    def _decisions(self, as_of: date, known_at_us: int | None) -> list[RecordRef]:
        """Of each application the last decision taken by the day asked for, unless it had left its call by then."""
        programmes = {programme.id: programme for programme in self._programmes.programmes()}
        calls = {call.id: call for call in self._programmes.calls()}
        applications = {application.id: application for application in self._programmes.applications()}
        decisions = self._programmes.decisions()
        names = self._names(applications[one.application_id].enterprise_id for one in decisions)
        left = {one for one, at_us in self._programmes.left().items() if at_us < self._day_ends_us(as_of)}
        last: dict[int, RecordRef] = {}
        for decision in decisions:
            if decision.application_id in left or (known_at_us is not None and decision.decided_at_us > known_at_us):
                continue
            application = applications[decision.application_id]
            programme = programmes[calls[application.call_id].programme_id]
            record = as_record.of_decision(decision, names[application.enterprise_id], programme, self._zone)
            if record.holds_from <= as_of:
                last[decision.application_id] = record
        return list(last.values())

    def _latest_claims(self, as_of: date, known_at_us: int | None) -> list[RecordRef]:
        measures = {
            topic for figure in self._pack.figures if figure.query.records == "claim" for topic in figure.query.topics
        }
        latest = [
            claim
            for measure in sorted(measures)
            for claim in self._claims.latest(measure, as_of)
            if known_at_us is None or claim.issued_at_us <= known_at_us
        ]
        names = self._names(claim.enterprise_id for claim in latest)
        return [as_record.of_claim(claim, names[claim.enterprise_id]) for claim in latest]

    def _day_ends_us(self, day: date) -> int:
        return Period.of_day(day, self._zone).end_us

    def _names(self, ids: Iterable[int]) -> dict[int, Enterprise]:
        wanted = set(ids)
        return {enterprise.id: enterprise for enterprise in self._enterprises(wanted)} if wanted else {}

    def _decision(self, ref: str, decision_id: int) -> Decision:
        for decision in self._programmes.decisions():
            if decision.id == decision_id:
                return decision
        raise InvalidRef(f"{ref!r}: there is no such decision")


def _month_ends(until: date, months: int) -> list[date]:
    """The last days of so many months before a day, oldest first."""
    ends = [until]
    for _ in range(months):
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    return ends[:0:-1]


def _number(ref: str, text: str) -> int:
    if not text.isdecimal():
        raise InvalidRef(f"{ref!r}: {text!r} is no record's number; references look like ledger:12")
    return int(text)
