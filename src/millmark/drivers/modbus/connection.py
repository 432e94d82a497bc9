"""One TCP connection to a Modbus server or gateway: a request, its answer, or the reason there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from millmark.drivers import status_codes
from millmark.drivers.config import RegisterKind
from millmark.drivers.errors import DeviceUnreachable, DriverError
from millmark.drivers.modbus.planner import ReadBlock

# Exception codes of V1.1b3, clause 7, as the status codes that OPC 10000-8, clause 6.3 gives for such causes.
_EXCEPTIONS: Final = {
    1: (status_codes.BAD_NOT_SUPPORTED, "illegal function: the unit has no such table"),
    2: (status_codes.BAD_CONFIGURATION_ERROR, "illegal data address: the unit has no such register"),
    3: (status_codes.BAD_CONFIGURATION_ERROR, "illegal data value: the unit does not take such a read"),
    4: (status_codes.BAD_DEVICE_FAILURE, "server device failure"),
    5: (status_codes.BAD_RESOURCE_UNAVAILABLE, "acknowledge: the unit is busy with a long task"),
    6: (status_codes.BAD_RESOURCE_UNAVAILABLE, "server device busy"),
    8: (status_codes.BAD_DEVICE_FAILURE, "memory parity error"),
    10: (status_codes.BAD_NO_COMMUNICATION, "gateway path unavailable"),
    11: (status_codes.BAD_NO_COMMUNICATION, "gateway target device failed to respond"),
}
# A wrong register in a merged read shows as one of these; smaller reads tell which tag it is.
_WORTH_SPLITTING: Final = frozenset({2, 3, 4})
_NEVER: Final = 1_000_000


class ReadRefused(DriverError):
    """The unit answered with an exception; `code` is the status code its tags get."""

    def __init__(self, message: str, code: int, *, worth_splitting: bool) -> None:
        super().__init__(message)
        self.code = code
        self.worth_splitting = worth_splitting


class ModbusConnection:
    """Requests go one after another, since gateways queue them anyway. A late answer to an earlier request is
    recognised by its transaction id and dropped; it does not cost the connection."""

    def __init__(self, host: str, port: int, *, connect_timeout_s: float, longest_timeout_s: float) -> None:
        self._address = f"{host}:{port}"
        self._connect_timeout_s = connect_timeout_s
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._client = AsyncModbusTcpClient(
            host,
            port=port,
            name="millmark",
            reconnect_delay=0,
            timeout=longest_timeout_s + 1,  # each request has its own, shorter deadline
            retries=0,
            trace_connect=self._connection_changed,
        )
        self._client.set_max_no_responses(_NEVER)

    async def open(self) -> None:
        """Raises `DeviceUnreachable`."""
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                connected = await self._client.connect()
        except (OSError, TimeoutError, ModbusException) as error:
            raise DeviceUnreachable(f"{self._address} cannot be reached: {str(error) or 'no answer'}") from error
        if not connected:
            raise DeviceUnreachable(f"{self._address} cannot be reached: the connection was refused or timed out")

    def close(self) -> None:
        self._client.close()
        if not self._lost.done():
            self._lost.cancel()

    async def read(self, block: ReadBlock, timeout_s: float) -> Sequence[int]:
        """The block's registers, or its bits as 0 and 1.

        Raises `ReadRefused`, TimeoutError, or `DeviceUnreachable` when the connection is gone.
        """
        request = asyncio.ensure_future(self._request(block))
        either: set[asyncio.Future[Any]] = {request, self._lost}
        try:
            await asyncio.wait(either, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not request.done():
                request.cancel()
                await asyncio.wait({request})
        if self._lost.done():
            if not request.cancelled():
                request.exception()  # looked at, or asyncio would report it a second time
            raise DeviceUnreachable(f"{self._address} closed the connection")
        if request.cancelled():
            raise TimeoutError
        try:
            response = request.result()
        except ModbusException as error:
            raise DeviceUnreachable(f"{self._address}: {error}") from error
        return _words(block, response)

    async def _request(self, block: ReadBlock) -> ModbusPDU:
        read = {
            RegisterKind.HOLDING: self._client.read_holding_registers,
            RegisterKind.INPUT: self._client.read_input_registers,
            RegisterKind.COIL: self._client.read_coils,
            RegisterKind.DISCRETE: self._client.read_discrete_inputs,
        }[block.kind]
        return await read(block.address, count=block.count, device_id=block.unit_id)

    def _connection_changed(self, connected: bool) -> None:
        if not connected and not self._lost.done():
            self._lost.set_result(None)


def _words(block: ReadBlock, response: ModbusPDU) -> Sequence[int]:
    if response.isError():
        number = int(response.exception_code)
        code, meaning = _EXCEPTIONS.get(number, (status_codes.BAD_DEVICE_FAILURE, "unknown exception"))
        raise ReadRefused(
            f"exception {number}, {meaning}",
            code,
            worth_splitting=number in _WORTH_SPLITTING and len(block.tags) > 1,
        )
    words = [int(bit) for bit in response.bits] if block.kind.is_bits else list(response.registers)
    if len(words) < block.count:
        raise ReadRefused(
            f"the unit answered with {len(words)} of {block.count} {block.kind} values",
            status_codes.BAD_DATA_ENCODING_INVALID,
            worth_splitting=len(block.tags) > 1,
        )
    return words
