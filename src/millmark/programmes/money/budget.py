"""Budget lines and their entries: the book that no amount of writers can overspend.

The discipline: whoever takes from a line locks its row, once in a transaction, several lines in the order of their ids,
as late as possible but before looking at the balances; whoever appropriates locks the programme first, because shares
of the budget are looked at over all of its lines. Locks are of the kind that lets others refer to the row meanwhile, so
that a record of the same programme waits for nobody. Nothing here is ever changed, only added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.programmes.ensuring import ensure_programme
from millmark.programmes.errors import InvalidRecord, Overspent, RecordConflict, RecordNotFound
from millmark.programmes.money.accounts import (
    OF_AN_AWARD,
    Account,
    Balances,
    EntryKind,
    Movement,
    Posting,
    Route,
    applied,
)
from millmark.programmes.money.amount import yuan
from millmark.programmes.money.shares import Share, ShareFinding, shares_found
from millmark.programmes.money.tables import BudgetLineRow, MoneyEntryRow, MoneyPostingRow
from millmark.programmes.pack import ProgrammeText
from millmark.programmes.tables import ProgrammeRow
from millmark.registry import Database

_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_OF_THE_LINE = (EntryKind.APPROPRIATE, EntryKind.CUT, EntryKind.REUSE)


class FundSource(StrEnum):
    """Whose money a line holds."""

    CENTRAL = "central"
    PROVINCIAL = "provincial"
    CITY = "city"
    COUNTY = "county"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBudgetLine:
    """A line before it is opened. `purpose` is the id of a use that the pack's budget split names, or another."""

    code: str
    name_zh: str
    name_en: str
    source: FundSource
    year: int
    programme: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine(NewBudgetLine):
    id: int
    programme_id: int
    opened_at_us: int
    opened_by: str
    balances: Balances


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyEntry:
    """A kept movement; `balances` are those of its line after it."""

    id: int
    line_id: int
    number: int
    kind: EntryKind
    postings: tuple[Posting, ...]
    award_id: int | None
    document: str
    reason: str | None
    at_us: int
    actor: str
    reverses: int | None
    balances: Balances

    @property
    def fen(self) -> int:
        return max(posting.fen for posting in self.postings)

    @property
    def route(self) -> Route:
        origin, target = sorted(self.postings, key=lambda posting: posting.fen)
        return Route(origin.account, target.account)


class BudgetBook:
    """Keeps budget lines and entries, on SQLite or PostgreSQL.

    `splits` gives a programme's bounds on its uses; `programmes` one that a pack describes, so that money can be there
    before the first call.
    """

    def __init__(
        self,
        database: Database,
        *,
        splits: Callable[[str], Sequence[Share]],
        programmes: Callable[[str], ProgrammeText | None] = lambda _slug: None,
        now_us: Callable[[], int],
    ) -> None:
        self._database = database
        self._programmes = programmes
        self._splits = splits
        self._now_us = now_us

    def open(self, new: NewBudgetLine, fen: int, *, document: str, opened_by: str) -> BudgetLine:
        """Opens a line with its first appropriation, by the document that grants it.

        Raises `InvalidRecord`, `RecordNotFound` (no such programme), `RecordConflict` (the code is taken), and
        `Overspent` where the line would break a bound on the uses of the budget.
        """
        _check_line(new)
        try:
            with self._database.transaction() as session:
                if (text := self._programmes(new.programme)) is not None:
                    ensure_programme(session, text, now_us=self._now_us())
                programme = session.scalar(
                    select(ProgrammeRow).where(ProgrammeRow.slug == new.programme).with_for_update(key_share=True)
                )
                if programme is None:
                    raise RecordNotFound(f"there is no programme {new.programme!r}; publish or import it first")
                row = BudgetLineRow(
                    code=new.code,
                    name_zh=new.name_zh,
                    name_en=new.name_en,
                    source=new.source,
                    year=new.year,
                    programme_id=programme.id,
                    purpose=new.purpose,
                    opened_at_us=self._now_us(),
                    opened_by=opened_by,
                )
                session.add(row)
                session.flush()
                self._post(session, row, Movement.of(EntryKind.APPROPRIATE, fen), document=document, actor=opened_by)
                self._check_splits(session, programme.slug, row)
                return _line(session, row, programme.slug)
        except IntegrityError as error:
            raise RecordConflict(f"there is a budget line {new.code!r} already; raise it, or choose a code") from error

    def lines(self, *, programme_id: int | None = None, year: int | None = None) -> list[BudgetLine]:
        query = select(BudgetLineRow, ProgrammeRow.slug).join(ProgrammeRow).order_by(BudgetLineRow.id)
        if programme_id is not None:
            query = query.where(BudgetLineRow.programme_id == programme_id)
        if year is not None:
            query = query.where(BudgetLineRow.year == year)
        with self._database.reading() as session:
            return [_line(session, row, slug) for row, slug in session.execute(query)]

    def line(self, line_id: int) -> BudgetLine:
        """Raises `RecordNotFound`."""
        query = select(BudgetLineRow, ProgrammeRow.slug).join(ProgrammeRow).where(BudgetLineRow.id == line_id)
        with self._database.reading() as session:
            found = session.execute(query).one_or_none()
            if found is None:
                raise RecordNotFound(f"there is no budget line {line_id}")
            return _line(session, *found)

    def entries(self, *, line_id: int | None = None, award_id: int | None = None) -> list[MoneyEntry]:
        """In the order kept."""
        query = select(MoneyEntryRow).order_by(MoneyEntryRow.id)
        if line_id is not None:
            query = query.where(MoneyEntryRow.line_id == line_id)
        if award_id is not None:
            query = query.where(MoneyEntryRow.award_id == award_id)
        with self._database.reading() as session:
            return _entries(session, session.scalars(query).all())

    def shares(self, programme_id: int) -> list[ShareFinding]:
        """How the appropriations of a programme keep its bounds on uses, fund by fund and year by year."""
        with self._database.reading() as session:
            slug = session.scalars(select(ProgrammeRow.slug).where(ProgrammeRow.id == programme_id)).one_or_none()
            if slug is None:
                raise RecordNotFound(f"there is no programme {programme_id}")
            return shares_found(self._splits(slug), self._appropriated(session, programme_id))

    def move(
        self, line_id: int, kind: EntryKind, fen: int, *, document: str, actor: str, reason: str = ""
    ) -> MoneyEntry:
        """Raises a line, cuts it, or makes what came back available again, each by its document.

        The same document cannot do the same twice: an answer that was lost does not make the money double. Raises
        `RecordNotFound`, `Overspent`, `RecordConflict`, `InvalidRecord`.
        """
        if kind not in _OF_THE_LINE:
            raise InvalidRecord(f"kind: {kind} belongs to an award; a line itself takes {', '.join(_OF_THE_LINE)}")
        with self._database.transaction() as session:
            slug = self._lock_programme_of(session, line_id)
            row = self._lock(session, line_id)
            twice = select(MoneyEntryRow.number).where(
                MoneyEntryRow.line_id == line_id, MoneyEntryRow.kind == kind, MoneyEntryRow.document == document.strip()
            )
            if (number := session.scalars(twice).first()) is not None:
                raise RecordConflict(
                    f"budget line {row.code}: entry {number} already did this by {document.strip()!r}; "
                    "name the page or annex if the document does it a second time"
                )
            entry = self._post(session, row, Movement.of(kind, fen), document=document, actor=actor, reason=reason)
            self._check_splits(session, slug, row)
            return entry

    def reverse(self, entry_id: int, *, reason: str, actor: str) -> MoneyEntry:
        """Takes back an entry of the line itself by an entry of its own.

        What belongs to an award is set right by the award's own steps, so that award and book stay one. Raises
        `RecordNotFound`, `RecordConflict`, `Overspent`, `InvalidRecord`.
        """
        if not reason.strip():
            raise InvalidRecord("reason: say what is wrong with the entry")
        with self._database.transaction() as session:
            original = session.get(MoneyEntryRow, entry_id)
            if original is None:
                raise RecordNotFound(f"there is no entry {entry_id}")
            if original.award_id is not None:
                raise RecordConflict(
                    f"entry {entry_id} belongs to award {original.award_id}; take the award's own step instead"
                )
            slug = self._lock_programme_of(session, original.line_id)
            row = self._lock(session, original.line_id)
            entry = self.reverse_within(session, row, entry_id, reason=reason, actor=actor)
            self._check_splits(session, slug, row)
            return entry

    def reverse_within(
        self, session: Session, row: BudgetLineRow, entry_id: int, *, reason: str, actor: str
    ) -> MoneyEntry:
        """As `reverse`, for any entry, as a part of a larger transaction that holds the line."""
        original = _entries(session, [session.get_one(MoneyEntryRow, entry_id)])[0]
        if original.kind is EntryKind.REVERSE:
            raise RecordConflict(f"entry {entry_id} is itself a reversal; make the entry anew instead")
        if session.scalar(select(MoneyEntryRow.id).where(MoneyEntryRow.reverses == entry_id)) is not None:
            raise RecordConflict(f"entry {entry_id} is reversed already")
        return self._post(
            session,
            row,
            Movement.reversing(original.route, original.fen),
            document=original.document,
            actor=actor,
            reason=reason,
            award_id=original.award_id,
            reverses=entry_id,
        )

    def hold(self, session: Session, line_ids: Iterable[int]) -> dict[int, BudgetLineRow]:
        """Locks lines in the order of their ids, so that two who need the same ones never wait for each other."""
        return {line_id: self._lock(session, line_id) for line_id in sorted(set(line_ids))}

    def post_for_award(
        self,
        session: Session,
        row: BudgetLineRow,
        kind: EntryKind,
        fen: int,
        *,
        award_id: int,
        document: str,
        actor: str,
        reason: str = "",
    ) -> MoneyEntry:
        """An award's movement on a line that the transaction holds; raises `Overspent`.

        The award may take no more from the line's accounts than it brought there itself: what is committed to one
        enterprise pays no other.
        """
        assert kind in OF_AN_AWARD  # noqa: S101 - told apart by the callers in this package
        movement = Movement.of(kind, fen)
        own = self.of_award(session, award_id).get(row.id, {})
        origin = movement.route.origin
        if origin is not Account.AVAILABLE and own.get(origin, 0) < fen:
            raise Overspent(
                f"award {award_id} on budget line {row.code}: {kind} of {yuan(fen)} yuan asks for more than the "
                f"{yuan(own.get(origin, 0))} yuan that are {origin} for it",
                f"奖补 {award_id} 在预算指标 {row.code} 上可动用 {yuan(own.get(origin, 0))} 元,不足 {yuan(fen)} 元",
            )
        return self._post(session, row, movement, document=document, actor=actor, reason=reason, award_id=award_id)

    @staticmethod
    def of_award(session: Session, award_id: int) -> dict[int, dict[Account, int]]:
        """What an award has on each line's accounts; fen."""
        query = (
            select(MoneyEntryRow.line_id, MoneyPostingRow.account, func.sum(MoneyPostingRow.amount_fen))
            .join(MoneyPostingRow, MoneyPostingRow.entry_id == MoneyEntryRow.id)
            .where(MoneyEntryRow.award_id == award_id)
            .group_by(MoneyEntryRow.line_id, MoneyPostingRow.account)
        )
        found: dict[int, dict[Account, int]] = {}
        for line_id, account, fen in session.execute(query):
            found.setdefault(line_id, {})[Account(account)] = int(fen)
        return found

    def check(self) -> list[str]:
        """Adds every line up again from its postings; a sentence for each disagreement, none when the book is sound."""
        with self._database.reading() as session:
            rows = session.scalars(select(MoneyEntryRow).order_by(MoneyEntryRow.line_id, MoneyEntryRow.number)).all()
            entries = _entries(session, rows)
        findings: list[str] = []
        posted: dict[int, list[Posting]] = {}
        for entry in entries:
            so_far = posted.setdefault(entry.line_id, [])
            so_far.extend(entry.postings)
            if sum(posting.fen for posting in entry.postings) or len(entry.postings) != len(Route.__slots__):
                findings.append(f"entry {entry.id}: its postings do not add up to nothing")
            if Balances.of(so_far) != entry.balances:
                findings.append(f"entry {entry.id}: the balances kept differ from what was posted until then")
            if entry.number != len(so_far) // len(Route.__slots__):
                findings.append(f"entry {entry.id}: it is number {entry.number} of its line, out of turn")
        return findings

    def _lock_programme_of(self, session: Session, line_id: int) -> str:
        query = (
            select(ProgrammeRow)
            .join(BudgetLineRow, BudgetLineRow.programme_id == ProgrammeRow.id)
            .where(BudgetLineRow.id == line_id)
            .with_for_update(of=ProgrammeRow, key_share=True)
        )
        programme = session.scalar(query)
        if programme is None:
            raise RecordNotFound(f"there is no budget line {line_id}")
        return programme.slug

    @staticmethod
    def _lock(session: Session, line_id: int) -> BudgetLineRow:
        row = session.get(BudgetLineRow, line_id, with_for_update={"key_share": True})
        if row is None:
            raise RecordNotFound(f"there is no budget line {line_id}")
        return row

    def _post(
        self,
        session: Session,
        row: BudgetLineRow,
        movement: Movement,
        *,
        document: str,
        actor: str,
        reason: str = "",
        award_id: int | None = None,
        reverses: int | None = None,
    ) -> MoneyEntry:
        """Writes an entry on a line that the transaction holds."""
        if not document.strip():
            raise InvalidRecord("document: say which document the entry rests on", "请填写所依据的文号")
        last = _last_entry(session, row.id)
        before = Balances() if last is None else _balances(last)
        after = applied(before, movement, where=f"budget line {row.code}")
        entry = MoneyEntryRow(
            line_id=row.id,
            number=1 if last is None else last.number + 1,
            kind=movement.kind,
            award_id=award_id,
            document=document.strip(),
            reason=reason.strip() or None,
            at_us=self._now_us(),
            actor=actor,
            reverses=reverses,
            **{f"{account}_fen": after.on(account) for account in Account},
        )
        session.add(entry)
        session.flush()
        session.add_all(
            MoneyPostingRow(entry_id=entry.id, account=posting.account, amount_fen=posting.fen)
            for posting in movement.postings
        )
        session.flush()
        return _entry(entry, movement.postings)

    def _check_splits(self, session: Session, slug: str, row: BudgetLineRow) -> None:
        appropriated = self._appropriated(session, row.programme_id)
        for finding in shares_found(self._splits(slug), appropriated):
            if (finding.source, finding.year) == (row.source, row.year) and not finding.kept:
                raise Overspent(finding.sentence)

    @staticmethod
    def _appropriated(session: Session, programme_id: int) -> dict[tuple[str, int], dict[str, int]]:
        """Of each fund and year, what is appropriated for each purpose."""
        found: dict[tuple[str, int], dict[str, int]] = {}
        for row in session.scalars(select(BudgetLineRow).where(BudgetLineRow.programme_id == programme_id)):
            last = _last_entry(session, row.id)
            by_purpose = found.setdefault((row.source, row.year), {})
            by_purpose[row.purpose] = by_purpose.get(row.purpose, 0) + (0 if last is None else last.appropriated_fen)
        return found


def _check_line(new: NewBudgetLine) -> None:
    problems = {
        "code: give the line a code, such as its number in the budget": not new.code.strip(),
        "name_zh, name_en: name the line in both languages": not (new.name_zh.strip() and new.name_en.strip()),
        "purpose: say what the money is for": not new.purpose.strip(),
        f"year: {new.year} is no budget year": not _FIRST_YEAR <= new.year <= _LAST_YEAR,
    }
    for problem, applies in problems.items():
        if applies:
            raise InvalidRecord(problem)


def _last_entry(session: Session, line_id: int) -> MoneyEntryRow | None:
    query = select(MoneyEntryRow).where(MoneyEntryRow.line_id == line_id).order_by(MoneyEntryRow.number.desc()).limit(1)
    return session.scalars(query).one_or_none()


def _balances(row: MoneyEntryRow) -> Balances:
    return Balances(row.appropriated_fen, row.available_fen, row.committed_fen, row.paid_fen, row.recovered_fen)


def _line(session: Session, row: BudgetLineRow, slug: str) -> BudgetLine:
    last = _last_entry(session, row.id)
    return BudgetLine(
        id=row.id,
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        source=FundSource(row.source),
        year=row.year,
        programme=slug,
        programme_id=row.programme_id,
        purpose=row.purpose,
        opened_at_us=row.opened_at_us,
        opened_by=row.opened_by,
        balances=Balances() if last is None else _balances(last),
    )


def _entries(session: Session, rows: Sequence[MoneyEntryRow]) -> list[MoneyEntry]:
    postings: dict[int, list[Posting]] = {}
    query = select(MoneyPostingRow).where(MoneyPostingRow.entry_id.in_([row.id for row in rows]))
    for posting in session.scalars(query.order_by(MoneyPostingRow.id)):
        postings.setdefault(posting.entry_id, []).append(Posting(Account(posting.account), posting.amount_fen))
    return [_entry(row, postings.get(row.id, [])) for row in rows]


def _entry(row: MoneyEntryRow, postings: Iterable[Posting]) -> MoneyEntry:
    return MoneyEntry(
        id=row.id,
        line_id=row.line_id,
        number=row.number,
        kind=EntryKind(row.kind),
        postings=tuple(postings),
        award_id=row.award_id,
        document=row.document,
        reason=row.reason,
        at_us=row.at_us,
        actor=row.actor,
        reverses=row.reverses,
        balances=_balances(row),
    )
