"""What a connection needs of its listener."""

from __future__ import annotations

from typing import Protocol, TypeVar

from millmark.intake.mqtt.acknowledgements import Acknowledgements
from millmark.intake.mqtt.conversation import Desk
from millmark.intake.mqtt.deadlines import Deadlines
from millmark.intake.mqtt.memory import ReceiveMemory
from millmark.intake.mqtt.messages import GatewayMessages
from millmark.intake.mqtt.peers import Peer, Refusal
from millmark.intake.mqtt.publish_lane import PublishLane
from millmark.intake.mqtt.session import Session
from millmark.wire.mqtt import Connect, Will
from millmark.wire.sparkplug import SparkplugTopic

Seated_contra = TypeVar("Seated_contra", contravariant=True)
"""Connections as their listener keeps them."""


class Host(Desk, Protocol[Seated_contra]):
    """What a connection needs of its listener."""

    @property
    def memory(self) -> ReceiveMemory: ...

    @property
    def deadlines(self) -> Deadlines: ...

    def lane(self, messages: GatewayMessages, acks: Acknowledgements, level: int) -> PublishLane | None: ...

    def enter(self, connection: Seated_contra) -> bool: ...

    def leave(self, connection: Seated_contra) -> None: ...

    async def admit(self, connect: Connect, certified: str | None) -> Peer | Refusal: ...

    def take_seat(self, connection: Seated_contra, peer: Peer, connect: Connect) -> tuple[Session, bool]:
        """The session that the client goes on with, and whether it was there already."""
        ...

    def is_watched(self, peer: Peer) -> bool:
        """Whether somebody wants this gateway's messages as they come."""
        ...

    def keep_will(self, session: Session, will: Will) -> bool:
        """Whether the will waits, because its client may come back before it is due (MQTT 5, clause 3.1.3.2.2)."""
        ...

    def ask_for_rebirth(self, gateway: str, topic: SparkplugTopic) -> None: ...
