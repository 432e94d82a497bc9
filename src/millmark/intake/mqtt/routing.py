"""Who is told of a gateway's message: its own clients, and accounts that may see its enterprise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from millmark.intake.mqtt.peers import Peer
from millmark.intake.mqtt.session import Granted, Session
from millmark.wire.mqtt import Publish

_Share: TypeAlias = tuple[str, str, str]


@dataclass(slots=True)
class _Shares:
    """Sessions that a message may go to by each share group, and where each group's turn stands."""

    turns: dict[_Share, int] = field(default_factory=dict)

    def next(self, share: _Share, members: list[tuple[Session, Granted]]) -> tuple[Session, Granted]:
        """One after the other, those without a connection only when nobody has one."""
        present = [member for member in members if member[0].wire is not None] or members
        turn = self.turns.get(share, 0)
        self.turns[share] = turn + 1
        return present[turn % len(present)]


class Router:
    """Knows the sessions that want data. Whose message it is decides first, the topic second."""

    __slots__ = ("_shares", "_watchers")

    def __init__(self) -> None:
        self._watchers: dict[tuple[bool, str | None], dict[Session, None]] = {}
        self._shares = _Shares()

    def settle(self, session: Session) -> None:
        """The session's subscriptions have changed."""
        if session.wants_data:
            self._watchers.setdefault(_place(session.peer), {})[session] = None
        else:
            self.forget(session)

    def forget(self, session: Session) -> None:
        place = _place(session.peer)
        watchers = self._watchers.get(place)
        if watchers is not None:
            watchers.pop(session, None)
            if not watchers:
                del self._watchers[place]
        if not self._watchers:
            self._shares.turns.clear()

    def is_watched(self, gateway: Peer) -> bool:
        """Whether anybody could be told of this gateway's data."""
        return bool(self._watchers) and any(place in self._watchers for place in _audience(gateway))

    def route(self, publish: Publish, gateway: Peer, origin: Session | None, now: float) -> int:
        """Sends a gateway's message to whoever wants it and may see it; returns how many could not be served."""
        dropped = 0
        shared: dict[_Share, list[tuple[Session, Granted]]] = {}
        for place in _audience(gateway):
            for session in tuple(self._watchers.get(place, ())):
                own: list[Granted] = []
                for granted in session.matching(publish.topic):
                    if granted.shared is not None:
                        share = (session.peer.name, *granted.shared)
                        shared.setdefault(share, []).append((session, granted))
                    elif session is not origin or not granted.subscription.no_local:
                        own.append(granted)
                if own:
                    dropped += session.deliver(publish, own, now) is None
        for share, members in shared.items():
            session, granted = self._shares.next(share, members)
            dropped += session.deliver(publish, [granted], now) is None
        return dropped


def _place(peer: Peer) -> tuple[bool, str | None]:
    return (True, peer.name) if peer.is_gateway else (False, peer.enterprise)


def _audience(gateway: Peer) -> tuple[tuple[bool, str | None], ...]:
    return (True, gateway.name), (False, gateway.enterprise), (False, None)
