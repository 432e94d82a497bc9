"""The page on connecting a machine, followed word for word: commands, settings and program, on real servers."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import struct
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
from asyncua import Server, ua
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from millmark.history import History
from millmark.model import Period, Quality
from millmark.registry import Database, Registry
from millmark.settings import load_settings
from millmark.web.local import read

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "connect-a-machine.md").read_text("utf-8")
NAMESPACE = "urn:vendor:line"
EXPECTED: dict[str, float | str] = {
    "acme/north/line-1/press-1:state": "RUNNING",
    "acme/north/line-1/press-1:total-count": 4711.0,
    "acme/north/line-1/press-1:temperature": 85.5,
    "acme/north/line-1/press-1:energy": 123_456.7,
    "acme/north/line-1/press-1:power": 12.5,
    "acme/north/line-1/press-1:pressure": 6.2,
    "acme/north/line-1/press-1:running": 1.0,
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def run(command: str, folder: Path) -> str:
    """A command of the page in a shell, with a folder of the test's own."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("MILLMARK_") and name != "PYTHONPATH"
    }
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", command.replace("/srv/mill", str(folder))],
        capture_output=True,
        text=True,
        timeout=100,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@contextmanager
def platform(folder: Path) -> Iterator[int]:
    """`millmark up`; gives the port that devices connect to."""
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("millmark")), "up", "--data", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line)
            if found := re.match(r"mqtt +\S+:(\d+)$", line):
                yield int(found[1])
                break
        else:
            pytest.fail("".join(said))
    finally:
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=60)[0]
    assert process.returncode == 0, "".join(said) + rest


@asynccontextmanager
async def opcua_server() -> AsyncIterator[int]:
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    await server.register_namespace("urn:something:else")
    index = await server.register_namespace(NAMESPACE)
    for name, value in (
        ("Press1.State", "RUNNING"),
        ("Press1.Total", ua.Variant(4711, ua.VariantType.UInt32)),
        ("Press1.Temperature", 85.5),
    ):
        await server.nodes.objects.add_variable(ua.NodeId(name, index), name, value)
    async with server:
        listener = server.bserver._server
        assert listener is not None
        yield int(listener.sockets[0].getsockname()[1])


@asynccontextmanager
async def modbus_server() -> AsyncIterator[int]:
    energy, power = 1_234_567, 12.5
    registers = [energy >> 16, energy & 0xFFFF, *struct.unpack(">HH", struct.pack(">f", power))]
    device = SimDevice(1, simdata=[SimData(0, values=registers, datatype=DataType.REGISTERS)])
    server = ModbusTcpServer([device], address=("127.0.0.1", 0))
    await server.listen()
    assert server.transport is not None
    try:
        yield int(server.transport.sockets[0].getsockname()[1])
    finally:
        await server.shutdown()


def settings_of_the_page(opcua_port: int, modbus_port: int) -> str:
    text = "\n".join(blocks("toml"))
    for shown, real in (
        ("opc.tcp://192.0.2.10:4840", f"opc.tcp://127.0.0.1:{opcua_port}"),
        ('host = "192.0.2.20"\nport = 502', f'host = "127.0.0.1"\nport = {modbus_port}'),
        ('host = "0.0.0.0"\nport = 1883', 'host = "127.0.0.1"\nport = 0'),
    ):
        assert text.count(shown) == 1, f"the page shows {shown!r} no more"
        text = text.replace(shown, real)
    return text + "\n[web]\nport = 0\n"


def registered(folder: Path) -> dict[str, int]:
    database = Database(load_settings(folder, environment={}).database_url)
    try:
        return {series.key: series.id for series in Registry(database).series()}
    finally:
        database.close()


async def all_expected_have_arrived(folder: Path) -> None:
    access = read(folder)
    assert access is not None
    headers = {"Authorization": f"Bearer {access.token}"}
    async with asyncio.timeout(30), httpx.AsyncClient(base_url=access.url, headers=headers, trust_env=False) as api:
        waiting = set(EXPECTED)
        while waiting:
            ids = registered(folder)
            for key in waiting & ids.keys():
                if (await api.get(f"/api/series/{ids[key]}/extent")).json().get("last_us"):
                    waiting.discard(key)
            await asyncio.sleep(0.2)


def last_good_values(folder: Path) -> dict[str, float | str | None]:
    """Of each series, as the folder has it once the platform is down."""
    ids = registered(folder)
    history = History.open(load_settings(folder, environment={}).history, now_us=lambda: 2**52)
    try:
        points = history.raw(list(ids.values()), Period(0, 2**52))
        texts = history.raw_text(list(ids.values()), Period(0, 2**52))
    finally:
        history.close()
    keys = {number: key for key, number in ids.items()}
    good, good_texts = points.take(points.quality == Quality.GOOD), texts.take(texts.quality == Quality.GOOD)
    # Rows come in the order of time, so the last of a series stays.
    found: dict[str, float | str | None] = {
        keys[number]: value for number, value in zip(good.series.tolist(), good.value.tolist(), strict=True)
    }
    return found | {
        keys[number]: value
        for number, value in zip(good_texts.series.tolist(), good_texts.value.to_pylist(), strict=True)
    }


@pytest.mark.long
@pytest.mark.slow
async def test_whoever_follows_the_page_sees_the_machines_values(tmp_path: Path) -> None:
    folder = tmp_path / "mill"
    commands = blocks("sh")
    assert [len(command.splitlines()) for command in commands[1:]] == [1, 1]
    assert commands[2] == "millmark up --data /srv/mill\n"
    await asyncio.to_thread(run, commands[0], folder)
    answer = await asyncio.to_thread(run, commands[1], folder)
    key = re.search(r"key \(shown this once\): (\S+)", answer)
    assert key

    async with opcua_server() as opcua_port, modbus_server() as modbus_port:
        (folder / "millmark.toml").write_text(settings_of_the_page(opcua_port, modbus_port), "utf-8")
        starting = platform(folder)
        mqtt_port = await asyncio.to_thread(starting.__enter__)
        try:
            device = {"GATEWAY_KEY": key[1], "PLATFORM_HOST": "127.0.0.1", "PLATFORM_PORT": str(mqtt_port)}
            (program,) = blocks("python")
            program_file = tmp_path / "device.py"
            program_file.write_text(program, "utf-8")
            settings = " ".join(f"{name}={value}" for name, value in device.items())
            await asyncio.to_thread(run, f"{settings} python {program_file}", folder)
            await all_expected_have_arrived(folder)
        finally:
            await asyncio.to_thread(starting.__exit__, None, None, None)

    assert last_good_values(folder) == pytest.approx(EXPECTED)


def test_the_page_shows_each_kind_of_block_it_needs() -> None:
    assert (len(blocks("sh")), len(blocks("python"))) == (3, 1)
    assert [next(iter(tomllib.loads(block))) for block in blocks("toml")] == ["opcua", "modbus", "mqtt"]
