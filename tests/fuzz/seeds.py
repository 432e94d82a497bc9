"""What each target starts from: small examples of what it reads when all is well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from millmark.wire.mqtt import (
    Connect,
    Publish,
    Subscribe,
    Subscription,
    Version,
    Will,
    encode_packet,
)
from millmark.wire.sparkplug import DataSet, Metric, SparkplugType, TemplateValue, encode_payload

T = SparkplugType
_NBIRTH, _DBIRTH, _NDATA, _DDATA, _DDEATH, _NDEATH = range(6)


def seeds() -> Mapping[str, Sequence[bytes]]:
    return {
        "mqtt": _mqtt(),
        "sparkplug": [_messages(_births(), _data()), *_payloads()],
        "json_telemetry": _json(),
        "line_protocol": _lines(),
        "lane": [b"\x00" + _messages(_births(), _data()), b"\x0e" + _messages(_births(), _data(), _data())],
        "telemetry_lane": [b"\x00" + b"\0".join(b"\x05" + text for text in _json()[:3] for _ in range(2))],
    }


def _messages(*groups: Sequence[bytes]) -> bytes:
    return b"\xff\xfe".join(message for group in groups for message in group)


def _births() -> list[bytes]:
    motor = TemplateValue([Metric(1, T.INT16, "speed")], "Motor", parameters={"poles": (T.INT32, 4)})
    node = [
        Metric(7, T.INT64, "bdSeq"),
        Metric(False, T.BOOLEAN, "Node Control/Rebirth"),
        Metric(-3, T.INT8, "offset", 1),
        Metric("run", T.STRING, "state", 2),
        Metric(True, T.BOOLEAN, "on", 3),
    ]
    press = [
        Metric(20.5, T.DOUBLE, "temperature", 4, properties={"engUnit": "Cel", "Quality": 192}),
        Metric(1.5, T.FLOAT, "pressure", 5),
        Metric(9, T.UINT64, "count", 6),
        Metric(motor, T.TEMPLATE, "m1", 7),
        Metric([1, 2], T.INT32_ARRAY, "curve", 8),
    ]
    return [
        bytes([_NBIRTH]) + encode_payload(node, timestamp_ms=1_790_000_000_000, seq=0),
        bytes([_DBIRTH]) + encode_payload(press, timestamp_ms=1_790_000_000_000, seq=1),
    ]


def _data() -> list[bytes]:
    def by_alias(value: float | str | bool | None, kind: SparkplugType, alias: int, time_ms: int | None) -> Metric:
        return Metric(value, kind, None, alias, time_ms, sends_datatype=False)

    node = [by_alias(-4, T.INT8, 1, 1_790_000_000_100), by_alias("stop", T.STRING, 2, None)]
    press = [
        by_alias(21.5, T.DOUBLE, 4, 1_790_000_000_200),
        by_alias(None, T.FLOAT, 5, 5),
        by_alias(10, T.UINT64, 6, 9),
    ]
    return [
        bytes([_NDATA | 64]) + encode_payload(node, timestamp_ms=1_790_000_000_100, seq=2),
        bytes([_DDATA]) + encode_payload(press, timestamp_ms=1_790_000_000_200, seq=3),
        bytes([_DDEATH]) + encode_payload([], timestamp_ms=1_790_000_000_300, seq=4),
        bytes([_NDEATH]) + encode_payload([Metric(7, T.INT64, "bdSeq")]),
    ]


def _payloads() -> list[bytes]:
    table = DataSet(("a", "b"), (T.INT32, T.STRING), ((1, "x"), (None, "y")))
    values: list[Metric] = [
        Metric(table, T.DATA_SET, "table"),
        Metric(b"\x00\xff", T.BYTES, "blob"),
        Metric([True, False], T.BOOLEAN_ARRAY, "bits"),
        Metric(["a", ""], T.STRING_ARRAY, "texts"),
        Metric(None, T.DOUBLE, "nothing", is_historical=True, time_ms=5, is_transient=True),
        Metric(1, T.INT8, "nested", properties={"a": {"b": [{"c": 0.5}]}, "d": None}),
    ]
    return [bytes([_NBIRTH]) + encode_payload([value], timestamp_ms=1, seq=0) for value in values]


def _mqtt() -> list[bytes]:
    found = []
    for flag, version in enumerate((Version.V3_1_1, Version.V5)):
        packets = [
            Connect("c", will=Will("t", b"gone", 1), user_name="gw", password=b"key", version=version),
            Publish("spBv1.0/plant/NDATA/edge", b"\x18\x01", 1, 7),
            Subscribe(9, (Subscription("spBv1.0/plant/NCMD/edge/#", 1),)),
        ]
        found.append(bytes([flag]) + b"".join(encode_packet(packet, version) for packet in packets))
    return found


def _json() -> list[bytes]:
    return [
        b'{"temperature": 21.5, "running": true, "state": "run", "none": null}',
        b'{"ts": 1767225600000, "values": {"temperature": -1e3}}',
        b'[{"ts": 1767225600000.5, "values": {"a": 1}}, {"b": [1]}]',
        b'millmark/gw/line-1/press\x00{"a": 9007199254740993}',
    ]


def _lines() -> list[bytes]:
    return [
        b'\x00cpu,asset=press,host=a value=1.5,count=3i,on=t,text="a b" 1767225600000000000\ncpu value=2',
        b'\x02m\\ x,t=a\\,b f\\=1=1u 5\n# comment\n\nm f="quo\\"te",g=-.5e-3 7\r\n',
    ]
