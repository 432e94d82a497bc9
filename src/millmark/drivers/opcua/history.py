"""What a server remembers: raw values since a time, read in pages (OPC 10000-11, clause 6.5.3)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from asyncua import ua
from asyncua.ua.uaerrors import UaStatusCodeError

from millmark.drivers.opcua.session import OpcUaSession
from millmark.drivers.opcua.values import timestamp_us
from millmark.model.period import utc_datetime


class NoHistory(Exception):
    """The server keeps no history of a node, or does not give it; the message is its status."""


async def read_raw(
    session: OpcUaSession, node: ua.NodeId, start_us: int, end_us: int, page: int
) -> AsyncIterator[Sequence[ua.DataValue]]:
    """Pages of the node's values with start <= source time <= end, oldest first. Raises `NoHistory`.

    A server may page by continuation points, by the requested number of values, or by both; each way is followed.
    """
    continuation: bytes | None = None
    while True:
        result = await _request(session, node, start_us, end_us, page, continuation)
        values = getattr(result.HistoryData, "DataValues", None) or []
        if values:
            yield values
        following = result.ContinuationPoint
        if following:
            if following == continuation:
                return  # a server that hands out the same point again would be asked for ever
            continuation = following
            continue
        last_us = timestamp_us(values[-1].SourceTimestamp) if values else None
        if len(values) < page or last_us is None or last_us < start_us:
            return
        start_us, continuation = last_us + 1, None


async def _request(
    session: OpcUaSession, node: ua.NodeId, start_us: int, end_us: int, page: int, continuation: bytes | None
) -> ua.HistoryReadResult:
    parameters = ua.HistoryReadParameters(
        HistoryReadDetails=ua.ReadRawModifiedDetails(
            IsReadModified=False,
            StartTime=utc_datetime(start_us),
            EndTime=utc_datetime(end_us),
            NumValuesPerNode=ua.UInt32(page),
            ReturnBounds=False,
        ),
        TimestampsToReturn=ua.TimestampsToReturn.Both,
        ReleaseContinuationPoints=False,
        NodesToRead=[ua.HistoryReadValueId(NodeId=node, ContinuationPoint=continuation)],
    )
    try:
        (result,) = await session.client.uaclient.history_read(parameters)
    except UaStatusCodeError as error:
        raise NoHistory(str(error)) from error
    if result.StatusCode.is_bad():
        raise NoHistory(result.StatusCode.name)
    return result
