"""What the births of a connection's edge nodes declared, as arrays that a compiled pass looks things up in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from millmark.model.batch import I64, U8
from millmark.wire.growth import grown
from millmark.wire.readings import MetricTraits, ReadingColumns
from millmark.wire.sparkplug import publish_kernel as kernel
from millmark.wire.sparkplug.births import BirthTable, KnownMetric, is_bookkeeping
from millmark.wire.sparkplug.datatypes import SparkplugType
from millmark.wire.sparkplug.publish_kernel import EMPTY
from millmark.wire.sparkplug.session import EdgeNodeSession

MOST_TOPICS = 10_000
MOST_METRICS = 500_000
"""What one connection's tables may hold; whatever is beyond goes through the codec."""

_LONGEST_SEARCH = 32
"""A table whose keys meet in so many slots was made to be slow; its topic is left to the codec."""

_FORMS: dict[int, tuple[int, int]] = {
    SparkplugType.INT8: (kernel.FORM_SIGNED, 8),
    SparkplugType.INT16: (kernel.FORM_SIGNED, 16),
    SparkplugType.INT32: (kernel.FORM_SIGNED, 32),
    SparkplugType.INT64: (kernel.FORM_SIGNED, 64),
    SparkplugType.UINT8: (kernel.FORM_UNSIGNED, 8),
    SparkplugType.UINT16: (kernel.FORM_UNSIGNED, 16),
    SparkplugType.UINT32: (kernel.FORM_UNSIGNED, 32),
    SparkplugType.UINT64: (kernel.FORM_UNSIGNED, 64),
    SparkplugType.DATE_TIME: (kernel.FORM_UNSIGNED, 64),
    SparkplugType.FLOAT: (kernel.FORM_FLOATING, 0),
    SparkplugType.DOUBLE: (kernel.FORM_FLOATING, 0),
    SparkplugType.BOOLEAN: (kernel.FORM_BOOLEAN, 0),
    SparkplugType.STRING: (kernel.FORM_TEXT, 0),
    SparkplugType.TEXT: (kernel.FORM_TEXT, 0),
    SparkplugType.UUID: (kernel.FORM_TEXT, 0),
}


@dataclass(slots=True)
class _Slots:
    """Search tables of one kind behind one another; each has a power of two of slots."""

    slots: I64
    count: int = 0

    @classmethod
    def empty(cls) -> _Slots:
        return cls(np.full((1, 2), EMPTY, np.int64))

    def add(self, keys: I64, rows: I64) -> tuple[int, int, int]:
        """(where the new table begins, its mask, the longest search in it)."""
        size = 1 << max(1, int(2 * len(keys) - 1).bit_length())
        at = self.count
        self.slots = grown(self.slots, at + size)
        self.slots[at : at + size] = EMPTY
        self.count += size
        return at, size - 1, kernel.fill_slots(self.slots, at, size - 1, keys, rows)


class DataTables:
    """Learnt topic by topic, from the slow path, and forgotten when a birth or a death changes what was declared.

    The sequence numbers of the nodes live here while a pass reads; `settle` tells the sessions how far they came.
    """

    def __init__(self, columns: ReadingColumns) -> None:
        self._columns = columns
        self._clear()

    def _clear(self) -> None:
        self._epoch = self._columns.epoch
        self.pool: U8 = np.zeros(1024, np.uint8)
        self._pool_count = 0
        self.topics: I64 = np.zeros((4, kernel.TOPIC_COLUMNS), np.int64)
        self.metrics: I64 = np.zeros((64, kernel.METRIC_COLUMNS), np.int64)
        self._metric_count = 0
        self.nodes: I64 = np.zeros((1, kernel.NODE_COLUMNS), np.int64)
        self._topic_keys: list[int] = []
        self._topic_rows: dict[str, int] = {}
        self._topics_of: dict[int, dict[str, int]] = {}
        self._sessions: list[EdgeNodeSession] = []
        self._node_of: dict[int, int] = {}
        self._aliases = _Slots.empty()
        self._names = _Slots.empty()
        self.topic_slots: I64 = np.full((2, 2), EMPTY, np.int64)
        self._live_metrics = 0

    @property
    def alias_slots(self) -> I64:
        return self._aliases.slots

    @property
    def name_slots(self) -> I64:
        return self._names.slots

    @property
    def is_empty(self) -> bool:
        return not self._topic_rows

    def refresh(self) -> None:
        """Before a pass: tags that were given new numbers make everything learnt here void."""
        if self._epoch != self._columns.epoch:
            self.settle_all()
            self._clear()

    def knows(self, topic: str) -> bool:
        row = self._topic_rows.get(topic)
        return row is not None and bool(self.topics[row, kernel.TOPIC_IS_LIVE])

    def learn(self, topic: str, session: EdgeNodeSession, asset: str) -> None:
        """The data topic of a node or device that is alive; nothing is learnt of one that is not."""
        self.refresh()
        birth = session.live_birth(asset)
        if birth is None or session.reorder_us or self.knows(topic):
            return
        if self._metric_count > 2 * self._live_metrics + 10_000:
            # Most of what lies here is of births that are past.
            self.settle_all()
            self._clear()
        metrics = _distinct(birth)
        is_room = len(self._topic_rows) < MOST_TOPICS and self._live_metrics + len(metrics) <= MOST_METRICS
        if not is_room:
            return
        row_of = self._add_metrics(asset, metrics)
        aliases = self._slots_of_aliases(birth, row_of)
        names = self._slots_of_names(birth, row_of)
        if max(aliases[2], names[2]) > _LONGEST_SEARCH:
            return
        row = self._topic_row(topic)
        node = self._node(session)
        self.topics[row, kernel.TOPIC_NODE] = node
        self.topics[row, [kernel.ALIASES_AT, kernel.ALIASES_MASK]] = aliases[:2]
        self.topics[row, [kernel.NAMES_AT, kernel.NAMES_MASK]] = names[:2]
        self.topics[row, kernel.TOPIC_IS_LIVE] = 1
        self._topics_of.setdefault(node, {})[topic] = len(metrics)
        self._live_metrics += len(metrics)

    def forget(self, session: EdgeNodeSession) -> None:
        """A birth or a death of the node: what was learnt of its topics no longer holds."""
        node = self._node_of.get(id(session))
        if node is None:
            return
        for topic, metrics in self._topics_of.pop(node, {}).items():
            self.topics[self._topic_rows[topic], kernel.TOPIC_IS_LIVE] = 0
            self._live_metrics -= metrics

    def settle(self, session: EdgeNodeSession) -> None:
        """Tells a session what was read of its node since the last time."""
        node = self._node_of.get(id(session))
        if node is not None:
            self._settle_node(node)

    def settle_all(self) -> None:
        for node in range(len(self._sessions)):
            self._settle_node(node)

    def resume(self, session: EdgeNodeSession) -> None:
        """Takes over from the session again after it has read a message itself."""
        node = self._node_of.get(id(session))
        if node is not None:
            self.nodes[node, kernel.NODE_LAST_SEQ] = _kept_seq(session.last_seq)

    def nodes_with_gaps(self) -> Iterable[EdgeNodeSession]:
        """The sessions of nodes that left out numbers since they were settled."""
        gaps = np.flatnonzero(self.nodes[: len(self._sessions), kernel.NODE_GAPS])
        return [self._sessions[node] for node in gaps.tolist()]

    def _settle_node(self, node: int) -> None:
        last_seq, repeated, missing, gaps = self.nodes[node].tolist()
        session = self._sessions[node]
        known = session.last_seq if last_seq == kernel.SEQ_ELSEWHERE else None if last_seq < 0 else last_seq
        session.go_on_from(known, repeated=repeated, missing=missing, gaps=gaps)
        self.nodes[node, kernel.NODE_REPEATED :] = 0

    def _node(self, session: EdgeNodeSession) -> int:
        node = self._node_of.get(id(session))
        if node is None:
            node = self._node_of[id(session)] = len(self._sessions)
            self._sessions.append(session)
            self.nodes = grown(self.nodes, node + 1)
            self.nodes[node] = 0
            self.nodes[node, kernel.NODE_LAST_SEQ] = _kept_seq(session.last_seq)
        return node

    def _topic_row(self, topic: str) -> int:
        row = self._topic_rows.get(topic)
        if row is not None:
            return row
        start, length = self._intern(topic)
        row = self._topic_rows[topic] = len(self._topic_rows)
        self.topics = grown(self.topics, row + 1)
        self.topics[row] = 0
        self.topics[row, [kernel.TOPIC_START, kernel.TOPIC_LENGTH]] = start, length
        self._topic_keys.append(self._key(start, length))
        slots = _Slots.empty()
        if 2 * (row + 1) > len(self.topic_slots):
            slots.count = 0
            slots.add(np.array(self._topic_keys, np.int64), np.arange(row + 1))
            self.topic_slots = slots.slots
        else:
            last = np.array(self._topic_keys[-1:], np.int64)
            kernel.fill_slots(self.topic_slots, 0, len(self.topic_slots) - 1, last, np.array([row]))
        return row

    def _add_metrics(self, asset: str, metrics: list[KnownMetric]) -> dict[int, int]:
        """Rows of the metrics, by the identity of what is known."""
        first = self._metric_count
        self.metrics = grown(self.metrics, first + len(metrics))
        row_of: dict[int, int] = {}
        for row, metric in enumerate(metrics, first):
            form, width = _form(metric)
            tag = 0
            if metric.kind is not None and form != kernel.FORM_ELSEWHERE:
                tag = self._columns.tag(asset, metric.name)
                traits = MetricTraits(metric.kind, metric.engineering_unit)
                self._columns.traits.setdefault((asset, metric.name), traits)
            start, length = self._intern(metric.name)
            self.metrics[row] = tag, form, width, metric.datatype, start, length
            row_of[id(metric)] = row
        self._metric_count += len(metrics)
        return row_of

    def _slots_of_aliases(self, birth: BirthTable, row_of: dict[int, int]) -> tuple[int, int, int]:
        aliases = birth.aliases()
        keys = np.array(list(aliases), np.uint64).view(np.int64)
        return self._aliases.add(keys, np.array([row_of[id(metric)] for metric in aliases.values()], np.int64))

    def _slots_of_names(self, birth: BirthTable, row_of: dict[int, int]) -> tuple[int, int, int]:
        rows = [row_of[id(metric)] for metric in birth.names().values()]
        keys = [
            self._key(*self.metrics[row, [kernel.METRIC_NAME_START, kernel.METRIC_NAME_LENGTH]].tolist())
            for row in rows
        ]
        return self._names.add(np.array(keys, np.int64), np.array(rows, np.int64))

    def _intern(self, text: str) -> tuple[int, int]:
        """(start, length) of the text's UTF-8 bytes in the pool."""
        content = np.frombuffer(text.encode("utf-8"), np.uint8)
        start = self._pool_count
        self.pool = grown(self.pool, start + len(content))
        self.pool[start : start + len(content)] = content
        self._pool_count += len(content)
        return start, len(content)

    def _key(self, start: int, length: int) -> int:
        return int(np.uint64(kernel.hash_at(self.pool, np.uint64(start), np.uint64(length))).view(np.int64))


def _distinct(birth: BirthTable) -> list[KnownMetric]:
    """What names and aliases stand for; a name declared twice leaves an alias that stands for its earlier meaning."""
    found = {id(metric): metric for metric in (*birth.names().values(), *birth.aliases().values())}
    return list(found.values())


def _form(metric: KnownMetric) -> tuple[int, int]:
    elsewhere = kernel.FORM_ELSEWHERE, 0
    if is_bookkeeping(metric.name) or metric.is_transient:
        return elsewhere
    return _FORMS.get(metric.datatype, elsewhere)


def _kept_seq(seq: int | None) -> int:
    if seq is None:
        return kernel.SEQ_NONE
    return seq if seq < 256 else kernel.SEQ_ELSEWHERE
