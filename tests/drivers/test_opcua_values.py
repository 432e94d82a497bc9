"""What an OPC UA value becomes: number or text, its own time, its own status code."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from millmark.drivers import status_codes
from millmark.drivers.opcua.nodes import NodeAddress, UnknownNode
from millmark.drivers.opcua.values import TimeSource, decode
from millmark.model import DataType, utc_us

# A busy computer is slow, not wrong.
unhurried = hypothesis_settings(deadline=None)

SOURCE = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)
SERVER = SOURCE + timedelta(seconds=2)
RECEIVED_US = utc_us(SOURCE) + 9_000_000


def value(variant: ua.Variant | None, **more: object) -> ua.DataValue:
    return ua.DataValue(variant, **{"SourceTimestamp": SOURCE, "ServerTimestamp": SERVER, **more})


@pytest.mark.parametrize(
    ("variant", "number"),
    [
        (ua.Variant(True, ua.VariantType.Boolean), 1.0),
        (ua.Variant(-12, ua.VariantType.Int16), -12.0),
        (ua.Variant(2**32 - 1, ua.VariantType.UInt32), 4294967295.0),
        (ua.Variant(20.25, ua.VariantType.Float), 20.25),
        (ua.Variant(ua.ServerState.Running, ua.VariantType.Int32), 0.0),
        (ua.Variant(SOURCE, ua.VariantType.DateTime), utc_us(SOURCE) / 1e6),
    ],
)
def test_numbers(variant: ua.Variant, number: float) -> None:
    decoded = decode(value(variant), DataType.FLOAT, RECEIVED_US)
    assert (decoded.value, decoded.time_us, decoded.code) == (number, utc_us(SOURCE), status_codes.GOOD)


@pytest.mark.parametrize(
    ("variant", "text"),
    [
        (ua.Variant("RUN", ua.VariantType.String), "RUN"),
        (ua.Variant(ua.LocalizedText("läuft"), ua.VariantType.LocalizedText), "läuft"),
        (ua.Variant(3, ua.VariantType.Int32), "3"),
        (ua.Variant(True, ua.VariantType.Boolean), "true"),
        (ua.Variant(SOURCE, ua.VariantType.DateTime), "2026-03-01T08:00:00.123456+00:00"),
        (ua.Variant(UUID(int=5), ua.VariantType.Guid), str(UUID(int=5))),
    ],
)
def test_texts(variant: ua.Variant, text: str) -> None:
    assert decode(value(variant), DataType.TEXT, RECEIVED_US).value == text


@pytest.mark.parametrize(
    ("variant", "declared", "code"),
    [
        (ua.Variant([1.0, 2.0], ua.VariantType.Double), DataType.FLOAT, status_codes.BAD_NOT_SUPPORTED),
        (ua.Variant(b"\x01", ua.VariantType.ByteString), DataType.FLOAT, status_codes.BAD_NOT_SUPPORTED),
        (ua.Variant(ua.Range(0.0, 1.0), ua.VariantType.ExtensionObject), DataType.TEXT, status_codes.BAD_NOT_SUPPORTED),
        (ua.Variant("RUN", ua.VariantType.String), DataType.FLOAT, status_codes.BAD_TYPE_MISMATCH),
    ],
)
def test_what_a_tag_cannot_hold_is_told_and_not_invented(variant: ua.Variant, declared: DataType, code: int) -> None:
    decoded = decode(value(variant), declared, RECEIVED_US)
    assert (decoded.value, decoded.code, decoded.time_us) == (None, code, utc_us(SOURCE))
    assert decoded.complaint


def test_a_bad_value_keeps_its_own_code() -> None:
    failed = ua.StatusCode(ua.UInt32(ua.StatusCodes.BadSensorFailure))
    decoded = decode(value(None, StatusCode=failed), DataType.FLOAT, RECEIVED_US)
    assert (decoded.value, decoded.code) == (None, ua.StatusCodes.BadSensorFailure)


@unhurried
@given(st.integers(0, 2**32 - 1))
def test_any_status_code_passes_unchanged(code: int) -> None:
    data = value(ua.Variant(1.0, ua.VariantType.Double), StatusCode=ua.StatusCode(ua.UInt32(code)))
    assert decode(data, DataType.FLOAT, RECEIVED_US).code == code


@pytest.mark.parametrize(
    ("source", "server", "expected", "clock"),
    [
        (SOURCE, SERVER, utc_us(SOURCE), TimeSource.SOURCE),
        (None, SERVER, utc_us(SERVER), TimeSource.SERVER),
        (datetime(1601, 1, 1, tzinfo=UTC), SERVER, utc_us(SERVER), TimeSource.SERVER),
        (None, None, RECEIVED_US, TimeSource.RECEIVED),
    ],
)
def test_time_is_the_source_s_then_the_server_s_then_ours(
    source: datetime | None, server: datetime | None, expected: int, clock: TimeSource
) -> None:
    data = value(ua.Variant(1.0, ua.VariantType.Double), SourceTimestamp=source, ServerTimestamp=server)
    decoded = decode(data, DataType.FLOAT, RECEIVED_US)
    assert (decoded.time_us, decoded.time_source) == (expected, clock)


def test_not_a_number_is_a_value() -> None:
    nan = decode(value(ua.Variant(math.nan, ua.VariantType.Double)), DataType.FLOAT, RECEIVED_US)
    assert isinstance(nan.value, float)
    assert math.isnan(nan.value)
    assert nan.code == status_codes.GOOD


def test_a_node_id_by_uri_follows_the_namespace_wherever_it_moved() -> None:
    address = NodeAddress.parse("nsu=urn:acme:line;s=Press;1=x")
    assert address.resolve(["ua", "urn:acme:line"]).to_string() == "ns=1;s=Press;1=x"
    assert address.resolve(["ua", "other", "urn:acme:line"]).to_string() == "ns=2;s=Press;1=x"


def test_a_node_id_without_namespace_is_in_the_default_one() -> None:
    assert NodeAddress.parse("i=42", "urn:acme").resolve(["ua", "x", "urn:acme"]).to_string() == "ns=2;i=42"
    assert NodeAddress.parse("ns=3;i=42", "urn:acme").resolve([]).to_string() == "ns=3;i=42"


def test_a_missing_namespace_says_which_there_are() -> None:
    with pytest.raises(UnknownNode, match=r"no namespace 'urn:b'; it has .*'urn:a'"):
        NodeAddress.parse("nsu=urn:b;s=x").resolve(["urn:a"])


@pytest.mark.parametrize("text", ["", "Press1", "s", "nsu=urn:a", "ns=x;s=1", "i=one"])
def test_a_text_that_is_no_node_id_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UnknownNode, match="write for example"):
        NodeAddress.parse(text)


@pytest.mark.parametrize("text", ["nsu=urn:acme;s=Press.1", "nsu=urn:acme;i=7", "i=85"])
def test_a_described_node_id_reads_back_as_the_same_node(text: str) -> None:
    namespaces = ["http://opcfoundation.org/UA/", "urn:other", "urn:acme"]
    node = NodeAddress.parse(text).resolve(namespaces)
    assert NodeAddress.describe(node, namespaces) == text
