"""The Sparkplug topic namespace (Sparkplug 3.0, clause 4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from millmark.wire.errors import InvalidTopic

NAMESPACE = "spBv1.0"


class MessageType(StrEnum):
    """Clause 4.1; `STATE` topics have another form and are not parsed here."""

    NBIRTH = "NBIRTH"
    NDEATH = "NDEATH"
    NDATA = "NDATA"
    NCMD = "NCMD"
    DBIRTH = "DBIRTH"
    DDEATH = "DDEATH"
    DDATA = "DDATA"
    DCMD = "DCMD"

    @property
    def is_of_device(self) -> bool:
        return self.value.startswith("D")


@dataclass(frozen=True, slots=True)
class SparkplugTopic:
    """`device` is None exactly for the messages of the edge node itself."""

    group: str
    type: MessageType
    node: str
    device: str | None = None

    def __str__(self) -> str:
        levels = (NAMESPACE, self.group, self.type.value, self.node)
        return "/".join(levels if self.device is None else (*levels, self.device))


def parse_topic(topic: str) -> SparkplugTopic:
    """Reads `spBv1.0/group/type/node[/device]`; raises `InvalidTopic`."""
    levels = topic.split("/")
    if levels[0] != NAMESPACE or len(levels) not in (4, 5) or not all(levels):
        raise InvalidTopic(f"{topic!r} is not {NAMESPACE}/<group>/<type>/<edge node>[/<device>]")
    try:
        kind = MessageType(levels[2])
    except ValueError as error:
        raise InvalidTopic(f"{topic!r}: {levels[2]!r} is no Sparkplug message type") from error
    device = levels[4] if len(levels) == 5 else None
    if kind.is_of_device != (device is not None):
        wants = "names a device" if kind.is_of_device else "does not name a device"
        raise InvalidTopic(f"{topic!r}: the topic of a {kind} {wants}")
    return SparkplugTopic(levels[1], kind, levels[3], device)
