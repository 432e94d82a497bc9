"""What a connection needs of its listener, and of a compiled pass over its buffer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from millmark.intake.mqtt.acknowledgements import Acknowledgements
from millmark.intake.mqtt.conversation import Desk
from millmark.intake.mqtt.deadlines import Deadlines
from millmark.intake.mqtt.memory import ReceiveMemory
from millmark.intake.mqtt.messages import GatewayMessages
from millmark.intake.mqtt.peers import Peer, Refusal
from millmark.intake.mqtt.session import Session
from millmark.wire.mqtt import Connect, Will
from millmark.wire.sparkplug import SparkplugTopic

if TYPE_CHECKING:
    from millmark.intake.mqtt.connection import Connection


class PublishLane(Protocol):
    """A compiled pass over a connection's buffer; what it does not read itself, the codec does."""

    def take(self, memory: NDArray[np.uint8], start: int, end: int) -> int:
        """Reads as many whole PUBLISH packets at the front of `memory[start:end]` as it can, and returns where the
        next packet starts.

        It adds their readings to the connection's columns and the identifiers of those at QoS 1 to its
        acknowledgements. It stops before a packet that is not whole, is not a PUBLISH at QoS 0 or 1, has RETAIN set,
        carries properties or an empty topic (MQTT 5), or that it cannot read for whatever reason. It raises nothing.
        """
        ...


LaneFactory = Callable[[GatewayMessages, Acknowledgements, int], PublishLane | None]
"""Makes the lane of an admitted connection from its messages, its acknowledgements and its protocol level (4: MQTT
3.1.1, 5: MQTT 5); None when it is to go without."""


class Host(Desk, Protocol):
    """What a connection needs of its listener."""

    @property
    def memory(self) -> ReceiveMemory: ...

    @property
    def deadlines(self) -> Deadlines: ...

    def lane(self, messages: GatewayMessages, acks: Acknowledgements, level: int) -> PublishLane | None: ...

    def enter(self, connection: Connection) -> bool: ...

    def leave(self, connection: Connection) -> None: ...

    async def admit(self, connect: Connect, certified: str | None) -> Peer | Refusal: ...

    def take_seat(self, connection: Connection, peer: Peer, connect: Connect) -> tuple[Session, bool]:
        """The session that the client goes on with, and whether it was there already."""
        ...

    def is_watched(self, peer: Peer) -> bool:
        """Whether somebody wants this gateway's messages as they come."""
        ...

    def keep_will(self, session: Session, will: Will) -> bool:
        """Whether the will waits, because its client may come back before it is due (MQTT 5, clause 3.1.3.2.2)."""
        ...

    def ask_for_rebirth(self, gateway: str, topic: SparkplugTopic) -> None: ...
