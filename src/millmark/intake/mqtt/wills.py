"""A will that is due when its connection is long gone."""

from __future__ import annotations

from millmark.intake.contribution import Contribution, SubmitReceipt
from millmark.intake.errors import IntakeError
from millmark.intake.intake import Intake
from millmark.intake.mqtt.messages import GatewayMessages


class LateWill:
    """Brings the will's readings to the door; nobody waits for an acknowledgement."""

    def __init__(self, gateway: str, intake: Intake) -> None:
        self._intake = intake
        self._messages = GatewayMessages(gateway, intake.counters, now_us=intake.now_us, ask_for_rebirth=lambda _: None)

    def read(self, topic: str, payload: bytes) -> None:
        self._messages.read(topic, payload)
        self._intake.announce(self, len(self._messages.columns))

    def contribute(self) -> Contribution:
        columns = self._messages.columns
        batches, faults = columns.take()
        return Contribution(columns.gateway, batches, self._done, faults, columns.traits)

    def _done(self, outcome: SubmitReceipt | IntakeError) -> None:
        """What could not be stored is told by the door itself."""
