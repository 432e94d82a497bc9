"""How much is sent: the same for every path of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from millmark.bench.plan import LoadPlan

JSON_VALUES = 3
_DAY_MS = 86_400_000
_DAYS_BACK = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeLoad:
    """`seconds` of sending for each path; `window` messages of a connection may be unacknowledged."""

    seconds: float = 10.0
    series: int = 1_200
    values_each: int = 10
    connections: int = 4
    window: int = 16_000

    def plan(self, now_ms: int, values_each: int | None = None) -> LoadPlan:
        """From midnight UTC three weeks ago: sent faster than time goes by, the points still end before now.

        Raises `ValueError` when the series cannot be spread evenly.
        """
        return LoadPlan(
            series=self.series,
            gateways=self.connections,
            values_each=values_each or self.values_each,
            start_ms=(now_ms // _DAY_MS - _DAYS_BACK) * _DAY_MS,
        )


@dataclass(frozen=True, slots=True)
class Task:
    """One path to be measured: what to send, and an empty folder for the taking side."""

    load: IntakeLoad
    plan: LoadPlan
    folder: Path

    @property
    def sent_as(self) -> str:
        """How messages are brought over MQTT, in words."""
        return (
            f"{self.plan.values_each} values a message, {self.plan.gateways} connections, "
            f"{self.load.window} messages in flight on each"
        )
