"""The Modbus driver against real pymodbus servers: what is read, and what happens when something is wrong."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from statistics import median
from typing import Any

import pytest
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from millmark.drivers import status_codes
from millmark.drivers.config import BackOff, ModbusConfig
from millmark.drivers.driver import DriverState
from millmark.drivers.modbus import ModbusDriver

QUICK = BackOff(first_s=0.05, longest_s=0.2)


@asynccontextmanager
async def serving(port: int, *devices: SimDevice) -> AsyncIterator[ModbusTcpServer]:
    server = ModbusTcpServer(list(devices), address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    try:
        yield server
    finally:
        await server.shutdown()


def meter(unit: int, first: int = 0, count: int = 10, **more: Any) -> SimDevice:
    registers = SimData(first, count=count, values=unit * 100, datatype=DataType.REGISTERS)
    return SimDevice(unit, simdata=[registers], **more)


def config(port: int, **more: Any) -> ModbusConfig:
    document = {
        "gateway": "meters",
        "root": "acme/north",
        "host": "127.0.0.1",
        "port": port,
        "poll_interval_s": 0.05,
        "timeout_s": 1.0,
        "back_off": QUICK,
        "devices": [{"unit_id": 1, "registers": [{"metric": "a", "address": 0}, {"metric": "b", "address": 5}]}],
    }
    return ModbusConfig.model_validate(document | more)


async def test_registers_are_read_at_the_time_of_their_answer(
    port: int, received: Any, running: Any, until: Any, wall_us: Callable[[], int]
) -> None:
    started_us = wall_us()
    async with serving(port, meter(1)):
        driver = ModbusDriver(config(port), now_us=wall_us)
        running(driver.run(received))
        await until(lambda: len(received.of("b")) >= 3)
    assert set(received.values("a")) == {100.0}
    times = [time_us for time_us, _, _ in received.of("b")]
    assert times == sorted(set(times))
    assert started_us < times[0] <= wall_us()


async def test_all_four_tables_are_read(
    port: int, received: Any, running: Any, until: Any, wall_us: Callable[[], int]
) -> None:
    bits, words = (
        SimData(0, values=[True, False] * 8, datatype=DataType.BITS),
        SimData(0, values=[7, 8], datatype=DataType.REGISTERS),
    )
    others = SimData(0, values=[False, True] * 8, datatype=DataType.BITS)
    inputs = SimData(0, values=[17, 18], datatype=DataType.REGISTERS)
    device = SimDevice(1, simdata=([bits], [others], [words], [inputs]))
    registers = [
        {"metric": "coil", "kind": "coil", "address": 2, "type": "bool", "data_type": "boolean"},
        {"metric": "discrete", "kind": "discrete", "address": 2, "type": "bool", "data_type": "boolean"},
        {"metric": "holding", "kind": "holding", "address": 1},
        {"metric": "input", "kind": "input", "address": 1},
    ]
    async with serving(port, device):
        driver = ModbusDriver(config(port, devices=[{"unit_id": 1, "registers": registers}]), now_us=wall_us)
        running(driver.run(received))
        await until(lambda: bool(received.of("input")))
    assert [received.values(name)[0] for name in ("coil", "discrete", "holding", "input")] == [1.0, 0.0, 8.0, 18.0]


async def test_an_unreachable_device_is_said_and_found_once_it_is_there(
    port: int, received: Any, running: Any, until: Any, wall_us: Callable[[], int]
) -> None:
    driver = ModbusDriver(config(port), now_us=wall_us)
    running(driver.run(received))
    await until(lambda: driver.status.state is DriverState.RETRYING)
    assert f"127.0.0.1:{port} cannot be reached" in str(driver.status.last_error)
    async with serving(port, meter(1)):
        await until(lambda: 100.0 in received.values("a"))
        assert driver.status.state is DriverState.CONNECTED
        assert driver.status.bad_tags == ()


async def test_a_lost_connection_gives_each_tag_one_bad_reading_and_comes_back(
    port: int, received: Any, running: Any, until: Any, wall_us: Callable[[], int]
) -> None:
    driver = ModbusDriver(config(port), now_us=wall_us)
    async with serving(port, meter(1)):
        running(driver.run(received))
        await until(lambda: len(received.of("a")) >= 2)
    await until(lambda: driver.status.state is DriverState.RETRYING)
    await asyncio.sleep(0.5)  # several failed attempts to come back
    bad = [(value, code) for _, value, code in received.of("a") if code]
    assert len(bad) == 1
    assert math.isnan(bad[0][0])
    assert bad[0][1] == status_codes.BAD_COMMUNICATION_ERROR
    async with serving(port, meter(1)):
        before = len(received.of("a"))
        await until(lambda: len(received.of("a")) > before)
    times = [time_us for time_us, _, _ in received.of("a")]
    assert times == sorted(times)


async def test_one_wrong_address_does_not_cost_its_neighbours(
    port: int, received: Any, running: Any, until: Any, wall_us: Callable[[], int]
) -> None:
    registers = [{"metric": f"m{address}", "address": address} for address in (0, 3, 9, 12)]
    async with serving(port, meter(1, count=10)):
        driver = ModbusDriver(config(port, devices=[{"unit_id": 1, "registers": registers}]), now_us=wall_us)
        running(driver.run(received))
        await until(lambda: len(received.of("m9")) >= 3)
    assert received.values("m0")[:2] == received.values("m3")[:2] == received.values("m9")[:2] == [100.0, 100.0]
    ((_, value, code),) = received.of("m12")
    assert math.isnan(value)
    assert code == status_codes.BAD_CONFIGURATION_ERROR
    (bad,) = driver.status.bad_tags
    assert (bad.metric, bad.address) == ("m12", "unit 1, holding 12")
    assert "illegal data address" in bad.reason


async def test_a_register_that_appears_later_is_found_by_itself(
    port: int, received: Any, running: Any, until: Any, wall_us: Callable[[], int]
) -> None:
    missing = [{"metric": "a", "address": 0}, {"metric": "late", "address": 12}]
    settings = config(port, retry_bad_tags_s=0.2, devices=[{"unit_id": 1, "registers": missing}])
    driver = ModbusDriver(settings, now_us=wall_us)
    async with serving(port, meter(1, count=10)):
        running(driver.run(received))
        await until(lambda: bool(driver.status.bad_tags))
    async with serving(port, meter(1, count=20)):
        await until(lambda: 100.0 in received.values("late"))
        assert driver.status.bad_tags == ()


async def test_a_wrong_register_type_is_refused_with_its_cause(
    port: int, received: Any, running: Any, until: Any, wall_us: Callable[[], int]
) -> None:
    async def no_inputs(function: int, *_: Any) -> ExcCodes | None:
        return ExcCodes.ILLEGAL_FUNCTION if function == 4 else None

    registers = [{"metric": "wrong", "kind": "input", "address": 0}, {"metric": "right", "address": 0}]
    async with serving(port, meter(1, action=no_inputs)):
        driver = ModbusDriver(config(port, devices=[{"unit_id": 1, "registers": registers}]), now_us=wall_us)
        running(driver.run(received))
        await until(lambda: len(received.of("right")) >= 2)
    assert [code for _, _, code in received.of("wrong")] == [status_codes.BAD_NOT_SUPPORTED]
    assert "illegal function" in driver.status.bad_tags[0].reason


async def test_a_silent_unit_does_not_hold_up_the_others(
    port: int, received: Any, running: Any, until: Any, wall_us: Callable[[], int]
) -> None:
    async def asleep(*_: Any) -> None:
        await asyncio.sleep(30)

    devices = [
        {"unit_id": 1, "asset": "quick", "registers": [{"metric": "quick", "address": 0}]},
        {
            "unit_id": 2,
            "asset": "silent",
            "timeout_s": 0.1,
            "registers": [{"metric": f"s{n}", "address": n * 200} for n in range(5)],
        },
    ]
    async with serving(port, meter(1), meter(2, action=asleep)):
        driver = ModbusDriver(config(port, devices=devices), now_us=wall_us)
        running(driver.run(received))
        await until(lambda: len(received.of("quick")) >= 20, within_s=5)
    times = [time_us / 1e6 for time_us, _, _ in received.of("quick")]
    assert (
        max(later - earlier for earlier, later in pairwise(times)) < 0.6
    )  # five silent reads would take 0.5 s each time
    assert median(later - earlier for earlier, later in pairwise(times)) < 0.1
    assert [code for _, _, code in received.of("s0")] == [status_codes.BAD_TIMEOUT]
    assert {tag.asset for tag in driver.status.bad_tags} == {"silent"}


async def test_an_answer_that_comes_too_late_does_not_upset_the_connection(
    port: int, received: Any, running: Any, until: Any, wall_us: Callable[[], int]
) -> None:
    answers = iter([0.4, 0.0])

    async def late_at_first(*_: Any) -> None:
        await asyncio.sleep(next(answers, 0.0))

    connects: list[DriverState] = []
    async with serving(port, meter(1, action=late_at_first)):
        settings = config(port, timeout_s=0.2)
        driver = ModbusDriver(settings, now_us=wall_us, on_status=lambda status: connects.append(status.state))
        running(driver.run(received))
        await until(lambda: len([1 for _, _, code in received.of("a") if not code]) >= 5)
    assert received.of("a")[0][2] == status_codes.BAD_TIMEOUT
    assert set(connects) == {DriverState.CONNECTING, DriverState.CONNECTED}


async def test_polls_keep_to_their_grid(
    port: int, received: Any, running: Any, until: Any, wall_us: Callable[[], int]
) -> None:
    async def slowish(*_: Any) -> None:
        await asyncio.sleep(0.03)

    async with serving(port, meter(1, action=slowish)):
        driver = ModbusDriver(config(port, poll_interval_s=0.1), now_us=wall_us)
        running(driver.run(received))
        await until(lambda: len(received.of("a")) >= 15)
    times = [time_us / 1e6 for time_us, _, _ in received.of("a")]
    # Each answer takes 0.03 s; a pause of 0.1 s between polls would put them 0.13 s apart.
    assert median(later - earlier for earlier, later in pairwise(times)) == pytest.approx(0.1, abs=0.02)


async def test_what_was_not_stored_is_offered_again_in_order(
    port: int, received: Any, running: Any, until: Any, wall_us: Callable[[], int]
) -> None:
    async with serving(port, meter(1)):
        driver = ModbusDriver(config(port), now_us=wall_us)
        received.refusing = True
        running(driver.run(received))
        await until(lambda: driver.status.last_error is not None)
        assert "not stored yet" in str(driver.status.last_error)
        assert driver.status.readings_delivered == 0
        received.refusing = False
        await until(lambda: len(received.of("a")) >= 3)
    times = [time_us for time_us, _, _ in received.of("a")]
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("exception", "code", "meaning"),
    [
        (ExcCodes.GATEWAY_NO_RESPONSE, status_codes.BAD_NO_COMMUNICATION, "gateway target device failed to respond"),
        (ExcCodes.DEVICE_BUSY, status_codes.BAD_RESOURCE_UNAVAILABLE, "device busy"),
        (ExcCodes.DEVICE_FAILURE, status_codes.BAD_DEVICE_FAILURE, "device failure"),
    ],
)
async def test_what_a_unit_answers_is_told_in_words_and_as_a_status_code(
    exception: ExcCodes,
    code: int,
    meaning: str,
    port: int,
    received: Any,
    running: Any,
    until: Any,
    wall_us: Callable[[], int],
) -> None:
    async def refuse(*_: Any) -> ExcCodes:
        return exception

    async with serving(port, meter(1, action=refuse)):
        driver = ModbusDriver(config(port), now_us=wall_us)
        running(driver.run(received))
        await until(lambda: bool(received.of("b")))
    assert meaning in driver.status.bad_tags[0].reason
    assert [one[2] for one in received.of("a")] == [code]
