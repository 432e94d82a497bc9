"""What a connection needs of a compiled pass over its buffer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from millmark.intake.mqtt.acknowledgements import Acknowledgements
from millmark.intake.mqtt.messages import GatewayMessages


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
