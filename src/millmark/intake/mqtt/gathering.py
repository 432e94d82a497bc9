"""A gateway's readings on their way from its connection to the door, and the acknowledgements on their way back."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from millmark.intake.contribution import Contribution, SubmitReceipt
from millmark.intake.errors import IntakeError
from millmark.intake.intake import Intake
from millmark.intake.mqtt.acknowledgements import Acknowledgements, Owed
from millmark.intake.mqtt.memory import ReceiveMemory
from millmark.intake.mqtt.messages import GatewayMessages
from millmark.intake.mqtt.publish_lane import PublishLane


class Carrier(Protocol):
    """The connection that brings the readings."""

    def let_read_on(self) -> None:
        """Some of what was in the way is gone."""

    def committed(self, owed: Owed) -> None:
        """What these acknowledgements are owed for is durable."""

    def not_committed(self, owed: Owed) -> None:
        """It is not, and the device is to send it again."""


class Gathering:
    """Asked for its readings when a block is gathered; there is none before a connection's first message.

    `waiting` counts readings and messages that are not committed yet, `unacknowledged` the messages above QoS 0 among
    them.
    """

    __slots__ = (
        "_announced",
        "_carrier",
        "_gathered",
        "_intake",
        "_lane",
        "acks",
        "messages",
        "unacknowledged",
        "waiting",
    )

    def __init__(
        self,
        intake: Intake,
        messages: GatewayMessages,
        acks: Acknowledgements,
        lane: PublishLane | None,
        carrier: Carrier,
    ) -> None:
        self.messages = messages
        self.acks = acks
        self.waiting = 0
        self.unacknowledged = 0
        self._intake = intake
        self._lane = lane
        self._carrier = carrier
        self._gathered = 0
        self._announced = 0

    def read(self, topic: str, payload: bytes) -> int:
        """Adds a message's readings; returns how much it weighs."""
        before = len(self.messages.columns)
        self.messages.read(topic, payload)
        # A message counts even when it holds no reading: its acknowledgement waits its turn all the same.
        return self.weigh(max(len(self.messages.columns) - before, 1))

    def take_lane(self, memory: ReceiveMemory, start: int, end: int) -> tuple[int, int]:
        """Lets the lane read what it can; (where it stopped, what that weighs)."""
        if self._lane is None:
            return start, 0
        readings, owed = len(self.messages.columns), len(self.acks)
        stopped = self._lane.take(memory.array, start, end)
        acknowledgements = len(self.acks) - owed
        self.unacknowledged += acknowledgements
        return stopped, self.weigh(max(len(self.messages.columns) - readings, acknowledgements))

    def owe_puback(self, packet_id: int) -> None:
        self.acks.puback(packet_id)
        self.unacknowledged += 1

    def owe_pubrec(self, packet_id: int) -> None:
        self.acks.pubrec(packet_id)
        self.unacknowledged += 1

    def weigh(self, readings: int) -> int:
        self._gathered += readings
        self.waiting += readings
        return readings

    def announce(self) -> None:
        """Tells the door of what has come since the last time."""
        readings = len(self.messages.columns)
        if readings != self._announced or len(self.acks) or self._gathered:
            self._intake.announce(self, readings - self._announced)
            self._announced = readings

    def contribute(self) -> Contribution:
        """All that has gathered since the last block, as one batch of numbers and one of texts."""
        messages = self.messages
        transient = messages.take_transient()
        batches, faults = messages.columns.take()
        owed = self.acks.take()
        share, self._gathered = self._gathered, 0
        self._announced = 0
        self._carrier.let_read_on()
        columns, declared = messages.columns, messages.take_declared()
        done = partial(self._done, owed, share)
        return Contribution(columns.gateway, batches, done, faults, columns.traits, transient, declared)

    def _done(self, owed: Owed, share: int, outcome: SubmitReceipt | IntakeError) -> None:
        self.waiting -= share
        self.unacknowledged -= len(owed)
        if isinstance(outcome, IntakeError):
            self._carrier.not_committed(owed)
        else:
            self._carrier.committed(owed)
