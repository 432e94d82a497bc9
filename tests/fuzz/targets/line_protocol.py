"""InfluxDB line protocol: the compiled reader against the plain one."""

from __future__ import annotations

from tests.wire.test_line_protocol import ARRIVED_US, NAMING, plainly, rows_of

from millmark.wire.line_protocol import PRECISIONS
from millmark.wire.line_protocol_reader import LineProtocolReader


def run(data: bytes) -> None:
    """The compiled reader reads what the plain one reads, from a reader that knows nothing and from one that does."""
    if not data:
        return
    precisions = tuple(dict.fromkeys(PRECISIONS.values()))
    precision, body = precisions[data[0] % len(precisions)], data[1:]
    expected = plainly(body, precision)
    reader = LineProtocolReader("gw", NAMING)
    for _ in range(2):
        assert rows_of(reader.read(body, precision, ARRIVED_US)) == expected
