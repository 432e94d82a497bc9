"""What an MQTT client we did not write puts on the wire, read by the platform's codec."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import paho.mqtt.client as mqtt
import pytest

from millmark.wire.mqtt import (
    Connack,
    Connect,
    ConnectReturnCode,
    Disconnect,
    Packet,
    PacketStream,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
    Will,
    encode_packet,
)


class Recorder:
    """A server of one connection that answers by the book and keeps what it heard."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard: list[Packet] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def finish(self) -> list[Packet]:
        self._thread.join(10)
        return self.heard

    def close(self) -> None:
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        stream = PacketStream(max_packet_size=1 << 20)
        with connection:
            while data := connection.recv(7):
                stream.feed(data)
                for packet in stream.packets():
                    self.heard.append(packet)
                    if answer := _answer(packet):
                        connection.sendall(encode_packet(answer))


def _answer(packet: Packet) -> Packet | None:
    match packet:
        case Connect():
            return Connack(False, ConnectReturnCode.ACCEPTED)
        case Publish(packet_id=int(packet_id)):
            return Puback(packet_id)
        case Subscribe(packet_id, filters):
            return Suback(packet_id, tuple(entry.qos for entry in filters))
        case Unsubscribe(packet_id):
            return Unsuback(packet_id)
        case Pingreq():
            return Pingresp()
    return None


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    recorder.close()


def test_a_paho_session_is_read_packet_by_packet(recorder: Recorder) -> None:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="c1")
    client.username_pw_set("gw", "key")
    client.will_set("spBv1.0/g/NDEATH/n", b"\x01\x02", qos=1)
    answered = threading.Event()
    client.on_unsubscribe = lambda *_: answered.set()
    client.connect("127.0.0.1", recorder.port, keepalive=30)
    client.loop_start()
    client.publish("millmark/gw/温度", b"x" * 300, qos=1).wait_for_publish(10)
    client.publish("a/b", b"", qos=0).wait_for_publish(10)
    client.subscribe([("spBv1.0/g/NCMD/n/#", 1), ("b/+", 0)])
    client.unsubscribe("b/+")
    assert answered.wait(10)
    client.disconnect()
    client.loop_stop()

    assert recorder.finish() == [
        Connect("c1", True, 30, Will("spBv1.0/g/NDEATH/n", b"\x01\x02", 1), "gw", b"key"),
        Publish("millmark/gw/温度", b"x" * 300, 1, 1),
        Publish("a/b", b""),
        Subscribe(3, (Subscription("spBv1.0/g/NCMD/n/#", 1), Subscription("b/+", 0))),
        Unsubscribe(4, ("b/+",)),
        Disconnect(),
    ]
