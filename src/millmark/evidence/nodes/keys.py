"""The book of node keys: which key speaks for which enterprise, from when, until when, and who said so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.evidence.nodes.errors import KeyNotInForce, KeyTaken, NotTheHolder, UnknownKey
from millmark.evidence.nodes.letters import Enrolment, read_enrolment, read_succession
from millmark.evidence.nodes.tables import NodeKeyEventRow, NodeKeyRow
from millmark.evidence.signing import PublicKey
from millmark.registry import Database, Registry


class KeyAction(StrEnum):
    """What becomes of a key, in this order at most once each."""

    REQUESTED = "requested"
    ENROLLED = "enrolled"
    REPLACED = "replaced"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class KeyEvent:
    action: KeyAction
    at_us: int
    since_us: int
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class EnrolledKey:
    """A key with everything that became of it, in that order."""

    enterprise_id: int
    key: PublicKey
    events: tuple[KeyEvent, ...]

    @property
    def id(self) -> str:
        return self.key.id

    @property
    def state(self) -> KeyAction:
        return self.events[-1].action

    def in_force(self, at_us: int) -> bool:
        """Whether what came from this key at a time of this platform's clock is believed, as known today.

        A revocation reaches back to the moment from which the key counts as stolen.
        """
        began = [event.since_us for event in self.events if event.action is KeyAction.ENROLLED]
        ended = [event.since_us for event in self.events if event.action in (KeyAction.REPLACED, KeyAction.REVOKED)]
        return bool(began) and began[0] <= at_us and all(at_us < end for end in ended)


class NodeBook:
    """Thread-safe and synchronous. Raises `NodeError` and what the registry raises.

    A key is enrolled by the office, or asked for by the enterprise and confirmed by the office; a key in force names
    its successor itself; both may revoke it, at once.
    """

    def __init__(self, database: Database, registry: Registry, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._registry = registry
        self._now_us = now_us

    def request(self, letter: str, *, actor: str) -> EnrolledKey:
        """Keep an enterprise's wish to be heard by this key; nothing of it is believed before `confirm`."""
        return self._add(read_enrolment(letter), [(KeyAction.REQUESTED, actor, "")])

    def enrol(self, letter: str, *, actor: str, reason: str = "") -> EnrolledKey:
        """Believe the key from now on: the office has compared its id with what the enterprise told by other means."""
        return self._add(read_enrolment(letter), [(KeyAction.ENROLLED, actor, reason)])

    def confirm(self, key_id: str, *, actor: str, reason: str = "") -> EnrolledKey:
        with self._database.transaction() as session:
            row, key = self._locked(session, key_id)
            if key.state is not KeyAction.REQUESTED:
                raise KeyNotInForce(f"the key {key_id} is {key.state}; only a requested one can be confirmed")
            return self._become(session, row, KeyAction.ENROLLED, actor, reason)

    def succeed(self, old_key_id: str, letter: str) -> EnrolledKey:
        """Replace a key in force by the one that its holder names; both signed the letter."""
        now_us = self._now_us()
        old = self.key(old_key_id)
        new = read_succession(letter, old.key)
        with self._database.transaction() as session:
            row, old = self._locked(session, old_key_id)
            if not old.in_force(now_us):
                raise KeyNotInForce(f"the key {old_key_id} is {old.state} and can name no successor")
            if self._registry.enterprise_by_slug(new.enterprise).id != old.enterprise_id:
                raise NotTheHolder(f"the new key asks to speak for {new.enterprise!r}, which the old one does not")
            self._become(session, row, KeyAction.REPLACED, f"node:{old_key_id}", f"by {new.key.id}")
            return self._insert(
                session, old.enterprise_id, new.key, [(KeyAction.ENROLLED, f"node:{old_key_id}", "successor")]
            )

    def revoke(self, key_id: str, *, actor: str, reason: str, since_us: int | None = None) -> EnrolledKey:
        """Stop believing a key, from a past moment on if it was stolen then."""
        now_us = self._now_us()
        with self._database.transaction() as session:
            row, key = self._locked(session, key_id)
            if key.state is KeyAction.REVOKED:
                raise KeyNotInForce(f"the key {key_id} is revoked already")
            return self._become(session, row, KeyAction.REVOKED, actor, reason, min(since_us or now_us, now_us))

    def key(self, key_id: str) -> EnrolledKey:
        """Raises `UnknownKey`."""
        with self._database.reading() as session:
            row = session.scalar(select(NodeKeyRow).where(NodeKeyRow.key_id == key_id))
            if row is None:
                raise UnknownKey(f"no node's key {key_id} is enrolled here; have it enrolled first")
            return _key(session, row)

    def enrolled(self, enterprise_id: int | None = None) -> list[EnrolledKey]:
        query = select(NodeKeyRow).order_by(NodeKeyRow.id)
        if enterprise_id is not None:
            query = query.where(NodeKeyRow.enterprise_id == enterprise_id)
        with self._database.reading() as session:
            return [_key(session, row) for row in session.scalars(query)]

    def speaking(self, key_id: str) -> EnrolledKey:
        """The key, if it is believed now; raises `UnknownKey`, `KeyNotInForce`."""
        found = self.key(key_id)
        if not found.in_force(self._now_us()):
            raise KeyNotInForce(f"the key {key_id} is {found.state}: what it says is not taken in")
        return found

    def _add(self, said: Enrolment, events: Sequence[tuple[KeyAction, str, str]]) -> EnrolledKey:
        enterprise = self._registry.enterprise_by_slug(said.enterprise)
        try:
            with self._database.transaction() as session:
                return self._insert(session, enterprise.id, said.key, events)
        except IntegrityError as error:
            raise KeyTaken(
                f"the key {said.key.id} is enrolled or asked for already; list the keys to see it"
            ) from error

    def _insert(
        self, session: Session, enterprise_id: int, key: PublicKey, events: Sequence[tuple[KeyAction, str, str]]
    ) -> EnrolledKey:
        taken = session.scalar(select(NodeKeyRow.id).where(NodeKeyRow.key_id == key.id))
        if taken is not None:
            raise KeyTaken(f"the key {key.id} is enrolled or asked for already; list the keys to see it")
        row = NodeKeyRow(enterprise_id=enterprise_id, key_id=key.id, x=key.x)
        session.add(row)
        session.flush()
        for action, actor, reason in events:
            self._become(session, row, action, actor, reason)
        return _key(session, row)

    def _become(
        self,
        session: Session,
        row: NodeKeyRow,
        action: KeyAction,
        actor: str,
        reason: str,
        since_us: int | None = None,
    ) -> EnrolledKey:
        now_us = self._now_us()
        since = now_us if since_us is None else since_us
        session.add(
            NodeKeyEventRow(
                node_key_id=row.id, action=action, at_us=now_us, since_us=since, actor=actor[:100], reason=reason
            )
        )
        session.flush()
        return _key(session, row)

    def _locked(self, session: Session, key_id: str) -> tuple[NodeKeyRow, EnrolledKey]:
        row = session.scalar(select(NodeKeyRow).where(NodeKeyRow.key_id == key_id).with_for_update())
        if row is None:
            raise UnknownKey(f"no node's key {key_id} is enrolled here; have it enrolled first")
        return row, _key(session, row)


def _key(session: Session, row: NodeKeyRow) -> EnrolledKey:
    query = select(NodeKeyEventRow).where(NodeKeyEventRow.node_key_id == row.id).order_by(NodeKeyEventRow.id)
    events = [
        KeyEvent(KeyAction(one.action), one.at_us, one.since_us, one.actor, one.reason)
        for one in session.scalars(query)
    ]
    return EnrolledKey(row.enterprise_id, PublicKey("OKP", "Ed25519", row.x), tuple(events))
