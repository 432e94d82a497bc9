"""The sessions of all clients: begun, gone on with, kept for a while, and ended (clauses 3.1.2.4 and 4.1)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from millmark.intake.mqtt.deadlines import Deadlines
from millmark.intake.mqtt.peers import Peer
from millmark.intake.mqtt.session import Session
from millmark.intake.settings import MqttLimits
from millmark.wire.mqtt import Connect, Version, Will

_log = logging.getLogger(__name__)


class _Absent:
    """A session whose client is away."""

    __slots__ = ("_book", "session", "slot")

    def __init__(self, book: SessionBook, session: Session) -> None:
        self._book = book
        self.session = session
        self.slot: int | None = None

    def look(self, now: float) -> None:
        self.slot = None
        self._book.look(self, now)


class SessionBook:
    """In memory: a platform that starts again knows no sessions, and tells every client so (session present 0).

    Bounded in number and age; the session that was left first goes first.
    """

    def __init__(
        self,
        limits: MqttLimits,
        deadlines: Deadlines,
        *,
        ended: Callable[[Session], None],
        will_is_due: Callable[[Session, Will], None],
    ) -> None:
        self._limits = limits
        self._deadlines = deadlines
        self._ended = ended
        self._will_is_due = will_is_due
        self._sessions: dict[tuple[str, str], Session] = {}
        self._absent: dict[Session, _Absent] = {}

    @property
    def kept(self) -> int:
        """Sessions whose clients are away."""
        return len(self._absent)

    def open(self, peer: Peer, connect: Connect) -> tuple[Session, bool]:
        """The session a client goes on with, and whether it was there already. Whoever has a connection for it must
        have been sent away before."""
        client_id = connect.client_id or f"millmark-{secrets.token_hex(8)}"
        key = peer.name, client_id
        session = self._sessions.get(key)
        if session is not None:
            self._come_back(session)
            if connect.clean_start:
                self._end(session)
                session = None
        was_there = session is not None
        if session is None:
            session = self._sessions[key] = Session(peer, client_id, self._limits)
        session.expires_s = self._expiry_s(connect)
        # A will that waited is void once its client is back [MQTT-3.1.3-9].
        session.will = None
        return session, was_there

    def leave(self, session: Session, now: float) -> None:
        """The session's connection is gone."""
        session.wire = None
        if not session.expires_s:
            self._end(session)
            return
        session.ends_at = now + session.expires_s
        absent = self._absent[session] = _Absent(self, session)
        self._watch(absent)
        while len(self._absent) > self._limits.sessions_kept:
            oldest = next(iter(self._absent))
            _log.warning("session of %r of %r ends: too many are kept", oldest.client_id, oldest.peer.name)
            self._come_back(oldest)
            self._end(oldest)

    def keep_will(self, session: Session, will: Will, now: float) -> bool:
        """Keeps a will whose delay has not passed; False when it is due at once."""
        delay_s = min(will.properties.will_delay_s or 0, session.expires_s)
        if delay_s <= 0:
            return False
        session.will = will
        session.will_at = now + delay_s
        return True

    def look(self, absent: _Absent, now: float) -> None:
        """The deadline of a session has come: of its will, or its own."""
        session = absent.session
        if self._absent.get(session) is not absent:
            return
        if session.will is not None and session.will_at <= now:
            will, session.will = session.will, None
            self._will_is_due(session, will)
        if session.ends_at is not None and session.ends_at <= now:
            self._come_back(session)
            self._end(session)
        else:
            self._watch(absent)

    def _watch(self, absent: _Absent) -> None:
        session = absent.session
        deadline = session.ends_at or 0.0
        if session.will is not None:
            deadline = min(deadline, session.will_at)
        absent.slot = self._deadlines.watch(absent, deadline)

    def _come_back(self, session: Session) -> None:
        absent = self._absent.pop(session, None)
        if absent is not None and absent.slot is not None:
            self._deadlines.forget(absent, absent.slot)
        session.ends_at = None

    def _end(self, session: Session) -> None:
        if self._sessions.get(session.key) is session:
            del self._sessions[session.key]
        if session.will is not None:
            # The end of the session is the latest time for its will (MQTT 5, clause 3.1.3.2.2).
            will, session.will = session.will, None
            self._will_is_due(session, will)
        self._ended(session)

    def _expiry_s(self, connect: Connect) -> float:
        """MQTT 3.1.1 knows two ways: gone with the connection, or kept for as long as the platform keeps any."""
        if connect.version is Version.V3_1_1:
            return 0 if connect.clean_start else self._limits.session_expiry_s
        return min(connect.properties.session_expiry_s or 0, self._limits.session_expiry_s)
