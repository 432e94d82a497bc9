"""One edge node's session with its host (Sparkplug 3.0, clauses 5.4 to 5.13 and 6.4), without sockets or clocks.

The rules real devices break are met with tolerance that is counted, never with silence:

- a sequence number that comes twice is a redelivery: its values are read again and recognised by their identity;
- a gap, an unknown alias, or data before a birth ask for a rebirth, at growing intervals while none comes; where
  messages may overtake each other (a cluster of brokers), a gap has `reorder_us` to be filled first;
- values that stay readable after a gap are read: the alias table of the last birth still holds;
- the bdSeq of a rebirth may repeat or grow, the specification allows both readings, so a death is believed when it
  names any birth of this session.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields

import msgspec

from millmark.wire.readings import FaultReason, MetricTraits, ReadingColumns
from millmark.wire.sparkplug.births import BirthTable, KnownMetric, is_bookkeeping, known_metric
from millmark.wire.sparkplug.commanding import WrittenValue, command_payload
from millmark.wire.sparkplug.datatypes import SparkplugType, ValueField, type_name
from millmark.wire.sparkplug.encoding import BDSEQ_METRIC
from millmark.wire.sparkplug.payload import Payload
from millmark.wire.sparkplug.properties import Properties
from millmark.wire.sparkplug.quality import NO_COMMUNICATION_CODE
from millmark.wire.sparkplug.rebirth import RebirthBackoff
from millmark.wire.sparkplug.sequence import SequenceWatch
from millmark.wire.sparkplug.templates import Definitions, expand
from millmark.wire.sparkplug.topic import MessageType, SparkplugTopic
from millmark.wire.sparkplug.values import add_value

LONGEST_PROPERTIES = 8_192
"""Bytes of JSON that the properties of one metric may take."""

_NODE = ""


@dataclass(slots=True)
class SessionCounts:
    """What happened beyond plain data. Sessions may share one of these."""

    births: int = 0
    deaths: int = 0
    stale_deaths: int = 0
    missing_bdseq: int = 0
    repeated_seq: int = 0
    missing_seq: int = 0
    gaps: int = 0
    reordered: int = 0
    before_birth: int = 0
    undeclared: int = 0
    """Metrics that no birth declared and that said enough of themselves to be read all the same."""
    unknown_aliases: int = 0
    historical_without_time: int = 0
    transient: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """What holds nothing to store, by its kind: controls of the session, template definitions, unknown types, …"""

    def by_name(self) -> dict[str, int]:
        """Every count by its name, `skipped_<kind>` for those of `skipped`."""
        plain = {one.name: int(getattr(self, one.name)) for one in fields(self) if one.name != "skipped"}
        return plain | {f"skipped_{kind}": count for kind, count in sorted(self.skipped.items())}


@dataclass(slots=True)
class EdgeNodeSession:
    """Feed it every message of one edge node in order; readings and faults go to the columns given.

    Device metrics get the device's name as asset, those of the node itself the empty asset.
    """

    group: str
    node: str
    rebirth: RebirthBackoff = field(default_factory=RebirthBackoff)
    counts: SessionCounts = field(default_factory=SessionCounts)
    is_alive: bool = False
    reorder_us: int = 0
    """How long a missing message may take to come after all: the reorder timeout, 0 where order is kept."""
    transient: Callable[[], ReadingColumns] | None = None
    """Gives the columns for values that are to be shown and not to be stored (clause 6.4.6: is_transient); without it
    they are counted and left out."""
    declare: Callable[[str, str, Properties], None] | None = None
    """Is told (asset, metric, properties) of each metric that a birth gives properties beside quality and unit."""
    _definitions: Definitions = field(default_factory=Definitions)
    _births: dict[str, BirthTable] = field(default_factory=dict)
    _bdseqs: set[int] = field(default_factory=set)
    _sequence: SequenceWatch = field(default_factory=SequenceWatch)

    def receive(self, topic: SparkplugTopic, payload: Payload, columns: ReadingColumns, now_us: int) -> bool:
        """Reads one message; True when a rebirth should be asked for now."""
        asset = topic.device or _NODE
        match topic.type:
            case MessageType.NBIRTH:
                return self._node_birth(payload, columns, now_us)
            case MessageType.NDEATH:
                self._node_death(payload, columns, now_us)
                return False
            case MessageType.DBIRTH:
                needs_rebirth = self._breaks_sequence(payload, now_us) or not self.is_alive
                self._birth(asset, payload, columns, now_us)
            case MessageType.DDEATH:
                needs_rebirth = self._breaks_sequence(payload, now_us)
                self._device_death(asset, payload, columns, now_us)
            case MessageType.NDATA | MessageType.DDATA:
                needs_rebirth = self._breaks_sequence(payload, now_us)
                needs_rebirth = self._data(asset, payload, columns, now_us) or needs_rebirth
            case _:
                # Commands are the host's to send; a node that publishes one says nothing about its values.
                return False
        return needs_rebirth and self.rebirth.is_due(now_us)

    @property
    def last_seq(self) -> int | None:
        """The sequence number of the last message that had one, or None before the first."""
        return self._sequence.last

    def go_on_from(self, last_seq: int | None, *, repeated: int, missing: int, gaps: int) -> None:
        """Takes note of data messages that were read elsewhere, by the rules of this session and under its births."""
        self._sequence.last = last_seq
        self.counts.repeated_seq += repeated
        self.counts.missing_seq += missing
        self.counts.gaps += gaps

    def live_birth(self, asset: str) -> BirthTable | None:
        """What the device of this name, or the node itself (empty), declared; None when it is not alive."""
        return self._births.get(asset) if self.is_alive else None

    def find(self, asset: str, metric: str) -> KnownMetric | None:
        """What the node's own birth (asset "") or the device's declared under this name, while the node is alive."""
        table = self.live_birth(asset)
        return table.find(metric, None) if table else None

    def command(self, asset: str, metric: str, value: WrittenValue, now_ms: int) -> tuple[SparkplugTopic, bytes] | None:
        """The topic and payload that write a value; None for what no live birth declared. Raises `MistypedValue`."""
        table = self.live_birth(asset)
        known = table.find(metric, None) if table else None
        if table is None or known is None:
            return None
        payload = command_payload(table, known, value, now_ms)
        kind = MessageType.DCMD if asset else MessageType.NCMD
        return SparkplugTopic(self.group, kind, self.node, asset or None), payload

    def lose_connection(self, columns: ReadingColumns, now_us: int) -> None:
        """The connection broke without an NDEATH having been read: the same as one."""
        if self.is_alive or self._births:
            self._die(columns, now_us)

    def _node_birth(self, payload: Payload, columns: ReadingColumns, now_us: int) -> bool:
        self.counts.births += 1
        self.rebirth.reset()
        self.is_alive = True
        # A node's birth ends its devices' sessions too: each must be born again (clause 5.7).
        self._births.clear()
        self._definitions.clear()
        self._sequence.begin(payload.seq)
        if payload.seq is None:
            self.counts.missing_seq += 1
        bdseq = _bdseq(payload)
        if bdseq is None:
            self.counts.missing_bdseq += 1
        else:
            self._bdseqs.add(bdseq)
        self._birth(_NODE, payload, columns, now_us)
        return False

    def _birth(self, asset: str, payload: Payload, columns: ReadingColumns, now_us: int) -> None:
        payload = expand(payload, None, self._definitions, self._skip)
        table = self._births[asset] = BirthTable()
        for row in range(len(payload)):
            known = known_metric(payload, row)
            if known is not None and payload.name[row]:
                table.add(known, payload.alias[row])
        self._tell_properties(asset, table)
        # A birth is data as well: its values are the state the node starts from.
        self._read(asset, payload, columns, now_us)

    def _tell_properties(self, asset: str, table: BirthTable) -> None:
        for known in table:
            if not known.declared or known.kind is None:
                continue
            if len(msgspec.json.encode(known.declared)) > LONGEST_PROPERTIES:
                self._skip("long_properties")
            elif self.declare is not None:
                self.declare(asset, known.name, known.declared)

    def _data(self, asset: str, payload: Payload, columns: ReadingColumns, now_us: int) -> bool:
        payload = expand(payload, self._births.get(asset), self._definitions, self._skip)
        if not self.is_alive or asset not in self._births:
            self.counts.before_birth += 1
            self._read(asset, payload, columns, now_us)
            return True
        return self._read(asset, payload, columns, now_us)

    def _read(self, asset: str, payload: Payload, columns: ReadingColumns, now_us: int) -> bool:
        """Adds a message's values; True when an alias of it is not known."""
        has_unknown = False
        message_us = now_us if payload.timestamp_ms is None else payload.timestamp_ms * 1000
        for row in range(len(payload)):
            time_ms = payload.time_ms[row]
            time_us = message_us if time_ms is None else time_ms * 1000
            known = self._known(asset, payload, row)
            if row in payload.flaws:
                label = payload.name[row] or (known.name if known else _alias_name(payload.alias[row]))
                columns.add_fault(FaultReason.UNPARSABLE, asset, label, time_us, "", payload.flaws[row])
            elif known is None:
                has_unknown = True
                self._set_aside_unknown(asset, payload, row, columns, time_us)
            elif known.kind is None or is_bookkeeping(known.name):
                self._pass_over(known, payload, row)
            elif payload.is_historical[row] and time_ms is None:
                self._set_aside_timeless(asset, known, payload, row, columns)
            else:
                self._store(asset, known, payload, row, columns, time_us)
        return has_unknown

    def _store(
        self, asset: str, known: KnownMetric, payload: Payload, row: int, columns: ReadingColumns, time_us: int
    ) -> None:
        if known.kind is None:
            return
        if known.is_transient or payload.is_transient[row]:
            self.counts.transient += 1
            if self.transient is None:
                return
            columns = self.transient()
        name = (asset, known.name)
        if name not in columns.traits or known.engineering_unit:
            columns.traits[name] = MetricTraits(known.kind, known.engineering_unit)
        add_value(columns, asset, known, payload, row, time_us)

    def _pass_over(self, known: KnownMetric, payload: Payload, row: int) -> None:
        """Counts what becomes no value of a series; a template instance has become its members already."""
        if is_bookkeeping(known.name):
            self._skip("session_control")
        elif known.datatype != SparkplugType.TEMPLATE:
            is_known = known.datatype in set(SparkplugType)
            self._skip(type_name(known.datatype).lower() if is_known else "unknown_type")
        elif payload.value_field[row] != ValueField.TEMPLATE:
            self._skip("empty_template")

    def _skip(self, kind: str) -> None:
        self.counts.skipped[kind] += 1

    def _known(self, asset: str, payload: Payload, row: int) -> KnownMetric | None:
        """What the birth said of the metric; a metric that names itself and its type needs no birth."""
        table = self._births.get(asset)
        known = table.find(payload.name[row], payload.alias[row]) if table else None
        if known is None:
            known = known_metric(payload, row)
            self.counts.undeclared += known is not None
        return known

    def _set_aside_unknown(self, asset: str, payload: Payload, row: int, columns: ReadingColumns, time_us: int) -> None:
        self.counts.unknown_aliases += 1
        alias, name = payload.alias[row], payload.name[row]
        detail = (
            "no birth declares this alias; a rebirth was asked for"
            if not name
            else "no birth declares this metric and it brings no data type; a rebirth was asked for"
        )
        value = payload.value[row] if payload.value_field[row] != ValueField.NONE else None
        columns.add_fault(FaultReason.BAD_ALIAS, asset, name or _alias_name(alias), time_us, value, detail)

    def _set_aside_timeless(
        self, asset: str, known: KnownMetric, payload: Payload, row: int, columns: ReadingColumns
    ) -> None:
        # Its time would be taken for that of the message, and an old value for the latest.
        self.counts.historical_without_time += 1
        detail = "a historical value must carry the time it was true; without one it cannot be placed"
        columns.add_fault(FaultReason.UNPARSABLE, asset, known.name, None, payload.value[row], detail)

    def _breaks_sequence(self, payload: Payload, now_us: int) -> bool:
        """Whether messages are missing before this one (clause 6.4.23: one count for the node and its devices)."""
        return self._sequence.breaks(payload.seq, self.counts, now_us, self.reorder_us)

    def _node_death(self, payload: Payload, columns: ReadingColumns, now_us: int) -> None:
        bdseq = _bdseq(payload)
        self.counts.missing_bdseq += bdseq is None
        if bdseq is not None and self._bdseqs and bdseq not in self._bdseqs:
            # The will of an earlier connection, delivered after the node has come back (clause 5.13).
            self.counts.stale_deaths += 1
            return
        self._die(columns, now_us)

    def _die(self, columns: ReadingColumns, now_us: int) -> None:
        """Marks every value of the node and its devices as no longer known (clause 5.13: STALE).

        Last values stay in the history as they were; a point of quality bad, NaN (or no text) and the code
        Bad_NoCommunication at the time of death says that from here on nothing is known, so no chart or measure
        carries the last value across the silence. The time is the host's: an NDEATH is composed when the node connects
        and cannot know when it dies.
        """
        self.counts.deaths += 1
        for asset, table in self._births.items():
            self._mark_unknown(asset, table, columns, now_us)
        self.is_alive = False
        self._births.clear()
        self._definitions.clear()
        self._bdseqs.clear()
        self._sequence.begin(None)

    def _device_death(self, device: str, payload: Payload, columns: ReadingColumns, now_us: int) -> None:
        table = self._births.pop(device, None)
        if table is not None:
            self.counts.deaths += 1
            time_us = now_us if payload.timestamp_ms is None else payload.timestamp_ms * 1000
            self._mark_unknown(device, table, columns, time_us)

    def _mark_unknown(self, asset: str, table: BirthTable, columns: ReadingColumns, time_us: int) -> None:
        for known in _storable(table):
            if known.is_transient and self.transient is None:
                continue
            marked = self.transient() if known.is_transient and self.transient else columns
            tag = marked.tag(asset, known.name)
            if known.is_text:
                marked.add_text(tag, time_us, None, quality=2, code=NO_COMMUNICATION_CODE)
            else:
                marked.add_number(tag, time_us, float("nan"), quality=2, code=NO_COMMUNICATION_CODE)


def _storable(table: BirthTable) -> Iterator[KnownMetric]:
    return (known for known in table if known.kind is not None and not is_bookkeeping(known.name))


def _bdseq(payload: Payload) -> int | None:
    """The bdSeq of a birth or death, whether it came as Int64 or UInt64, as `int_value` or `long_value`."""
    for row, name in enumerate(payload.name):
        if name == BDSEQ_METRIC:
            value = payload.value[row]
            return value if isinstance(value, int) else None
    return None


def _alias_name(alias: int | None) -> str:
    return "" if alias is None else f"alias {alias}"
