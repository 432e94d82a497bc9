"""What a writer must know before its first commit, read from the store."""

from __future__ import annotations

from millmark.history.store import Connection
from millmark.history.time_span import within

_RECEIVED = """
SELECT toUnixTimestamp64Micro(max(received_time)) AS newest FROM millmark.{table}
WHERE received_time > fromUnixTimestamp64Micro({{after:Int64}}, 'UTC')
"""


def newest_received_us(connection: Connection, after_us: int) -> int:
    """The greatest received time in the store, `after_us` if nothing came later; 0 when it is empty.

    Only rows received after `after_us` are read.
    """
    parameters = {"after": within(after_us)}
    return max(
        0,
        after_us,
        *(
            int(connection.query(_RECEIVED.format(table=table), parameters).column("newest")[0].as_py())
            for table in ("points", "text_points", "conflicts", "quarantine")
        ),
    )
