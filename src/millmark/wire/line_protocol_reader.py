"""Bodies of line protocol -> readings of a gateway in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from millmark.model import DataType, ReadingBatch
from millmark.model.batch import F64, I32, I64, U8
from millmark.wire import line_protocol_kernel as kernel
from millmark.wire.growth import grown
from millmark.wire.line_protocol import BadLine, Line, LineNaming, Precision, read_line, read_lines
from millmark.wire.readings import MAX_TIME_US, FaultReason, MetricTraits, ReadingFault, shown

_MOST_SLOTS = 200_000
"""Series keys remembered from body to body; a sender that names ever new ones must not fill the memory."""

_TRAITS = {kernel.WHOLE: MetricTraits(DataType.INTEGER), kernel.TRUTH: MetricTraits(DataType.BOOLEAN)}


@dataclass(frozen=True, slots=True, eq=False)
class LineReadings:
    """What a body brought: at most one batch of numbers and one of texts, rows in the order of its lines."""

    batches: Sequence[ReadingBatch]
    traits: Mapping[tuple[str, str], MetricTraits]
    bad_lines: Sequence[BadLine]

    def __len__(self) -> int:
        return sum(map(len, self.batches))

    @property
    def faults(self) -> list[ReadingFault]:
        """The bad lines as readings set aside."""
        return [
            ReadingFault(
                FaultReason.UNPARSABLE, "", "", None, shown(bad.text.decode("utf-8", "replace")),
                f"line {bad.number}: {bad.problem}",
            )
            for bad in self.bad_lines
        ]  # fmt: skip


@dataclass(slots=True)
class _Rows:
    """Rows that the slow reader brought."""

    tag: list[int] = field(default_factory=list)
    time_us: list[int] = field(default_factory=list)
    line: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Columns:
    """Rows of numbers or texts, whichever reader they came from."""

    tag: I32
    time_us: I64
    line: I32


class LineProtocolReader:
    """Remembers the series keys of one gateway from body to body; one body at a time.

    A field's tag is named by `naming`; a line without a time gets the time of arrival, one microsecond more for each
    line before it, so that two such lines are two points.
    """

    def __init__(self, gateway: str, naming: LineNaming) -> None:
        self._gateway = gateway
        self._naming = naming
        self._tags: tuple[tuple[str, str], ...] = ()
        self._number_of_tag: dict[tuple[str, str], int] = {}
        self._traits: dict[tuple[str, str], MetricTraits] = {}
        self._known = _SeriesKeys()

    def read(self, body: bytes, precision: Precision, arrived_us: int) -> LineReadings:
        """Everything that can be read of a body; bad lines do not touch their neighbours."""
        if self._known.filled[0] > _MOST_SLOTS:
            self._forget()
        if not _is_utf8(body):
            return self._read_slowly(body, precision, arrived_us)
        found = _Pass(body)
        while not self._read_plain(found, precision, arrived_us):
            self._make_room(found)
        self._name_new_slots()
        slots, text_slots = found.slots[: found.rows], found.text_slots[: found.text_rows]
        tag, text_tag = self._known.tag_of_slot[slots], self._known.tag_of_slot[text_slots]
        if (len(tag) and tag.min() < 0) or (len(text_tag) and text_tag.min() < 0):
            # A key that is plain and yet wrong, such as a tag given twice: all fields of its lines are.
            return self._read_slowly(body, precision, arrived_us)
        numbers = _Columns(tag, found.times[: found.rows], found.lines[: found.rows])
        texts = _Columns(text_tag, found.text_times[: found.text_rows], found.text_lines[: found.text_rows])
        odd, values, written = self._read_odd(body, found, precision, arrived_us)
        more_numbers, more_texts, bad = odd
        batches = []
        if found.rows or values:
            batches.append(self._numbers(numbers, found.values[: found.rows], more_numbers, values))
        if found.text_rows or written:
            batches.append(self._texts(texts, found.texts_of(body), more_texts, written))
        return LineReadings(batches, self._traits, bad)

    # The pass

    def _read_plain(self, found: _Pass, precision: Precision, arrived_us: int) -> bool:
        """Whether the body is read to its end."""
        state = found.state
        state[kernel.SLOTS : kernel.ARENA_END + 1] = self._known.filled
        latest = MAX_TIME_US // precision.multiply if precision.divide == 1 else np.iinfo(np.int64).max
        kernel.read_plain_lines(
            found.body, len(found.body), precision.multiply, precision.divide, arrived_us, latest,
            self._known.hashes, self._known.entries, self._known.keys, self._known.arena,
            found.slots, found.times, found.values, found.values.view(np.uint64), found.kinds, found.lines,
            found.text_slots, found.text_times, found.texts, found.text_lines,
            found.odds, state,
        )  # fmt: skip
        self._known.filled = state[kernel.SLOTS : kernel.ARENA_END + 1].copy()
        return int(state[kernel.OUTCOME]) == kernel.DONE

    def _make_room(self, found: _Pass) -> None:
        self._known.make_room(len(found.body) - int(found.state[kernel.AT]))
        found.odds = grown(found.odds, 2 * len(found.odds))

    def _name_new_slots(self) -> None:
        """Gives every slot its tag; the kernel's keys are read by the slow reader, once each."""
        first, count = len(self._known.tag_of_slot), int(self._known.filled[0])
        if first == count:
            self._note_kinds()
            return
        tags = list(self._tags)
        numbers = []
        arena = self._known.arena.tobytes()
        for start, split, end in self._known.keys[first:count, : kernel.KEY_KIND].tolist():
            line = read_line(arena[start:split] + b" " + arena[split:end] + b"=t", 1, Precision.NANOSECONDS)
            if isinstance(line, Line):
                name = self._naming.name(line.measurement, line.tags, line.fields[0][0])
                numbers.append(self._number(name, tags))
            else:
                numbers.append(-1)
        self._known.tag_of_slot = np.append(self._known.tag_of_slot, np.array(numbers, np.int32))
        self._keep(tags)
        self._note_kinds()

    def _note_kinds(self) -> None:
        count = int(self._known.filled[0])
        kinds = self._known.keys[:count, kernel.KEY_KIND]
        for slot in np.flatnonzero((kinds != self._known.kinds[:count]) if len(self._known.kinds) >= count else kinds):
            trait, tag = _TRAITS.get(int(kinds[slot])), int(self._known.tag_of_slot[slot])
            if trait is not None and tag >= 0:
                self._traits.setdefault(self._tags[tag], trait)
        self._known.kinds = kinds.copy()

    # Odd lines

    def _read_odd(
        self, body: bytes, found: _Pass, precision: Precision, arrived_us: int
    ) -> tuple[tuple[_Rows, _Rows, list[BadLine]], list[float], list[str]]:
        numbers, texts, bad = _Rows(), _Rows(), list[BadLine]()
        values: list[float] = []
        written: list[str] = []
        tags = list(self._tags) if len(found.odd_lines) else []
        for start, end, number in found.odd_lines:
            line = read_line(body[start:end], number, precision)
            self._take(line, numbers, values, texts, written, bad, tags, arrived_us)
        if len(tags) > len(self._tags):
            self._keep(tags)
        return (numbers, texts, bad), values, written

    def _read_slowly(self, body: bytes, precision: Precision, arrived_us: int) -> LineReadings:
        """The reference, for bodies in which the kernel's reading of a key cannot be trusted."""
        numbers, texts, bad = _Rows(), _Rows(), list[BadLine]()
        values: list[float] = []
        written: list[str] = []
        tags = list(self._tags)
        for line in read_lines(body, precision):
            self._take(line, numbers, values, texts, written, bad, tags, arrived_us)
        self._keep(tags)
        none = _Columns(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int32))
        batches = []
        if values:
            batches.append(self._numbers(none, np.zeros(0), numbers, values))
        if written:
            batches.append(self._texts(none, pa.array([], pa.string()), texts, written))
        return LineReadings(batches, self._traits, bad)

    def _take(
        self, line: Line | BadLine | None, numbers: _Rows, values: list[float], texts: _Rows, written: list[str],
        bad: list[BadLine], tags: list[tuple[str, str]], arrived_us: int,
    ) -> None:  # fmt: skip
        if isinstance(line, BadLine):
            bad.append(line)
        if not isinstance(line, Line):
            return
        time_us = arrived_us + line.number - 1 if line.time_us is None else line.time_us
        for name, value in line.fields:
            tag = self._naming.name(line.measurement, line.tags, name)
            rows = texts if isinstance(value, str) else numbers
            rows.tag.append(self._number(tag, tags))
            rows.time_us.append(time_us)
            rows.line.append(line.number)
            match value:
                case str():
                    written.append(value)
                    continue
                case bool():
                    self._traits.setdefault(tag, _TRAITS[kernel.TRUTH])
                case int():
                    self._traits.setdefault(tag, _TRAITS[kernel.WHOLE])
            values.append(float(value))

    # Batches

    def _numbers(self, plain: _Columns, plain_values: F64, odd: _Rows, odd_values: list[float]) -> ReadingBatch:
        columns, order = _merged(plain, odd)
        values = np.append(plain_values, np.array(odd_values, np.float64)) if odd_values else plain_values
        return self._batch(columns, values if order is None else values[order], None)

    def _texts(self, plain: _Columns, plain_texts: pa.StringArray, odd: _Rows, odd_texts: list[str]) -> ReadingBatch:
        columns, order = _merged(plain, odd)
        texts = pa.concat_arrays([plain_texts, pa.array(odd_texts, pa.string())]) if odd_texts else plain_texts
        if order is not None:
            texts = texts.take(order)
        return self._batch(columns, np.full(len(texts), np.nan), texts)

    def _batch(self, columns: _Columns, value: F64, text: pa.StringArray | None) -> ReadingBatch:
        count = len(value)
        return ReadingBatch(
            self._gateway,
            self._tags,
            columns.tag,
            columns.time_us,
            value,
            np.zeros(count, np.uint8),
            np.zeros(count, np.uint32),
            text,
        )

    def _number(self, tag: tuple[str, str], tags: list[tuple[str, str]]) -> int:
        number = self._number_of_tag.get(tag)
        if number is None:
            number = self._number_of_tag[tag] = len(tags)
            tags.append(tag)
        return number

    def _keep(self, tags: list[tuple[str, str]]) -> None:
        # The same tuple as long as nothing is new: whoever resolved its tags need not do it again.
        if len(tags) != len(self._tags):
            self._tags = tuple(tags)

    def _forget(self) -> None:
        self._tags, self._number_of_tag, self._traits = (), {}, {}
        self._known = _SeriesKeys()


class _SeriesKeys:
    """The kernel's tables of series keys; `tag_of_slot` says which tag each is, -1 for a key that names none."""

    def __init__(self) -> None:
        self.keys: I64 = np.zeros((256, kernel.KEY_COLUMNS), np.int64)
        self.arena: U8 = np.zeros(32_768, np.uint8)
        self.hashes: NDArray[np.uint64] = np.zeros(1024, np.uint64)
        self.entries: I32 = np.full(1024, -1, np.int32)
        self.filled: I64 = np.zeros(2, np.int64)
        self.kinds: I64 = np.zeros(0, np.int64)
        self.tag_of_slot: I32 = np.zeros(0, np.int32)

    def make_room(self, longest: int) -> None:
        """More room wherever little is left, for a key of at most so many bytes."""
        slots, arena_end = self.filled.tolist()
        self.keys = grown(self.keys, 2 * (slots + 1_000))
        self.arena = grown(self.arena, min(2 * arena_end + 65_536, arena_end + longest + 65_536))
        if 2 * (slots + 1_000) > len(self.hashes):
            self.hashes, self.entries = _table(4 * len(self.hashes), self.hashes, self.entries)


class _Pass:
    """The tables of one pass over one body, as large as its marks allow rows to be many."""

    def __init__(self, body: bytes) -> None:
        rows, texts = body.count(b"=") + 1, body.count(b'"') // 2 + 1
        self.body: U8 = np.frombuffer(body, np.uint8)
        self.slots: I32 = np.empty(rows, np.int32)
        self.times: I64 = np.empty(rows, np.int64)
        self.lines: I32 = np.empty(rows, np.int32)
        self.values: F64 = np.empty(rows, np.float64)
        self.kinds: U8 = np.empty(rows, np.uint8)
        self.text_slots: I32 = np.empty(texts, np.int32)
        self.text_times: I64 = np.empty(texts, np.int64)
        self.text_lines: I32 = np.empty(texts, np.int32)
        self.texts: I64 = np.empty((texts, kernel.TEXT_COLUMNS), np.int64)
        self.odds: I64 = np.empty((256, kernel.ODD_COLUMNS), np.int64)
        self.state: I64 = np.zeros(kernel.STATE_COLUMNS, np.int64)
        self.state[kernel.NUMBER] = 1

    @property
    def rows(self) -> int:
        return int(self.state[kernel.ROWS])

    @property
    def text_rows(self) -> int:
        return int(self.state[kernel.TEXTS])

    @property
    def odd_lines(self) -> list[tuple[int, int, int]]:
        """(start, end, number) of each line that is not plain."""
        return [(start, end, number) for start, end, number in self.odds[: self.state[kernel.ODDS]].tolist()]

    def texts_of(self, body: bytes) -> pa.StringArray:
        count = self.text_rows
        spans = self.texts[:count]
        offsets: I32 = np.zeros(count + 1, np.int32)
        content: U8 = np.empty(int((spans[:, kernel.TEXT_END] - spans[:, kernel.TEXT_START]).sum()), np.uint8)
        kernel.copy_texts(np.frombuffer(body, np.uint8), self.texts, count, offsets, content)
        return pa.StringArray.from_buffers(count, pa.py_buffer(offsets.tobytes()), pa.py_buffer(content.tobytes()))


def warm_up() -> None:
    """Compiles the kernel, or loads it from where it was kept."""
    reader = LineProtocolReader("warm-up", LineNaming())
    reader.read(b'a,asset=b c=1.5,d=2i,e=t,f="g" 1700000000000000000\nh i="\\"" 1\n', Precision.NANOSECONDS, 0)


def _merged(plain: _Columns, odd: _Rows) -> tuple[_Columns, NDArray[np.int64] | None]:
    """Both in the order of their lines: the first value received is the one that counts. None: they are already."""
    if not odd.tag:
        return plain, None
    line = np.append(plain.line, np.array(odd.line, np.int32))
    order = np.argsort(line, kind="stable")
    tag = np.append(plain.tag, np.array(odd.tag, np.int32))[order]
    return _Columns(tag, np.append(plain.time_us, np.array(odd.time_us, np.int64))[order], line[order]), order


def _table(size: int, hashes: NDArray[np.uint64], entries: I32) -> tuple[NDArray[np.uint64], I32]:
    """The same entries in a table of `size`, a power of two."""
    larger, places = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
    mask = size - 1
    for row in np.flatnonzero(entries >= 0).tolist():
        place = int(hashes[row]) & mask
        while places[place] >= 0:
            place = (place + 1) & mask
        larger[place], places[place] = hashes[row], entries[row]
    return larger, places


def _is_utf8(body: bytes) -> bool:
    if body.isascii():
        return True
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
