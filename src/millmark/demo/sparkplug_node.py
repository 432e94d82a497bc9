"""`demo-c`: a real Sparkplug B edge node with a memory: what was not acknowledged is sent again, nothing is sent as new
that was already.

Data go out with QoS 1 and count as sent when their PUBACK has come; how far that is stands in a small state file. At
its first start the node sends the last days as historical metrics, then it is live. (Sparkplug 3.0 puts data at QoS 0,
which loses what is on its way when a connection breaks; hosts take both.)
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from millmark.demo.machines import DAY_US, DemoMachine
from millmark.drivers.config import TagDeclaration
from millmark.model import DataType
from millmark.model.period import SECOND_US
from millmark.wire.sparkplug import (
    REBIRTH_METRIC,
    MessageType,
    Metric,
    SparkplugTopic,
    SparkplugType,
    bdseq_metric,
    encode_payload,
)

_TICK_S: Final = 1.0
_ACKNOWLEDGED_WITHIN_S: Final = 30.0
_CONNECTED_WITHIN_S: Final = 10.0
_LONGEST_WAIT_S: Final = 15.0
_CHUNK_US: Final = 3_600 * SECOND_US
_HISTORICAL_AFTER_US: Final = 60 * SECOND_US
_TYPES: Final = {
    DataType.TEXT: SparkplugType.STRING,
    DataType.INTEGER: SparkplugType.INT64,
    DataType.BOOLEAN: SparkplugType.BOOLEAN,
    DataType.FLOAT: SparkplugType.DOUBLE,
}


class ConnectionEnded(Exception):
    """The host cannot be reached, or does not acknowledge; the node connects again after a while."""


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """The node's place in the Sparkplug namespace, and how it signs in."""

    group: str
    node: str
    user: str
    key: str


@dataclass(frozen=True, slots=True)
class NodeMemory:
    """What outlives a restart: the next birth/death number, and up to when everything is acknowledged."""

    bdseq: int
    acknowledged_us: int | None

    @classmethod
    def read(cls, path: Path) -> NodeMemory:
        """The memory in a file; a missing or spoilt file is an empty memory, so the last days are sent again."""
        try:
            stored = json.loads(path.read_text("utf-8"))
            acknowledged_us = stored["acknowledged_us"]
            return cls(int(stored["bdseq"]) % 256, None if acknowledged_us is None else int(acknowledged_us))
        except (OSError, ValueError, KeyError, TypeError):
            return cls(0, None)

    def write(self, path: Path) -> None:
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({"bdseq": self.bdseq, "acknowledged_us": self.acknowledged_us}), "utf-8")
        fresh.replace(path)


class SparkplugNode:
    """The edge node. `run` blocks until `stop` is set; its devices are the machines."""

    def __init__(
        self,
        machines: Sequence[DemoMachine],
        identity: NodeIdentity,
        *,
        host: str,
        port: int,
        memory: Path,
        now_us: Callable[[], int],
        history_days: float = 2.5,
    ) -> None:
        self._machines = machines
        self._identity = identity
        self._host, self._port = host, port
        self._memory_path = memory
        self._now_us = now_us
        self._history_us = int(history_days * DAY_US)
        self._aliases = {
            (machine.asset, signal.metric): alias for alias, (machine, signal) in enumerate(_signals(machines), start=1)
        }
        self._log = logging.getLogger(__name__)

    def run(self, stop: threading.Event) -> None:
        """Connect, send what is due, and come back after every loss."""
        wait_s = 1.0
        while not stop.is_set():
            memory = NodeMemory.read(self._memory_path)
            try:
                self._serve(memory, stop)
                wait_s = 1.0
            except (OSError, ConnectionEnded) as error:
                self._log.warning("%s:%s: %s; trying again in %.0f s", self._host, self._port, error, wait_s)
                stop.wait(wait_s)
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)

    def _serve(self, memory: NodeMemory, stop: threading.Event) -> None:
        """One connection: births, then data from where the last acknowledgement stands."""
        NodeMemory((memory.bdseq + 1) % 256, memory.acknowledged_us).write(self._memory_path)
        connection = _Connection(self._identity, self._host, self._port, memory.bdseq, self._now_us)
        try:
            connection.open()
            self._send_births(connection, memory.bdseq)
            position_us = memory.acknowledged_us or self._now_us() - self._history_us
            while not stop.is_set():
                if connection.rebirth_asked.is_set():
                    connection.rebirth_asked.clear()
                    self._send_births(connection, memory.bdseq)
                end_us = min(position_us + _CHUNK_US, self._now_us())
                self._send_data(connection, position_us, end_us)
                position_us = max(position_us, end_us)
                NodeMemory((memory.bdseq + 1) % 256, position_us).write(self._memory_path)
                if self._now_us() - position_us < _TICK_S * SECOND_US:
                    stop.wait(_TICK_S)
        finally:
            connection.close()

    def _send_births(self, connection: _Connection, bdseq: int) -> None:
        """NBIRTH with sequence number 0, then a DBIRTH for each machine with its aliases and present values.

        The values carry the time of the birth: they are true now, whenever they came to be so.
        """
        now_us = self._now_us()
        rebirth = Metric(False, SparkplugType.BOOLEAN, name=REBIRTH_METRIC)
        connection.restart_sequence()
        connection.publish(MessageType.NBIRTH, None, [bdseq_metric(bdseq, now_us // 1_000), rebirth], qos=0)
        for machine in self._machines:
            last = machine.last_at(now_us)
            metrics = [
                self._metric(machine, signal, now_us, last[signal.metric][1], birth=True)
                for signal in machine.signals
                if signal.metric in last
            ]
            connection.publish(MessageType.DBIRTH, machine.asset, metrics, qos=0)

    def _send_data(self, connection: _Connection, start_us: int, end_us: int) -> None:
        """Everything within [start, end), one message a machine; returns when all of it is acknowledged."""
        if end_us <= start_us:
            return
        is_historical = self._now_us() - end_us > _HISTORICAL_AFTER_US
        pending = []
        for machine in self._machines:
            samples = machine.between(start_us, end_us)
            metrics = [
                self._metric(machine, signal, int(time_us), value, is_historical=is_historical)
                for signal in machine.signals
                for time_us, value in zip(*samples[signal.metric], strict=True)
            ]
            if metrics:
                metrics.sort(key=lambda metric: metric.time_ms or 0)
                pending.append(connection.publish(MessageType.DDATA, machine.asset, metrics, qos=1))
        for message in pending:
            connection.wait_for_acknowledgement(message)

    def _metric(
        self,
        machine: DemoMachine,
        signal: TagDeclaration,
        time_us: int,
        value: float | str,
        *,
        birth: bool = False,
        is_historical: bool = False,
    ) -> Metric:
        kind = _TYPES[signal.data_type]
        return Metric(
            value=int(value) if kind is SparkplugType.INT64 else value,
            datatype=kind,
            name=signal.metric if birth else None,
            alias=self._aliases[machine.asset, signal.metric],
            time_ms=time_us // 1_000,
            is_historical=is_historical,
            sends_datatype=birth,
            properties={"engUnit": signal.unit} if birth else {},
        )


class _Connection:
    """One MQTT connection of the node: its will, its sequence numbers, its acknowledgements."""

    def __init__(self, identity: NodeIdentity, host: str, port: int, bdseq: int, now_us: Callable[[], int]) -> None:
        self._identity = identity
        self._host, self._port = host, port
        self._now_us = now_us
        self._sequence = 0
        self._connected = threading.Event()
        self._refused: str | None = None
        self.rebirth_asked = threading.Event()
        client_id = f"{identity.group}-{identity.node}"
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id, clean_session=True, protocol=mqtt.MQTTv311)
        client.username_pw_set(identity.user, identity.key)
        death = encode_payload([bdseq_metric(bdseq)], timestamp_ms=now_us() // 1_000)
        client.will_set(self._topic(MessageType.NDEATH), death, qos=1)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client
        self._death = death

    def open(self) -> None:
        self._client.connect(self._host, self._port, keepalive=30)
        self._client.loop_start()
        if not self._connected.wait(_CONNECTED_WITHIN_S):
            raise ConnectionEnded(self._refused or "the host did not answer the connection request")
        self._client.subscribe(self._topic(MessageType.NCMD), qos=1)

    def close(self) -> None:
        """Say good-bye: a clean disconnect discards the will, so the death is published first."""
        if self._client.is_connected():
            farewell = self._client.publish(self._topic(MessageType.NDEATH), self._death, qos=1)
            farewell.wait_for_publish(timeout=2.0)
        self._client.disconnect()
        self._client.loop_stop()

    def restart_sequence(self) -> None:
        self._sequence = 0

    def publish(
        self, kind: MessageType, device: str | None, metrics: Sequence[Metric], *, qos: int
    ) -> mqtt.MQTTMessageInfo:
        if not self._client.is_connected():
            raise ConnectionEnded(self._refused or "the connection was lost")
        payload = encode_payload(metrics, timestamp_ms=self._now_us() // 1_000, seq=self._sequence)
        self._sequence = (self._sequence + 1) % 256
        return self._client.publish(self._topic(kind, device), payload, qos=qos)

    def wait_for_acknowledgement(self, message: mqtt.MQTTMessageInfo) -> None:
        """Raises `ConnectionEnded` when it does not come, or the connection ends before."""
        waited_s = 0.0
        while waited_s < _ACKNOWLEDGED_WITHIN_S:
            message.wait_for_publish(timeout=0.5)
            if message.is_published():
                return
            if not self._client.is_connected():
                raise ConnectionEnded("the connection was lost before the host acknowledged the data")
            waited_s += 0.5
        raise ConnectionEnded(f"the host did not acknowledge data within {_ACKNOWLEDGED_WITHIN_S:.0f} s")

    def _topic(self, kind: MessageType, device: str | None = None) -> str:
        return str(SparkplugTopic(self._identity.group, kind, self._identity.node, device))

    def _on_connect(self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._refused = f"the host refused the connection: {reason}"
        else:
            self._connected.set()

    def _on_disconnect(self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        # The library would connect again by itself, with an old death certificate and without births.
        self._refused = self._refused or f"the connection was lost: {reason}"
        client.disconnect()

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        # The only command this node knows: its births once more. Its name stands in the payload as plain UTF-8.
        if REBIRTH_METRIC.encode() in message.payload:
            self.rebirth_asked.set()


def _signals(machines: Sequence[DemoMachine]) -> Iterator[tuple[DemoMachine, TagDeclaration]]:
    return ((machine, signal) for machine in machines for signal in machine.signals)
