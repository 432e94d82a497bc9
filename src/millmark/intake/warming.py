"""`python -m millmark.intake.warming`: fills the compiler's cache, so that no device ever waits for the compiler.

Machine code is kept on disk beside the source. A first start without it would compile for some ten seconds;
afterwards a process only loads it.
"""

from __future__ import annotations

import numpy as np

from millmark.history.warming import warm_up as warm_up_history
from millmark.model import PointBatch, TextBatch


def warm_up() -> None:
    """Calls every kernel on the way from a device's bytes to the store once; may be called from any thread."""
    from millmark.wire.line_protocol_reader import warm_up as warm_up_line_protocol

    warm_up_history()
    warm_up_line_protocol()
    _read_a_message()
    _place_a_reading()


def _read_a_message() -> None:
    from millmark.intake.mqtt.acknowledgements import Acknowledgements
    from millmark.intake.mqtt.lane import DataLane
    from millmark.intake.mqtt.messages import GatewayMessages
    from millmark.intake.mqtt.telemetry_lane import TelemetryLane
    from millmark.intake.stats import IntakeCounters
    from millmark.wire.mqtt import Publish, encode_packet
    from millmark.wire.sparkplug import Metric, SparkplugType, encode_payload

    messages = GatewayMessages("warm-up", IntakeCounters(), now_us=lambda: 0, ask_for_rebirth=lambda _: None)
    lane = DataLane(messages, Acknowledgements(), level=4, packet_bytes=1 << 16)
    metric, topic = Metric(1.0, SparkplugType.DOUBLE, "value", 1), "spBv1.0/warm/NDATA/up"
    messages.read("spBv1.0/warm/NBIRTH/up", encode_payload([metric], timestamp_ms=1, seq=0))
    messages.read(topic, encode_payload([metric], timestamp_ms=2, seq=1))
    packet = encode_packet(Publish(topic, encode_payload([metric], timestamp_ms=3, seq=2), 1, 1))
    memory = np.frombuffer(bytearray(packet), np.uint8)
    lane.take(memory, 0, len(memory))
    TelemetryLane(messages, Acknowledgements(), level=4, packet_bytes=1 << 16).take(memory, 0, len(memory))


def _place_a_reading() -> None:
    from millmark.intake.block_kernel import place
    from millmark.intake.latest import LatestValues

    number, time_us, value = np.zeros(1, np.int32), np.zeros(1, np.int64), np.zeros(1, np.float64)
    series, quality, code = np.zeros(1, np.uint32), np.zeros(1, np.uint8), np.zeros(1, np.uint32)
    of_tag, is_text = np.zeros(1, np.int64), np.zeros(1, np.bool_)
    place(
        number, time_us, value, quality, code, of_tag, is_text, 0, 1, series, time_us, value, quality, code, 0
    )  # fmt: skip
    point = PointBatch(series, time_us, time_us, value, quality, code)
    LatestValues().update(point, TextBatch.empty())


if __name__ == "__main__":
    warm_up()
