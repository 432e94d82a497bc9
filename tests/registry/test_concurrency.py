"""Many at once: threads with connections of their own, and processes of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from tests.registry.plants import at, build_plant

from millmark.model import AssetLevel, UnitSystem
from millmark.registry import Database, Registry, SeriesDeclaration

THREADS = 6
Result = TypeVar("Result")


def at_once(work: Callable[[int], Result]) -> list[Result]:
    barrier = Barrier(THREADS)

    def start(number: int) -> Result:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(start, range(THREADS)))


def test_all_who_ensure_one_series_get_the_same_id(registry: Registry) -> None:
    build_plant(registry)
    for metric in ("temperature", "pressure", "speed"):
        found = at_once(lambda _, metric=metric: registry.ensure_series("plc", "hall/robot", metric))
        assert len({series.id for series in found}) == 1
    assert len(registry.series()) == 3
    assert len(registry.assets_under(at("acme/north/hall"))) == 2


def test_births_in_opposite_orders_do_not_block_each_other(registry: Registry) -> None:
    build_plant(registry)
    tags = [SeriesDeclaration(f"hall-{number % 5}/robot-{number % 7}", f"m{number}") for number in range(60)]

    def birth(number: int) -> set[int]:
        return {series.id for series in registry.ensure_all_series("plc", tags if number % 2 else tags[::-1])}

    ids = at_once(birth)
    assert all(found == ids[0] for found in ids)
    assert len(ids[0]) == len(registry.bindings("plc")) == 60


def test_all_who_ensure_one_asset_get_the_same_id(registry: Registry) -> None:
    build_plant(registry)
    path = at("acme/north/a/b/c/d")
    found = at_once(lambda _: registry.ensure_asset(path, AssetLevel.EQUIPMENT, create_parents=True))
    assert len({asset.id for asset in found}) == 1


def test_all_who_ensure_one_gateway_get_the_same(registry: Registry) -> None:
    site = build_plant(registry)
    found = at_once(lambda _: registry.ensure_gateway("edge", root=site.path, kind="mqtt"))
    assert len({gateway.created_us for gateway in found}) == 1


def test_processes_of_their_own_agree_too(database: Database, units: UnitSystem) -> None:
    registry = Registry(database, units=units)
    build_plant(registry)
    program = (
        "import sys\n"
        "from millmark.registry import Database, Registry, SeriesDeclaration\n"
        "registry = Registry(Database(sys.argv[1]))\n"
        "tags = [SeriesDeclaration(f'hall/robot-{n % 3}', f'm{n}') for n in range(30)]\n"
        "print(*(series.id for series in registry.ensure_all_series('plc', tags)))\n"
    )
    url = database.engine.url.render_as_string(hide_password=False)
    children = [
        subprocess.Popen([sys.executable, "-c", program, url], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    answers = [child.communicate(timeout=60)[0].split() for child in children]
    assert [child.returncode for child in children] == [0, 0]
    assert answers[0] == answers[1]
    assert [int(number) for number in answers[0]] == [
        registry.series_by_key(f"acme/north/hall/robot-{n % 3}:m{n}").id for n in range(30)
    ]
