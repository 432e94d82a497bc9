"""What one gateway has brought through a broker and is not committed yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from millmark.intake.contribution import Contribution, SubmitReceipt
from millmark.intake.errors import IntakeError
from millmark.intake.intake import Intake
from millmark.intake.mqtt.messages import GatewayMessages
from millmark.wire.errors import InvalidTopic
from millmark.wire.mqtt import Message
from millmark.wire.readings import FaultReason
from millmark.wire.sparkplug import SparkplugTopic

Settled = Callable[[Sequence[Message], SubmitReceipt | IntakeError], None]


class BrokerSource:
    """`settled` is called with the messages of each contribution once it is durable, or was not taken."""

    def __init__(
        self, gateway: str, intake: Intake, settled: Settled, ask_for_rebirth: Callable[[SparkplugTopic], None]
    ) -> None:
        self._intake = intake
        self._settled = settled
        self._messages = GatewayMessages(
            gateway, intake.counters, now_us=intake.now_us, ask_for_rebirth=ask_for_rebirth
        )
        self._taken: list[Message] = []
        self._announced = 0

    def take(self, message: Message) -> None:
        self._messages.read(message.topic, message.payload)
        self._note(message)

    def refuse(self, message: Message, error: InvalidTopic) -> None:
        """A message whose topic says nothing: set aside, and acknowledged when that is durable."""
        shown = message.payload[:100]
        self._messages.columns.add_fault(FaultReason.UNPARSABLE, "", message.topic[:200], None, shown, str(error))
        self._note(message)

    def contribute(self) -> Contribution:
        messages = self._messages
        transient = messages.take_transient()
        batches, faults = messages.columns.take()
        taken, self._taken, self._announced = self._taken, [], 0
        done = partial(self._settled, taken)
        columns, declared = messages.columns, messages.take_declared()
        return Contribution(columns.gateway, batches, done, faults, columns.traits, transient, declared)

    def _note(self, message: Message) -> None:
        self._taken.append(message)
        readings = len(self._messages.columns)
        self._intake.quotas.spend(self._messages.columns.gateway, points=readings - self._announced)
        # Announced even without a reading: its acknowledgement waits its turn all the same.
        self._intake.announce(self, readings - self._announced)
        self._announced = readings
