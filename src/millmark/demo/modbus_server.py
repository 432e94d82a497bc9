"""`demo-b`: electricity meters of a steel works behind a real Modbus TCP server.

Each meter is a unit of its own with the same register map. Registers are worked out when they are read, from the time
alone: energy, power and power factor from the recording (each feeder has a fixed part of the works), voltage from a
small model: 10 kV nominal with a slow swing of 1 % over a day and 0.3 % over 7 minutes.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType as SimDataType
from pymodbus.simulator import SimData, SimDevice

from millmark.demo.recordings import EnergyRecording
from millmark.drivers.config import ModbusRegister, RegisterKind, RegisterType
from millmark.model import Origin, SeriesRole
from millmark.model.period import SECOND_US

# The counter shows tenths of a kilowatt-hour and starts again after 99 999.9 kWh, as meters with six digits do.
_COUNTER_END: Final = 1_000_000
_FIRST_REGISTER: Final = 100
_REGISTERS: Final = 6
_DAY_S: Final = 86_400

METER_MAP: Final = (
    ModbusRegister(
        metric="active_energy",
        unit="kW.h",
        role=SeriesRole.ENERGY_COUNTER,
        origin=Origin.RECORDING,
        rollover=_COUNTER_END / 10,
        kind=RegisterKind.INPUT,
        address=_FIRST_REGISTER,
        type=RegisterType.UINT32,
        scale=0.1,
    ),
    ModbusRegister(
        metric="active_power",
        unit="kW",
        origin=Origin.RECORDING,
        kind=RegisterKind.INPUT,
        address=_FIRST_REGISTER + 2,
        type=RegisterType.FLOAT32,
    ),
    ModbusRegister(
        metric="power_factor",
        unit="1",
        origin=Origin.RECORDING,
        kind=RegisterKind.INPUT,
        address=_FIRST_REGISTER + 4,
        type=RegisterType.INT16,
        scale=0.001,
    ),
    ModbusRegister(
        metric="voltage",
        unit="V",
        origin=Origin.PROCESS_MODEL,
        kind=RegisterKind.INPUT,
        address=_FIRST_REGISTER + 5,
        type=RegisterType.UINT16,
    ),
)


@dataclass(frozen=True, slots=True)
class Feeder:
    """A metered branch: its unit id on the line, and its part of the works' electricity."""

    unit_id: int
    asset: str
    share: float


def meter_words(recording: EnergyRecording, feeder: Feeder, time_us: int) -> list[int]:
    """The meter's registers at a time, as `METER_MAP` reads them."""
    energy = int(recording.counted_kwh(time_us) * feeder.share * 10) % _COUNTER_END
    power_kw = recording.power_kw(time_us) * feeder.share
    time_s = time_us / SECOND_US
    swing = 0.01 * math.sin(2 * math.pi * time_s / _DAY_S) + 0.003 * math.sin(2 * math.pi * time_s / 420)
    packed = struct.pack(
        ">IfhH",
        energy,
        power_kw,
        round(recording.power_factor_at(time_us) * 1_000),
        round(10_000 * (1 + swing)),
    )
    return list(struct.unpack(f">{_REGISTERS}H", packed))


class MeterServer:
    """The meters' Modbus TCP server on loopback."""

    def __init__(
        self,
        recording: EnergyRecording,
        feeders: Sequence[Feeder],
        *,
        host: str,
        port: int,
        now_us: Callable[[], int],
    ) -> None:
        self._recording = recording
        self._feeders = feeders
        self._address = (host, port)
        self._now_us = now_us
        self._server: ModbusTcpServer | None = None

    async def start(self) -> None:
        server = ModbusTcpServer([self._device(feeder) for feeder in self._feeders], address=self._address)
        await server.serve_forever(background=True)
        self._server = server

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.shutdown()  # type: ignore[no-untyped-call]  # the library ships it untyped
        self._server = None

    def _device(self, feeder: Feeder) -> SimDevice:
        async def refresh(
            _function: int,
            _start: int,
            _address: int,
            _count: int,
            registers: list[int],
            written: list[int] | list[bool] | None,
        ) -> ExcCodes | None:
            if written is not None:
                return ExcCodes.ILLEGAL_FUNCTION  # a meter is read, not written
            registers[:_REGISTERS] = meter_words(self._recording, feeder, self._now_us())
            return None

        registers = SimData(_FIRST_REGISTER, count=_REGISTERS, values=0, datatype=SimDataType.REGISTERS)
        return SimDevice(feeder.unit_id, simdata=[registers], action=refresh)
