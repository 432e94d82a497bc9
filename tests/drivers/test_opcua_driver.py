"""The OPC UA driver against real asyncua servers: subscriptions, restarts, bad nodes, history."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from asyncua import ua
from asyncua.server.server import Server

from millmark.drivers import status_codes
from millmark.drivers.config import BackOff, OpcUaConfig
from millmark.drivers.driver import DriverState
from millmark.drivers.opcua import OpcUaDriver, browse
from millmark.model import utc_us

# A server takes seconds to build, so most tests share one, each with nodes of its own.
pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMESPACE = "urn:acme:line"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Plant:
    """Nodes of one test on a server; their values have times and status codes of the test's choice."""

    def __init__(self, server: Server, index: int, port: int, prefix: str = "") -> None:
        self.server = server
        self.index = index
        self.port = port
        self.prefix = prefix

    def id(self, name: str) -> ua.NodeId:
        return ua.NodeId(ua.String(self.prefix + name), ua.Int16(self.index))

    async def add(self, name: str, value: Any, kind: ua.VariantType, moment: datetime | None = None) -> Any:
        node = await self.server.nodes.objects.add_variable(self.id(name), self.prefix + name, ua.Variant(value, kind))
        await self.set(name, value, kind, moment)
        return node

    async def set(
        self, name: str, value: Any, kind: ua.VariantType, moment: datetime | None = None, code: int = 0
    ) -> None:
        data = ua.DataValue(
            ua.Variant(value, kind),
            StatusCode=ua.StatusCode(ua.UInt32(code)),
            SourceTimestamp=moment or datetime.now(UTC),
        )
        await self.server.write_attribute_value(self.id(name), data)

    async def add_with_history(self, name: str, moments: list[datetime]) -> None:
        """A count that is 0 at the first moment, 1 at the second, and so on, all of it remembered."""
        node = await self.add(name, 0, ua.VariantType.UInt32, moments[0])
        await self.server.historize_node_data_change(node, period=timedelta(days=7))
        for number, moment in enumerate(moments[1:], start=1):
            await self.set(name, number, ua.VariantType.UInt32, moment)
        remembered = self.server.iserver.history_manager.storage._datachanges[node.nodeid]
        while len(remembered) < len(moments):  # noqa: ASYNC110 - the server's own list tells nobody when it grows
            await asyncio.sleep(0.01)

    def config(self, *more_tags: dict[str, Any], **more: Any) -> OpcUaConfig:
        tags = [
            {"metric": "temperature", "unit": "Cel", "node": "s=Temperature"},
            {"metric": "state", "data_type": "text", "node": "s=State"},
            *more_tags,
        ]
        document = {
            "gateway": "press-line",
            "root": "acme/north",
            "endpoint": f"opc.tcp://127.0.0.1:{self.port}/plant",
            "namespace": NAMESPACE,
            "publishing_interval_ms": 50,
            "sampling_interval_ms": 10,
            "request_timeout_s": 3,
            "keep_alive_s": 1,
            "back_off": BackOff(first_s=0.1, longest_s=0.3),
            "tags": [{**tag, "node": tag["node"].replace("s=", f"s={self.prefix}")} for tag in tags],
        }
        return OpcUaConfig.model_validate(document | more)


@asynccontextmanager
async def serving(port: int, *, other_namespaces: int = 0, **how: Any) -> AsyncIterator[Plant]:
    server = Server(**how)
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/plant")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    if how:
        server.set_identity_tokens([ua.UserNameIdentityToken])
    for number in range(other_namespaces):
        await server.register_namespace(f"urn:other:{number}")
    plant = Plant(server, await server.register_namespace(NAMESPACE), port)
    await plant.add("Temperature", 20.5, ua.VariantType.Double, LONG_AGO)
    await plant.add("State", "RUN", ua.VariantType.String, LONG_AGO)
    await server.start()
    try:
        yield plant
    finally:
        await server.stop()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(unused_ports: Callable[[], int]) -> AsyncIterator[Plant]:
    async with serving(unused_ports()) as plant:
        yield plant


@pytest.fixture(scope="module")
def names() -> Any:
    return count(1)


@pytest_asyncio.fixture(loop_scope="module")
async def plant(shared: Plant, names: Any) -> Plant:
    own = Plant(shared.server, shared.index, shared.port, f"T{next(names)}.")
    await own.add("Temperature", 20.5, ua.VariantType.Double, LONG_AGO)
    await own.add("State", "RUN", ua.VariantType.String, LONG_AGO)
    return own


@pytest_asyncio.fixture(loop_scope="module")
async def running() -> AsyncIterator[Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]]:
    tasks: list[asyncio.Task[None]] = []

    def start(endless: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        tasks.append(asyncio.create_task(endless))
        return tasks[-1]

    yield start
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Wire:
    """A connection that can be unplugged (silent, as a pulled cable) or closed (refused, as a stopped server)."""

    def __init__(self, far_port: int) -> None:
        self._far_port = far_port
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.unplugged = False

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._far_port)
        both = [
            asyncio.create_task(self._carry(reader, far_writer)),
            asyncio.create_task(self._carry(far_reader, writer)),
        ]
        self._tasks.update(both)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError):
                while data := await reader.read(65_536):
                    if not self.unplugged:
                        writer.write(data)
        finally:
            writer.close()


@pytest_asyncio.fixture(loop_scope="module")
async def wire(plant: Plant) -> AsyncIterator[Wire]:
    """Stands between the driver and the shared server; the plant's configuration leads through it."""
    between = Wire(plant.port)
    await between.open()
    plant.port = between.port
    yield between
    await between.close()


Now = Callable[[], int]


async def test_values_come_with_their_own_times_and_codes(
    plant: Plant, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    running(OpcUaDriver(plant.config(), now_us=wall_us).run(received))
    await until(lambda: bool(received.of("temperature")) and bool(received.of("state")))
    assert received.of("temperature") == [(utc_us(LONG_AGO), 20.5, 0)]
    assert received.of("state") == [(utc_us(LONG_AGO), "RUN", 0)]
    later = LONG_AGO + timedelta(seconds=1, microseconds=7)
    await plant.set("Temperature", 21.0, ua.VariantType.Double, later, ua.StatusCodes.UncertainLastUsableValue)
    await until(lambda: len(received.of("temperature")) == 2)
    assert received.of("temperature")[1] == (utc_us(later), 21.0, ua.StatusCodes.UncertainLastUsableValue)
    assert int(received.batches[-1].quality[0]) == 1


async def test_no_change_between_two_publishings_is_lost(
    plant: Plant, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    running(OpcUaDriver(plant.config(), now_us=wall_us).run(received))
    await until(lambda: bool(received.of("temperature")))
    for number in range(1, 61):
        await plant.set("Temperature", 1.0, ua.VariantType.Double, LONG_AGO + timedelta(seconds=number))
    await until(lambda: len(received.of("temperature")) == 61)
    # The value never changed; each new source time is a point of its own all the same.
    assert [time_us - utc_us(LONG_AGO) for time_us, _, _ in received.of("temperature")] == [
        number * 1_000_000 for number in range(61)
    ]


async def test_one_bad_node_does_not_stop_the_others_and_is_named(
    plant: Plant, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    await plant.add("Curve", [1.0, 2.0], ua.VariantType.Double)
    settings = plant.config(
        {"metric": "absent", "node": "s=Absent"},
        {"metric": "foreign", "node": "nsu=urn:nowhere;s=X"},
        {"metric": "misspelt", "node": "Temperature"},
        {"metric": "words", "node": "s=State"},
        {"metric": "curve", "node": "s=Curve"},
    )
    driver = OpcUaDriver(settings, now_us=wall_us)
    running(driver.run(received))
    await until(lambda: len(driver.status.bad_tags) == 5 and bool(received.of("temperature")))
    await plant.set("Temperature", 22.0, ua.VariantType.Double)
    await until(lambda: 22.0 in received.values("temperature"))
    assert driver.status.state is DriverState.CONNECTED
    reasons = {tag.metric: (tag.code, tag.reason) for tag in driver.status.bad_tags}
    assert reasons["absent"] == (status_codes.BAD_NODE_ID_UNKNOWN, "the server refused it: BadNodeIdUnknown")
    assert "no namespace 'urn:nowhere'" in reasons["foreign"][1]
    assert "is no node id" in reasons["misspelt"][1]
    assert reasons["words"] == (status_codes.BAD_TYPE_MISMATCH, "a str is no number")
    assert reasons["curve"] == (status_codes.BAD_NOT_SUPPORTED, "arrays are not supported")


async def test_a_node_that_appears_later_is_found_by_itself(
    plant: Plant, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    driver = OpcUaDriver(plant.config({"metric": "late", "node": "s=Late"}, retry_bad_tags_s=0.3), now_us=wall_us)
    running(driver.run(received))
    await until(lambda: [tag.metric for tag in driver.status.bad_tags] == ["late"])
    await plant.add("Late", 5.0, ua.VariantType.Double)
    await until(lambda: 5.0 in received.values("late"))
    await until(lambda: driver.status.bad_tags == ())


async def test_a_restarted_server_is_subscribed_again_even_with_other_namespace_indexes(
    port: int, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    async with serving(port) as plant:
        driver = OpcUaDriver(plant.config(), now_us=wall_us)
        running(driver.run(received))
        await until(lambda: bool(received.of("temperature")))
    await until(lambda: driver.status.state is DriverState.RETRYING)
    async with serving(port, other_namespaces=2) as plant:
        await until(lambda: driver.status.state is DriverState.CONNECTED, within_s=15)
        await plant.set("Temperature", 33.0, ua.VariantType.Double)
        await until(lambda: 33.0 in received.values("temperature"))


async def test_an_outage_is_marked_once_and_an_unchanged_value_is_said_again_after_it(
    plant: Plant, wire: Wire, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    driver = OpcUaDriver(plant.config(), now_us=wall_us)
    running(driver.run(received))
    await until(lambda: bool(received.of("temperature")) and bool(received.of("state")))
    await wire.close()
    await until(lambda: len(received.of("temperature")) == 2)
    marked_us, value, code = received.of("temperature")[1]
    assert code == status_codes.BAD_COMMUNICATION_ERROR
    assert math.isnan(value)
    assert received.of("state")[1][1] is None
    await asyncio.sleep(0.5)  # several failed attempts to come back
    await wire.open()
    await until(lambda: len(received.of("temperature")) >= 4)
    readings = received.of("temperature")
    assert readings[2] == (utc_us(LONG_AGO), 20.5, 0)  # as the server tells it: older than the mark
    assert readings[3][0] > marked_us
    assert readings[3][1:] == (20.5, 0)
    assert len([code for _, _, code in readings if code]) == 1


async def test_an_unreachable_server_is_said_and_tried_again(
    plant: Plant, wire: Wire, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    await wire.close()
    driver = OpcUaDriver(plant.config(), now_us=wall_us)
    running(driver.run(received))
    await until(lambda: driver.status.state is DriverState.RETRYING)
    assert driver.status.last_error
    await wire.open()
    await until(lambda: driver.status.state is DriverState.CONNECTED)
    await until(lambda: bool(received.of("temperature")))


async def test_a_server_that_falls_silent_is_noticed(
    plant: Plant, wire: Wire, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    driver = OpcUaDriver(plant.config(request_timeout_s=1, keep_alive_s=0.5), now_us=wall_us)
    running(driver.run(received))
    await until(lambda: bool(received.of("temperature")))
    wire.unplugged = True
    await until(lambda: driver.status.state is DriverState.RETRYING)
    wire.unplugged = False
    await until(lambda: driver.status.state is DriverState.CONNECTED)


async def test_sessions_of_earlier_connections_do_not_pile_up(
    plant: Plant, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    subscriptions = plant.server.iserver.subscription_service.subscriptions
    before = set(subscriptions)
    for _ in range(3):
        task = running(OpcUaDriver(plant.config(), now_us=wall_us).run(received))
        await until(lambda: len(received.of("temperature")) == 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        received.batches.clear()
    await until(lambda: set(subscriptions) <= before)


async def test_requests_respect_the_server_s_limits(
    plant: Plant, received: Any, running: Any, until: Any, wall_us: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = plant.server.get_node(
        ua.NodeId(ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall)
    )
    await limit.write_value(ua.Variant(3, ua.VariantType.UInt32))
    sizes: list[int] = []
    service = plant.server.iserver.subscription_service
    create = service.create_monitored_items

    async def counted(parameters: Any) -> Any:
        sizes.append(len(parameters.ItemsToCreate))
        return await create(parameters)

    monkeypatch.setattr(service, "create_monitored_items", counted)
    tags = []
    for number in range(8):
        await plant.add(f"N{number}", float(number), ua.VariantType.Double)
        tags.append({"metric": f"n{number}", "node": f"s=N{number}"})
    running(OpcUaDriver(plant.config(*tags), now_us=wall_us).run(received))
    await until(lambda: all(received.of(f"n{number}") for number in range(8)))
    await limit.write_value(ua.Variant(0, ua.VariantType.UInt32))
    assert sizes == [3, 3, 3, 1]


COUNT = {"metric": "count", "data_type": "integer", "node": "s=Count"}


async def test_history_is_filled_in_first_and_in_order(
    plant: Plant, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    begin = datetime.now(UTC) - timedelta(hours=2)
    await plant.add_with_history("Count", [begin + timedelta(minutes=number) for number in range(26)])
    settings = plant.config(COUNT, backfill={"first_span_h": 3, "values_per_request": 4})
    running(OpcUaDriver(settings, now_us=wall_us).run(received))
    await until(lambda: 25.0 in received.values("count"))
    await plant.set("Count", 26, ua.VariantType.UInt32)
    await until(lambda: 26.0 in received.values("count"))
    assert list(dict.fromkeys(received.values("count"))) == [float(number) for number in range(27)]


async def test_what_happened_while_away_is_fetched_from_history(
    plant: Plant, wire: Wire, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    await plant.add_with_history("Count", [datetime.now(UTC)])
    settings = plant.config(COUNT, backfill={"first_span_h": 1}, request_timeout_s=1, keep_alive_s=0.5)
    driver = OpcUaDriver(settings, now_us=wall_us)
    running(driver.run(received))
    await until(lambda: bool(received.of("count")))
    wire.unplugged = True
    for number in range(1, 6):
        await plant.set("Count", number, ua.VariantType.UInt32)
        await asyncio.sleep(0.02)
    await until(lambda: driver.status.state is DriverState.RETRYING)
    wire.unplugged = False
    await until(lambda: 5.0 in received.values("count"))
    assert list(dict.fromkeys(received.good("count"))) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


async def test_a_server_too_busy_for_all_of_its_history_is_come_back_to_soon(
    plant: Plant, received: Any, running: Any, until: Any, wall_us: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second page comes too late, so each session brings one page and dies; waiting must not grow with each."""
    begin = datetime.now(UTC) - timedelta(hours=2)
    await plant.add_with_history("Count", [begin + timedelta(minutes=number) for number in range(8)])
    storage = plant.server.iserver.history_manager.storage
    read, asked = storage.read_node_history, count(1)

    async def busy(node: ua.NodeId, *span: Any) -> Any:
        if node == plant.id("Count") and next(asked) % 2 == 0:
            await asyncio.sleep(1.0)
        return await read(node, *span)

    monkeypatch.setattr(storage, "read_node_history", busy)
    settings = plant.config(
        COUNT,
        backfill={"first_span_h": 3, "values_per_request": 1},
        request_timeout_s=0.5,
        back_off=BackOff(first_s=0.1, longest_s=60.0),
    )
    running(OpcUaDriver(settings, now_us=wall_us).run(received))
    # Waiting twice as long after each of eight sessions would take some 25 s.
    await until(lambda: 7.0 in received.values("count"), 20.0)
    assert list(dict.fromkeys(received.good("count"))) == [float(number) for number in range(8)]


async def test_a_new_process_goes_on_where_the_history_ends(
    plant: Plant, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    begin = datetime.now(UTC) - timedelta(hours=2)
    await plant.add_with_history("Count", [begin + timedelta(minutes=number) for number in range(61)])

    async def last_stored() -> dict[tuple[str, str], int]:
        return {("", "count"): utc_us(begin + timedelta(minutes=40))}

    settings = plant.config(COUNT, backfill={"first_span_h": 3})
    running(OpcUaDriver(settings, now_us=wall_us, last_stored=last_stored).run(received))
    await until(lambda: 60.0 in received.values("count"))
    # From a little before the newest stored one on: what was stored twice counts once.
    assert list(dict.fromkeys(received.values("count"))) == [float(number) for number in range(36, 61)]


async def test_a_server_without_history_is_followed_all_the_same(
    plant: Plant, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    running(OpcUaDriver(plant.config(backfill={"first_span_h": 1}), now_us=wall_us).run(received))
    await until(lambda: bool(received.of("temperature")))
    await plant.set("Temperature", 23.0, ua.VariantType.Double)
    await until(lambda: 23.0 in received.values("temperature"))


async def test_nothing_is_acknowledged_before_it_is_stored(
    plant: Plant, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    driver = OpcUaDriver(plant.config(), now_us=wall_us)
    running(driver.run(received))
    await until(lambda: bool(received.of("temperature")))
    received.refusing = True
    for number in range(1, 31):
        await plant.set("Temperature", float(number), ua.VariantType.Double)
        await asyncio.sleep(0.02)
    await until(lambda: "not stored yet" in str(driver.status.last_error))
    received.refusing = False
    await until(lambda: 30.0 in received.values("temperature"))
    assert received.values("temperature") == [20.5, *(float(number) for number in range(1, 31))]


async def test_a_time_that_is_not_the_source_s_is_said(
    plant: Plant, received: Any, running: Any, until: Any, wall_us: Now
) -> None:
    driver = OpcUaDriver(plant.config(), now_us=wall_us)
    running(driver.run(received))
    await until(lambda: bool(received.of("temperature")))
    untimed = ua.DataValue(ua.Variant(7.0, ua.VariantType.Double), SourceTimestamp=None)
    await plant.server.write_attribute_value(plant.id("Temperature"), untimed)
    await until(lambda: 7.0 in received.values("temperature"))
    assert driver.status.notes == ("no source time from :temperature; the time they were received is used",)


class OneReader:
    """Lets in one user alone."""

    def get_user(self, _server: Any, username: str | None = None, password: str | None = None, **_: Any) -> Any:
        from asyncua.server.user_managers import User, UserRole

        return User(role=UserRole.User) if (username, password) == ("reader", "s3cret") else None


async def test_a_password_is_asked_for_and_given(
    port: int, received: Any, running: Any, until: Any, wall_us: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANT_PASSWORD", "wrong")
    async with serving(port, user_manager=OneReader()) as plant:
        driver = OpcUaDriver(plant.config(user="reader", password_env="PLANT_PASSWORD"), now_us=wall_us)
        running(driver.run(received))
        await until(lambda: driver.status.state is DriverState.RETRYING)
        assert driver.status.last_error
        monkeypatch.setenv("PLANT_PASSWORD", "s3cret")
        await until(lambda: bool(received.of("temperature")))
        assert "s3cret" not in repr(driver.status)


async def test_a_server_can_be_browsed_for_what_it_offers(plant: Plant) -> None:
    await plant.add("Curve", [1.0, 2.0], ua.VariantType.Double)
    nodes = {node.name.removeprefix(plant.prefix): node for node in await browse(plant.config())}
    assert nodes["Temperature"].node == f"nsu={NAMESPACE};s={plant.prefix}Temperature"
    assert (nodes["Temperature"].value, nodes["Temperature"].data_type) == (20.5, "Double")
    assert nodes["State"].value == "RUN"
    assert (nodes["Curve"].value, nodes["Curve"].data_type) == (None, "Double[]")
    assert not nodes["Server"].is_variable
    assert nodes["Temperature"].parent == "i=85"


async def test_browsing_ends_at_its_limit(plant: Plant) -> None:
    assert len(await browse(plant.config(), depth=10, at_most=50)) == 50
