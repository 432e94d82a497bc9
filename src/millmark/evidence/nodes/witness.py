"""The witness: keeps the seals of nodes from the moment each was first seen, and says when one contradicts another.

What a node's past looked like is then known outside of the node: sealing a day anew makes a seal that this book already
holds another one for. The newer one changes nothing and is kept as an alarm, signed by who made it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date as calendar_date
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from millmark.evidence.errors import Malformed
from millmark.evidence.nodes.errors import NotWitnessable
from millmark.evidence.nodes.keys import NodeBook
from millmark.evidence.nodes.letters import key_named
from millmark.evidence.nodes.tables import WitnessAlarmRow, WitnessedSealRow
from millmark.evidence.seal import Seal
from millmark.evidence.signing import PublicKey
from millmark.registry import Database, NotRegistered, Registry

AHEAD_US = 300_000_000
"""A seal may be ahead of this platform's clock by five minutes; clocks differ a little."""


class AlarmKind(StrEnum):
    """What a seal contradicts."""

    ANOTHER_SEAL = "another_seal"
    """The site has another seal of this number."""
    SECOND_DAY = "second_day"
    """The day was sealed before, under another number; late rows make an amendment, never a second day."""
    BROKEN_CHAIN = "broken_chain"
    """It does not follow the seal before it, or the seal after it does not follow it."""
    CLOCK_AHEAD = "clock_ahead"
    """It says it was made at a time that has not come yet."""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A seal and when it was first seen here."""

    enterprise_id: int
    seal: Seal
    key_id: str
    received_at_us: int

    @property
    def delay_us(self) -> int:
        """From the end of the sealed day to its arrival here."""
        return self.received_at_us - self.seal.statement.span.end_us


@dataclass(frozen=True, slots=True)
class WitnessAlarm:
    """A seal that contradicts an earlier one; `standing_hash` is the earlier one's, where there is one."""

    id: int
    enterprise_id: int
    kind: AlarmKind
    seal: Seal
    standing_hash: str | None
    received_at_us: int


@dataclass(frozen=True, slots=True)
class WitnessReceipt:
    """What came of some seals: how many are new, how many were known, and the alarms that they raised."""

    new: int
    known: int
    alarms: tuple[WitnessAlarm, ...]


@dataclass(frozen=True, slots=True)
class SiteChain:
    """How far a site's chain is witnessed: the greatest number, and the numbers missing below it."""

    enterprise_id: int
    site: str
    sequence: int
    last_date: calendar_date
    last_received_us: int
    missing: int


class WitnessBook:
    """Thread-safe and synchronous. Raises `NodeError`. `own` is this node's key: its seals are witnessed here too."""

    def __init__(
        self, database: Database, registry: Registry, nodes: NodeBook, own: PublicKey, *, now_us: Callable[[], int]
    ) -> None:
        self._database = database
        self._registry = registry
        self._nodes = nodes
        self._own = own
        self._now_us = now_us

    def receive(self, tokens: Sequence[str], key_id: str) -> WitnessReceipt:
        """Take note of seals that a key signed, all of them or none.

        Raises `NotWitnessable` for what is no seal of this key and of a site of its enterprise, `UnknownKey`,
        `KeyNotInForce`. A contradiction is no error: it is kept, and told in the receipt.
        """
        received_at_us = self._now_us()
        key, enterprise_id = self._speaker(key_id)
        seals = [self._checked(token, key, enterprise_id) for token in tokens]
        return self._keep(seals, key_id, lambda _seal: received_at_us)

    def _keep(self, seals: Sequence[tuple[Seal, int]], key_id: str, received: Callable[[Seal], int]) -> WitnessReceipt:
        new = known = 0
        alarms: list[WitnessAlarm] = []
        with self._database.transaction() as session:
            for seal, owner in seals:
                received_at_us = received(seal)
                standing = session.scalar(_numbered(seal.statement.site, seal.sequence).with_for_update())
                if standing is not None and standing.seal_hash == seal.hash:
                    known += 1
                    continue
                found = _contradictions(session, seal, standing, received_at_us)
                alarms += [_raised(session, owner, kind, seal, other, received_at_us) for kind, other in found]
                if all(kind is AlarmKind.CLOCK_AHEAD for kind, _ in found):
                    session.add(_row(seal, owner, key_id, received_at_us))
                    session.flush()
                    new += 1
        return WitnessReceipt(new, known, tuple(alarms))

    def see_own(self, chain: Sequence[Seal]) -> WitnessReceipt:
        """Take note of what is new in a chain that this node itself made: it was here when it was made.

        Seals from before the node had its present key are passed over.
        """
        mine = [seal for seal in self.unseen(chain) if key_named(seal.token) == self._own.id]
        seals = [self._checked(seal.token, self._own, None) for seal in mine]
        return self._keep(seals, self._own.id, lambda seal: seal.sealed_at_us)

    def witnessed(self, site: str, sequence: int) -> Witnessed | None:
        """The seal of this number as it was first seen; None when none was."""
        with self._database.reading() as session:
            row = session.scalar(_numbered(site, sequence))
            return None if row is None else _witnessed(row)

    def days(self, site: str, first: calendar_date, last: calendar_date) -> list[Witnessed]:
        """The witnessed seals of a site's days, amendments included, in the order of the chain."""
        query = select(WitnessedSealRow).where(
            WitnessedSealRow.site == site, WitnessedSealRow.date >= first, WitnessedSealRow.date <= last
        )
        with self._database.reading() as session:
            return [_witnessed(row) for row in session.scalars(query.order_by(WitnessedSealRow.sequence))]

    def chains(self, enterprise_id: int | None = None) -> list[SiteChain]:
        """Every site whose seals were seen here, by site."""
        columns = (
            WitnessedSealRow.enterprise_id,
            WitnessedSealRow.site,
            func.max(WitnessedSealRow.sequence),
            func.max(WitnessedSealRow.date),
            func.max(WitnessedSealRow.received_at_us),
            func.count(),
            func.min(WitnessedSealRow.sequence),
        )
        query = select(*columns).group_by(WitnessedSealRow.enterprise_id, WitnessedSealRow.site)
        if enterprise_id is not None:
            query = query.where(WitnessedSealRow.enterprise_id == enterprise_id)
        with self._database.reading() as session:
            return [
                SiteChain(owner, site, highest, day, received, highest - lowest + 1 - count)
                for owner, site, highest, day, received, count, lowest in session.execute(
                    query.order_by(WitnessedSealRow.site)
                )
            ]

    def alarms(self, enterprise_id: int | None = None) -> list[WitnessAlarm]:
        """Every contradiction that was seen, latest first."""
        query = select(WitnessAlarmRow).order_by(WitnessAlarmRow.id.desc())
        if enterprise_id is not None:
            query = query.where(WitnessAlarmRow.enterprise_id == enterprise_id)
        with self._database.reading() as session:
            return [_alarm(row) for row in session.scalars(query)]

    def unseen(self, chain: Iterable[Seal]) -> list[Seal]:
        """The seals of a site's chain that were not witnessed yet."""
        seals = list(chain)
        if not seals:
            return []
        query = select(WitnessedSealRow.seal_hash).where(WitnessedSealRow.site == seals[0].statement.site)
        with self._database.reading() as session:
            seen = set(session.scalars(query))
            query_alarms = select(WitnessAlarmRow.told_hash).where(WitnessAlarmRow.site == seals[0].statement.site)
            seen |= set(session.scalars(query_alarms))
        return [seal for seal in seals if seal.hash not in seen]

    def _speaker(self, key_id: str) -> tuple[PublicKey, int | None]:
        """The key and whose it is; this node's own speaks for everybody it hosts."""
        if key_id == self._own.id:
            return self._own, None
        found = self._nodes.speaking(key_id)
        return found.key, found.enterprise_id

    def _checked(self, token: str, key: PublicKey, enterprise_id: int | None) -> tuple[Seal, int]:
        try:
            seal = Seal.read(token)
            seal.check_signature(key)
            slug = seal.site.segments[0]
            owner = self._registry.enterprise_by_slug(slug).id
        except (Malformed, ValueError) as error:
            raise NotWitnessable(f"this is no seal signed with the key {key.id}: {error}") from error
        except NotRegistered as error:
            raise NotWitnessable(f"the seal is of {seal.site}, whose enterprise is not registered here") from error
        if enterprise_id is not None and owner != enterprise_id:
            raise NotWitnessable(f"the key {key.id} speaks for another enterprise than that of {seal.site}")
        return seal, owner


def _numbered(site: str, sequence: int) -> Select[WitnessedSealRow]:
    return select(WitnessedSealRow).where(WitnessedSealRow.site == site, WitnessedSealRow.sequence == sequence)


def _contradictions(
    session: Session, seal: Seal, standing: WitnessedSealRow | None, received_at_us: int
) -> list[tuple[AlarmKind, str | None]]:
    if standing is not None:
        return [(AlarmKind.ANOTHER_SEAL, standing.seal_hash)]
    found: list[tuple[AlarmKind, str | None]] = []
    site = seal.statement.site
    if seal.kind == "day":
        day = select(WitnessedSealRow.seal_hash).where(
            WitnessedSealRow.site == site, WitnessedSealRow.date == seal.date, WitnessedSealRow.kind == "day"
        )
        if (other := session.scalars(day).first()) is not None:
            found.append((AlarmKind.SECOND_DAY, other))
    before = session.scalar(_numbered(site, seal.sequence - 1))
    if before is not None and seal.previous != before.seal_hash:
        found.append((AlarmKind.BROKEN_CHAIN, before.seal_hash))
    elif before is None and _stands_in_an_alarm(session, seal.previous):
        found.append((AlarmKind.BROKEN_CHAIN, seal.previous))
    after = session.scalar(_numbered(site, seal.sequence + 1))
    if after is not None and Seal.read(after.token).previous != seal.hash:
        found.append((AlarmKind.BROKEN_CHAIN, after.seal_hash))
    if seal.sealed_at_us > received_at_us + AHEAD_US:
        found.append((AlarmKind.CLOCK_AHEAD, None))
    return found


def _stands_in_an_alarm(session: Session, seal_hash: str | None) -> bool:
    """What follows a contradicting seal continues the contradiction; a clock that is ahead is none."""
    query = select(WitnessAlarmRow.id).where(
        WitnessAlarmRow.told_hash == seal_hash, WitnessAlarmRow.kind != AlarmKind.CLOCK_AHEAD
    )
    return seal_hash is not None and session.scalars(query).first() is not None


def _raised(
    session: Session, owner: int, kind: AlarmKind, seal: Seal, other: str | None, received_at_us: int
) -> WitnessAlarm:
    """The alarm, once for each seal however often it is sent."""
    told = select(WitnessAlarmRow).where(WitnessAlarmRow.told_hash == seal.hash, WitnessAlarmRow.kind == kind)
    row = session.scalar(told)
    if row is None:
        row = WitnessAlarmRow(
            enterprise_id=owner,
            kind=kind,
            site=seal.statement.site,
            date=seal.date,
            sequence=seal.sequence,
            standing_hash=other,
            told_hash=seal.hash,
            token=seal.token,
            received_at_us=received_at_us,
        )
        session.add(row)
        session.flush()
    return _alarm(row)


def _row(seal: Seal, owner: int, key_id: str, received_at_us: int) -> WitnessedSealRow:
    return WitnessedSealRow(
        enterprise_id=owner,
        site=seal.statement.site,
        sequence=seal.sequence,
        date=seal.date,
        kind=seal.kind,
        seal_hash=seal.hash,
        key_id=key_id,
        sealed_at_us=seal.sealed_at_us,
        received_at_us=received_at_us,
        token=seal.token,
    )


def _witnessed(row: WitnessedSealRow) -> Witnessed:
    return Witnessed(row.enterprise_id, Seal.read(row.token), row.key_id, row.received_at_us)


def _alarm(row: WitnessAlarmRow) -> WitnessAlarm:
    kind = AlarmKind(row.kind)
    return WitnessAlarm(row.id, row.enterprise_id, kind, Seal.read(row.token), row.standing_hash, row.received_at_us)
