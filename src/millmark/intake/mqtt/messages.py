"""What a gateway publishes -> readings in columns; no socket here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from millmark.intake.stats import IntakeCounters
from millmark.model import ReadingBatch
from millmark.wire.errors import InvalidTopic, PayloadError
from millmark.wire.json_batches import TelemetryBatches
from millmark.wire.json_telemetry import PREFIX, parse_telemetry_topic, read_telemetry
from millmark.wire.readings import FaultReason, ReadingColumns, ReadingFault, shown
from millmark.wire.sparkplug import (
    NAMESPACE,
    EdgeNodeSession,
    MessageType,
    Properties,
    SparkplugTopic,
    WrittenValue,
    decode_payload,
    parse_topic,
)

if TYPE_CHECKING:
    from millmark.wire.sparkplug.data_tables import DataTables

_MOST_SESSIONS = 1_000
_MOST_SAID = 100_000
_MOST_TOPICS = 20_000


class GatewayMessages:
    """The messages of one connection, in order. A message that cannot be read is set aside, not its connection.

    `ask_for_rebirth` is called with the topic of the NCMD to send. Where a lane reads data messages beside this, it
    does so by `tables`, which learn here what the births declare; there are none before the first data message.
    """

    def __init__(
        self,
        gateway: str,
        counters: IntakeCounters,
        *,
        now_us: Callable[[], int],
        ask_for_rebirth: Callable[[SparkplugTopic], None],
        reorder_us: int = 0,
    ) -> None:
        self.columns = ReadingColumns(gateway)
        self._transient: ReadingColumns | None = None
        self._declared: dict[tuple[str, str], Properties] = {}
        self._said: dict[tuple[str, str], int] = {}
        self._reorder_us = reorder_us
        self._gateway = gateway
        self._counters = counters
        self._clock_us = now_us
        self._ask_for_rebirth = ask_for_rebirth
        self.last_us = 0
        """The time of arrival given to the last message that was read."""
        self.has_lane = False
        self.tables: DataTables | None = None
        self._sessions: dict[tuple[str, str], EdgeNodeSession] = {}
        self.telemetry_topics: dict[bytes, str] = {}
        """The asset of each topic on which telemetry has been read, the topic as it stands in a packet."""
        self._telemetry = TelemetryBatches(self.columns, self._refuse_telemetry)

    def read(self, topic: str, payload: bytes) -> None:
        """Adds the message's readings, or its fault, to the columns."""
        try:
            self._read(topic, payload, self._now_us())
        except (InvalidTopic, PayloadError) as error:
            self.columns.add_fault(FaultReason.UNPARSABLE, "", topic[:200], None, payload[:100], str(error))

    def read_telemetry(self, assets: Sequence[str], payloads: Sequence[bytes]) -> None:
        """As `read` for each of them, on topics that were read before."""
        if not payloads:
            return
        first_us = max(self._clock_us(), self.last_us + 1)
        self.last_us = first_us + len(payloads) - 1
        self._telemetry.read(assets, payloads, first_us)
        self.note_packets(len(payloads))

    def _refuse_telemetry(self, asset: str, payload: bytes, error: PayloadError) -> None:
        topic = self._telemetry_topic(asset)
        self.columns.add_fault(FaultReason.UNPARSABLE, "", topic[:200], None, payload[:100], str(error))

    def _telemetry_topic(self, asset: str) -> str:
        return f"{PREFIX}/{self._gateway}/{asset}" if asset else f"{PREFIX}/{self._gateway}"

    def clock_us(self) -> int:
        return self._clock_us()

    def note_packets(self, packets: int) -> None:
        """A lane has read so many packets."""
        self._counters.packets_in += packets
        self._counters.gateway(self._gateway).packets_in += packets

    def note_passed(self, messages: int, *, repeated: int, gaps: int) -> None:
        """A lane has read so many data messages by the tables, with so many repeated or left out sequence numbers."""
        self._counters.packets_in += messages
        self._counters.gateway(self._gateway).packets_in += messages
        self._counters.repeated_sequences += repeated
        if gaps and self.tables is not None:
            self._counters.sequence_gaps += gaps
            for session in self.tables.nodes_with_gaps():
                self.tables.settle(session)
                if session.rebirth.is_due(self.last_us):
                    self._ask(session.group, session.node)

    def end(self) -> None:
        """The connection is gone: nothing is known of its edge nodes from here on."""
        if self.tables is not None:
            self.tables.settle_all()
        for session in self._sessions.values():
            session.lose_connection(self.columns, self._now_us())

    def command(self, asset: str, metric: str, value: WrittenValue, now_ms: int) -> tuple[SparkplugTopic, bytes] | None:
        """What writes to a metric that a live edge node has declared; raises `MistypedValue`."""
        for session in self._sessions.values():
            command = session.command(asset, metric, value, now_ms)
            if command is not None:
                return command
        return None

    @property
    def edge_nodes(self) -> Sequence[tuple[str, str]]:
        """(group, node) of each edge node that has spoken."""
        return tuple(self._sessions)

    def take_transient(self) -> list[ReadingBatch]:
        """What is to be shown and not to be stored; a value of these that cannot be read is set aside like any."""
        if self._transient is None or not len(self._transient):
            return []
        batches, faults = self._transient.take()
        self.columns.faults.extend(faults)
        return batches

    def take_declared(self) -> Mapping[tuple[str, str], Properties]:
        """What births have said of metrics that they had not said before on this connection."""
        declared, self._declared = self._declared, {}
        return declared

    def _declare(self, asset: str, metric: str, properties: Properties) -> None:
        tag = (asset, metric)
        digest = hash(str(properties))
        if len(self._said) > _MOST_SAID:
            self._said.clear()
        if self._said.get(tag) != digest:
            self._said[tag] = digest
            self._declared[tag] = properties

    def _transient_columns(self) -> ReadingColumns:
        if self._transient is None:
            self._transient = ReadingColumns(self._gateway)
        self._transient.traits = self.columns.traits
        return self._transient

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
            session = self._sessions[key] = EdgeNodeSession(
                topic.group,
                topic.node,
                counts=self._counters.sparkplug,
                reorder_us=self._reorder_us,
                transient=self._transient_columns,
                declare=self._declare,
            )
        if self.tables is not None:
            self.tables.settle(session)
        counts = session.counts
        repeated, gaps, skipped = counts.repeated_seq, counts.gaps, counts.skipped.total()
        asks = session.receive(topic, decode_payload(payload), self.columns, now_us)
        self._counters.repeated_sequences += counts.repeated_seq - repeated
        self._counters.sequence_gaps += counts.gaps - gaps
        self._counters.skipped_metrics += counts.skipped.total() - skipped
        if self.has_lane:
            self._take_note(topic, session)
        if asks:
            self._ask(topic.group, topic.node)

    def _take_note(self, topic: SparkplugTopic, session: EdgeNodeSession) -> None:
        """What the lane may read from here on."""
        if topic.type not in (MessageType.NDATA, MessageType.DDATA):
            if self.tables is not None:
                self.tables.forget(session)
        elif session.live_birth(topic.device or ""):
            if self.tables is None:
                from millmark.wire.sparkplug.data_tables import DataTables

                self.tables = DataTables(self.columns)
            self.tables.learn(str(topic), session, topic.device or "")
        if self.tables is not None:
            self.tables.resume(session)

    def _ask(self, group: str, node: str) -> None:
        self._counters.rebirths_requested += 1
        self._ask_for_rebirth(SparkplugTopic(group, MessageType.NCMD, node))

    def _read_telemetry(self, topic: str, payload: bytes, now_us: int) -> None:
        parsed = parse_telemetry_topic(topic)
        if parsed.gateway != self._gateway:
            detail = f"{self._gateway!r} may not publish in the name of {parsed.gateway!r}"
            value, reason = shown(payload[:100]), FaultReason.UNKNOWN_GATEWAY
            self.columns.faults.append(ReadingFault(reason, parsed.asset, "", None, value, detail))
            return
        if len(self.telemetry_topics) < _MOST_TOPICS and topic == self._telemetry_topic(parsed.asset):
            self.telemetry_topics[topic.encode()] = parsed.asset
        read_telemetry(parsed.asset, payload, self.columns, now_us)

    def _now_us(self) -> int:
        """Later with every message, so that two without a time of their own are two points and not a conflict."""
        self.last_us = max(self._clock_us(), self.last_us + 1)
        return self.last_us
