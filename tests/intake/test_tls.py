"""Encrypted doors, tried with clients that are not ours; certificates stand for gateways."""

from __future__ import annotations

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.fixtures.authority import Authority
from tests.intake.conftest import Door, Plant

from millmark.intake import Intake, MqttListener
from millmark.intake.tls import ReloadingTls, ServerTls, gateway_of_certificate

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None or shutil.which("mosquitto_pub") is None, reason="no openssl or mosquitto_pub here"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server_files(authority: Authority) -> tuple[Path, Path]:
    return authority.issue("server", "/CN=localhost")


OpenTls = Callable[..., object]


@pytest.fixture
async def open_tls(
    plant: Plant, authority: Authority, server_files: tuple[Path, Path]
) -> AsyncIterator[Callable[..., object]]:
    doors: list[Door] = []

    async def open_it(*, required: bool = False, asks: bool = True) -> Door:
        certificate, key = server_files
        tls = ServerTls(
            certificate_file=certificate,
            key_file=key,
            client_ca_file=authority.file if asks else None,
            is_required=required,
        )
        intake = Intake(plant.history, plant.registry, now_us=plant.clock, units=plant.units)
        await intake.start()
        listener = MqttListener(intake, plant.registry, "127.0.0.1", tls=tls.context())
        await listener.start()
        doors.append(Door(plant, intake, listener))
        return doors[-1]

    yield open_it
    for door in doors:
        await door.listener.stop(within_s=1.0)
        await door.intake.stop()


async def publish(door: Door, authority: Authority, *options: object) -> int:
    """mosquitto_pub's exit code: 0 when the message was acknowledged."""
    process = await asyncio.create_subprocess_exec(
        "mosquitto_pub", "-h", "localhost", "-p", str(door.listener.port), "--cafile", str(authority.file),
        "-q", "1", "-t", "millmark/gw/press", "-m", '{"ts": 1700000000000, "values": {"a": 1}}',
        *map(str, options), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    return await asyncio.wait_for(process.wait(), 20)


async def test_keys_work_as_ever_and_nobody_listens_in(open_tls: OpenTls, authority: Authority, plant: Plant) -> None:
    door = await open_tls(asks=False)  # type: ignore[misc]
    assert await publish(door, authority, "-u", "gw", "-P", plant.keys["gw"]) == 0
    assert plant.numbers("press", "a") == [(1_700_000_000_000_000, 1.0)]
    assert await publish(door, authority, "-u", "gw", "-P", "wrong") != 0


@pytest.mark.parametrize(
    ("name", "subject", "alternative"),
    [("by-name", "/O=Acme/CN=gw", "DNS:gw"), ("by-uri", "/CN=whatever", "DNS:x,URI:urn:millmark:gateway:gw")],
)
async def test_a_certificate_stands_for_its_gateway(
    open_tls: OpenTls, authority: Authority, plant: Plant, name: str, subject: str, alternative: str
) -> None:
    certificate, key = authority.issue(name, subject, alternative)
    door = await open_tls(required=True)  # type: ignore[misc]
    assert await publish(door, authority, "--cert", certificate, "--key", key) == 0
    assert plant.numbers("press", "a") == [(1_700_000_000_000_000, 1.0)]
    # Not for another one, whatever key is beside it, and not without it.
    assert await publish(
        door, authority, "--cert", certificate, "--key", key, "-u", "strict", "-P", plant.keys["strict"]
    )
    assert await publish(door, authority, "-u", "gw", "-P", plant.keys["gw"])


async def test_certificates_of_nobody_known_are_refused(
    open_tls: OpenTls, authority: Authority, plant: Plant, tmp_path: Path
) -> None:
    door = await open_tls()  # type: ignore[misc]
    certificate, key = authority.issue("nobody", "/CN=nobody", "DNS:nobody")
    assert await publish(door, authority, "--cert", certificate, "--key", key)
    stranger = Authority(tmp_path)
    certificate, key = stranger.issue("forged", "/CN=gw", "DNS:gw")
    assert await publish(door, authority, "--cert", certificate, "--key", key)
    assert plant.history.point_count() == 0


async def test_a_renewed_certificate_is_used_and_a_broken_one_is_not(
    authority: Authority, tmp_path: Path, plant: Plant
) -> None:
    certificate, key = tmp_path / "server.pem", tmp_path / "server.key"

    def install(name: str) -> None:
        for source, target in zip(authority.issue(name, f"/CN={name}"), (certificate, key), strict=True):
            target.write_bytes(source.read_bytes())

    install("first")
    tls = ReloadingTls(ServerTls(certificate_file=certificate, key_file=key))
    intake = Intake(plant.history, plant.registry, now_us=plant.clock, units=plant.units)
    await intake.start()
    listener = MqttListener(intake, plant.registry, "127.0.0.1", tls=tls.context)
    await listener.start()
    try:

        async def shown() -> str:
            context = ssl.create_default_context(cafile=authority.file)
            _, writer = await asyncio.open_connection(
                "127.0.0.1", listener.port, ssl=context, server_hostname="localhost"
            )
            certificate = writer.get_extra_info("peercert")
            writer.close()
            return str(gateway_of_certificate(certificate))

        assert await shown() == "first"
        assert not tls.reload()
        install("second")
        assert tls.reload()
        assert await shown() == "second"
        certificate.write_text("half a fi")
        with pytest.raises(ssl.SSLError):
            tls.reload()
        assert await shown() == "second"
    finally:
        await listener.stop(within_s=1.0)
        await intake.stop()
