"""What a gateway publishes -> readings in columns; no socket here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from millmark.intake.stats import IntakeCounters
from millmark.wire.errors import InvalidTopic, PayloadError
from millmark.wire.json_telemetry import PREFIX, parse_telemetry_topic, read_telemetry
from millmark.wire.readings import FaultReason, ReadingColumns, ReadingFault, shown
from millmark.wire.sparkplug import NAMESPACE, EdgeNodeSession, MessageType, SparkplugTopic, decode_payload, parse_topic

_MOST_SESSIONS = 1_000


class GatewayMessages:
    """The messages of one connection, in order. A message that cannot be read is set aside, not its connection.

    `ask_for_rebirth` is called with the topic of the NCMD to send.
    """

    def __init__(
        self,
        gateway: str,
        counters: IntakeCounters,
        *,
        now_us: Callable[[], int],
        ask_for_rebirth: Callable[[SparkplugTopic], None],
    ) -> None:
        self.columns = ReadingColumns(gateway)
        self._gateway = gateway
        self._counters = counters
        self._clock_us = now_us
        self._ask_for_rebirth = ask_for_rebirth
        self._last_us = 0
        self._sessions: dict[tuple[str, str], EdgeNodeSession] = {}

    def read(self, topic: str, payload: bytes) -> None:
        """Adds the message's readings, or its fault, to the columns."""
        try:
            self._read(topic, payload, self._now_us())
        except (InvalidTopic, PayloadError) as error:
            self.columns.add_fault(FaultReason.UNPARSABLE, "", topic[:200], None, payload[:100], str(error))

    def end(self) -> None:
        """The connection is gone: nothing is known of its edge nodes from here on."""
        for session in self._sessions.values():
            session.lose_connection(self.columns, self._now_us())

    def _read(self, topic: str, payload: bytes, now_us: int) -> None:
        if topic.startswith(NAMESPACE + "/"):
            self._read_sparkplug(parse_topic(topic), payload, now_us)
        elif topic.startswith(PREFIX + "/"):
            self._read_telemetry(topic, payload, now_us)
        else:
            raise InvalidTopic(f"{topic!r} is neither {NAMESPACE}/… nor {PREFIX}/{self._gateway}/…")

    def _read_sparkplug(self, topic: SparkplugTopic, payload: bytes, now_us: int) -> None:
        if topic.type in (MessageType.NCMD, MessageType.DCMD):
            raise InvalidTopic(f"'{topic}': commands are the host's to send")
        key = (topic.group, topic.node)
        session = self._sessions.get(key)
        if session is None:
            if len(self._sessions) >= _MOST_SESSIONS:
                raise InvalidTopic(f"'{topic}': one connection may carry at most {_MOST_SESSIONS} edge nodes")
            session = self._sessions[key] = EdgeNodeSession(topic.group, topic.node)
        counts = session.counts
        before = replace(counts)
        asks = session.receive(topic, decode_payload(payload), self.columns, now_us)
        self._counters.repeated_sequences += counts.repeated_seq - before.repeated_seq
        self._counters.sequence_gaps += counts.gaps - before.gaps
        self._counters.skipped_metrics += counts.skipped - before.skipped
        if asks:
            self._counters.rebirths_requested += 1
            self._ask_for_rebirth(SparkplugTopic(topic.group, MessageType.NCMD, topic.node))

    def _read_telemetry(self, topic: str, payload: bytes, now_us: int) -> None:
        parsed = parse_telemetry_topic(topic)
        if parsed.gateway != self._gateway:
            detail = f"{self._gateway!r} may not publish in the name of {parsed.gateway!r}"
            value, reason = shown(payload[:100]), FaultReason.UNKNOWN_GATEWAY
            self.columns.faults.append(ReadingFault(reason, parsed.asset, "", None, value, detail))
            return
        read_telemetry(parsed.asset, payload, self.columns, now_us)

    def _now_us(self) -> int:
        """Later with every message, so that two without a time of their own are two points and not a conflict."""
        self._last_us = max(self._clock_us(), self._last_us + 1)
        return self._last_us
