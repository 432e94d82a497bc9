"""Where enterprises stand among their peers, by real claims: machines speak, nodes seal and sign, the city takes in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.evidence.plant import local_us
from tests.web.bureau import START_US, Bureau, Ground, bureau_in, bureau_on
from tests.web.conftest import cookie

from millmark.evidence import ClaimBook, NodeKey, SealBook
from millmark.evidence.nodes import write_enrolment
from millmark.history import CommitBlock
from millmark.model import AssetLevel, DataType, PointBatch, SeriesRole, TextBatch
from millmark.programmes.assessment.answers import Answers, Ticked
from millmark.programmes.assessment.kept import AssessedKind
from millmark.programmes.life.parties import Actor, Party
from millmark.region.disclosure import SafetyRules, write_rules
from millmark.region.statistics.peer_book import LEVEL_PACK
from millmark.registry import Database, Registry, Site, migrate
from millmark.web.access import Role

# A day of thirteen works is laid out, sealed, signed and brought.
pytestmark = pytest.mark.long

DAY = date(2025, 12, 10)
PRI_S = 36.0
ITEMS = 24 * 3_600 / PRI_S
"""As many items as a machine makes that runs the whole day at its planned pace."""

MILLS = [0.71, 0.44, 0.83, 0.52, 0.65, 0.58, 0.47, 0.77, 0.61, 0.55, 0.68, 0.5, 0.74]
"""The OEE of thirteen works of one industry; who stands where in the list says nothing."""
KWH_PER_HOUR = [71.0, 124.0, 52.0, 99.0, 88.0, 63.0, 147.0, 59.0, 106.0, 112.0, 77.0, 135.0, 68.0]
"""Their energy for each hour that was earned."""
LINKS = [3, 1, 9, 4, 12, 6, 2, 8, 11, 5, 13, 7, 10]
"""In how many links of its production each of them says that it collects its data."""
POINTS_A_LINK = 0.7
"""Of the 2024 edition's 10 points for data collection, 7 % a link."""
ASSESSED_BY_EXPERT, LINKS_BY_EXPERT = 4, 8
"""Who said twelve, and an expert on site found eight."""
MINES = [0.4, 0.6]
PLANTS = [0.02 + number / 1_000 for number in range(10)] + [0.9, 0.91, 0.92]
"""Ten that hardly run, and three beside which they are nothing: whoever knows one of the three knew the quartile."""


@dataclass(frozen=True)
class Works:
    enterprise_id: int
    slug: str
    site: Site
    key: NodeKey


class Node:
    """The books of the factories' nodes: keys, seals and claims that are none of the city's; the history is shared."""

    def __init__(self, bureau: Bureau, folder: Path) -> None:
        self.bureau, self.platform = bureau, bureau.platform
        self.database = Database(f"sqlite:///{folder / 'node.sqlite'}")
        migrate(self.database)
        self._registry = Registry(self.database)
        for one in self.platform.registry.enterprises():
            self._registry.add_enterprise(
                slug=one.slug, name_zh=one.name_zh, name_en=one.name_en, area_code=one.area_code, is_placeholder=True
            )

    def opened(self, slug: str, industry_code: str, oee: float, kwh_per_hour: float | None) -> Works:
        """A works with one machine and, where its energy is told, one meter, and what they said on the day."""
        city = self.platform.registry
        for registry in (self._registry, city):
            enterprise = registry.add_enterprise(
                slug=slug,
                name_zh=f"{slug}(虚构)",
                name_en=slug,
                area_code="421202",
                is_demonstration=True,
                industry_code=industry_code,
            )
            site = registry.add_site(enterprise.id, slug="works", name_zh="厂区", name_en="Works", area_code="421202")
        states = {"planned_run_time_per_item_s": PRI_S, "state.RUN": "APT", "state.WAIT": "ADET"}
        lathe = site.path.child("lathe")
        city.ensure_asset(lathe, AssetLevel.EQUIPMENT, counts_as_equipment=True, attributes=states)
        city.ensure_gateway(f"{slug}-gateway", root=site.path, kind="mqtt", may_register=True)
        self._says(slug, "lathe", "state", SeriesRole.STATE, ["RUN"] * 24)
        items = np.linspace(0, oee * ITEMS, 24)
        self._says(slug, "lathe", "total", SeriesRole.TOTAL_COUNT, items * 1.25)
        self._says(slug, "lathe", "good", SeriesRole.GOOD_COUNT, items)
        if kwh_per_hour is not None:
            earned_h = oee * ITEMS * PRI_S / 3_600
            self._says(slug, "meter", "energy", SeriesRole.ENERGY_COUNTER, np.linspace(0, kwh_per_hour * earned_h, 24))
        return Works(enterprise.id, slug, site, NodeKey.generate())

    def _says(self, slug: str, asset: str, metric: str, role: SeriesRole, values: Any) -> None:
        is_text = role is SeriesRole.STATE
        unit = "kW.h" if role is SeriesRole.ENERGY_COUNTER else "1" if is_text else "{items}"
        more = {"data_type": DataType.TEXT} if is_text else {}
        series = self.platform.registry.ensure_series(f"{slug}-gateway", asset, metric, unit=unit, role=role, **more)
        times = np.array([local_us(DAY, hour) for hour in range(24)], np.int64)
        ids, zeros = np.full(24, series.id, np.uint32), np.zeros(24, np.uint32)
        good = zeros.astype(np.uint8)
        if is_text:
            batch = TextBatch(ids, times, times, pa.array(values, pa.string()), good, zeros)
            self.platform.history.commit(CommitBlock(texts=batch))
        else:
            self.platform.history.commit(CommitBlock(points=PointBatch(ids, times, times, values, good, zeros)))

    async def proves(self, works: Works, *measures: str) -> None:
        """Seals the day, claims it, and has the city take it all in, as an officer who was handed the files."""
        platform, now_us = self.platform, self.platform.now_us
        seals = SealBook(self.database, platform.history, platform.registry, works.key, now_us=now_us)
        claims = ClaimBook(
            self.database, platform.history, platform.registry, seals, works.key, platform.units, now_us=now_us
        )
        token = seals.seal_day(works.site.id, DAY).token
        await self.bureau.do("city", "/nodes", {"letter": write_enrolment(works.slug, works.key, now_us())})
        await self.bureau.do("city", "/witness", {"key_id": works.key.public.id, "seals": [token]})
        headers = cookie(self.bureau.tokens["city", self.bureau.clock[0]])
        for measure in measures:
            claim = claims.issue(measure, works.site.path, DAY)
            answer = await self.bureau.client.post("/api/claims/imports", content=claim.document, headers=headers)
            assert (answer.status_code, answer.json()["grade"]) == (201, "machine_proven"), answer.text

    def assesses(self, works: Works, links: int, kind: AssessedKind = AssessedKind.SELF) -> None:
        """An assessment that says in how many links of its production a works collects its data; nothing else."""
        assessments, pack = self.platform.assessments, self.platform.policy_packs.pack(*LEVEL_PACK)
        options = [one.id for one in pack.items_by_id["data-collection"].options][1 : links + 1]
        actor = Actor("peers", "peers", frozenset({Party.ENTERPRISE, Party.REVIEWER}))
        answers = Answers(items={"data-collection": Ticked.of(options)})
        started = assessments.start(works.enterprise_id, *LEVEL_PACK, kind, actor, answers=answers)
        assessments.submit(started.id, actor)

    async def consents(self, works: Works) -> None:
        form = {"enterprise_id": works.enterprise_id, "recipient": "public", "purpose": "statistics"}
        until = (self.bureau.today + timedelta(days=300)).isoformat()
        await self.bureau.do("registrar", "/consents", form | {"detail": "value", "until": until})


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("peers")
    write_rules(folder / "confidential" / "disclosure.toml", SafetyRules(3, 12.5))
    with bureau_in(folder) as ground:
        ground[0].accounts.add("registrar", Role.ADMIN)
        asyncio.run(_laid_out(ground, folder))
        yield ground


async def _laid_out(ground: Ground, folder: Path) -> None:
    """All of it happens on the morning after the day; who asks does so in the quarter that follows."""
    ground[1][0] = local_us(DAY + timedelta(days=1), 9)
    async with bureau_on(ground) as bureau:
        node = Node(bureau, folder)
        for number, (oee, kwh) in enumerate(zip(MILLS, KWH_PER_HOUR, strict=True)):
            works = node.opened(f"mill-{number}", "C3311", oee, kwh)
            await node.proves(works, "oee", "energy_consumption")
            await node.consents(works)
            node.assesses(works, LINKS[number])
            if number == ASSESSED_BY_EXPERT:
                node.assesses(works, LINKS_BY_EXPERT, AssessedKind.EXPERT)
            ground[0].accounts.add(works.slug, Role.MANAGER, works.enterprise_id)
        for slug, industry, values in (("mine", "B0810", MINES), ("plant", "D4411", PLANTS)):
            for number, oee in enumerate(values):
                works = node.opened(f"{slug}-{number}", industry, oee, None)
                await node.proves(works, "oee")
                await node.consents(works)
                ground[0].accounts.add(works.slug, Role.MANAGER, works.enterprise_id)
        # One that proves its OEE and lets nobody have it.
        silent = node.opened("silent", "C3311", 0.99, None)
        await node.proves(silent, "oee")
        ground[0].accounts.add("silent", Role.MANAGER, silent.enterprise_id)
        node.database.close()
    ground[1][0] = START_US


@pytest.fixture
async def bureau(ground: Ground) -> AsyncIterator[Bureau]:
    async with bureau_on(ground) as bureau:
        yield bureau


async def standing(bureau: Bureau, who: str, measure: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = (await bureau.get(who, "/peers"))["standings"]
    return next(one for one in found if one["id"] == measure)


def by_hand(values: list[float]) -> list[float]:
    """Each quartile is the mean of the three works around it, told to three digits."""
    ranked = sorted(values)
    around = [ranked[2:5], ranked[5:8], ranked[8:11]]
    return [float(f"{sum(three) / 3:.3g}") for three in around]


def per_running_hour() -> list[float]:
    """Whole kilowatt-hours by the hours that were earned."""
    hours = [24 * oee for oee in MILLS]
    return [round(kwh * hour) / hour for kwh, hour in zip(KWH_PER_HOUR, hours, strict=True)]


@pytest.mark.parametrize(
    ("measure", "values"), [("oee", [one * 100 for one in MILLS]), ("energy_per_running_hour", per_running_hour())]
)
async def test_thirteen_works_of_an_industry_see_its_quartiles_and_their_own_place(
    bureau: Bureau, measure: str, values: list[float]
) -> None:
    first, median, third = by_hand(values)
    assert first < median < third
    for number, own in enumerate(values):
        told = await standing(bureau, f"mill-{number}", measure)
        assert told["quartiles"] == pytest.approx([first, median, third], rel=1e-9)
        assert (told["period"], told["group_zh"] != "", told["coarsened"]) == ("2025-Q4", True, False)
        assert told["own"] == pytest.approx(own, rel=0.005)
        assert told["quarter"] == 1 + (own >= first) + (own >= median) + (own >= third)
        assert (told["own_grade"], told["grade"], told["why"]) == ("machine_proven", "machine_proven", None)
        # A number of peers is told in tens, so that one who comes or goes does not show.
        assert told["peers"] == 10


async def test_a_digital_level_stands_among_those_assessed_and_an_expert_before_what_a_works_says(
    bureau: Bureau,
) -> None:
    levels = [
        POINTS_A_LINK * (LINKS_BY_EXPERT if one == ASSESSED_BY_EXPERT else links) for one, links in enumerate(LINKS)
    ]
    first, median, third = by_hand(levels)
    assert first < median < third
    for number, own in enumerate(levels):
        told = await standing(bureau, f"mill-{number}", "digital_level")
        assert told["quartiles"] == pytest.approx([first, median, third], rel=1e-9)
        assert (told["own"], told["peers"], told["why"]) == (pytest.approx(own), 10, None)
        assert told["own_grade"] == ("document_backed" if number == ASSESSED_BY_EXPERT else "self_reported")
        # What all of them together are told is no better proven than the weakest of what it is made of.
        assert told["grade"] == "self_reported"
    # Who was not assessed is told of its industry alone.
    silent = await standing(bureau, "silent", "digital_level")
    assert (silent["own"], silent["quarter"], silent["quartiles"]) == (
        None,
        None,
        pytest.approx([first, median, third]),
    )
    few = await standing(bureau, "mine-0", "digital_level")
    assert (few["quartiles"], few["why"]) == (None, "few")


async def test_whoever_has_too_few_peers_is_told_so_and_nothing_else(bureau: Bureau) -> None:
    told = await standing(bureau, "mine-0", "oee")
    assert (told["own"], told["quartiles"], told["why"]) == (40.0, None, "few")
    # Who did not report is told of the industry, and of its own that nothing is there.
    energy = await standing(bureau, "mine-0", "energy_per_running_hour")
    assert (energy["own"], energy["quartiles"], energy["why"]) == (None, None, "few")


async def test_a_quartile_that_one_works_would_make_up_is_not_told(bureau: Bureau) -> None:
    told = await standing(bureau, "plant-4", "oee")
    assert (told["own"], told["quartiles"], told["why"]) == (pytest.approx(2.4), None, "dominant")


async def test_what_an_enterprise_does_not_make_public_is_in_nobodys_quartiles(bureau: Bureau) -> None:
    told = await standing(bureau, "silent", "oee")
    assert (told["own"], told["quarter"]) == (None, None)
    assert told["quartiles"] == by_hand([one * 100 for one in MILLS])


async def test_nobody_is_named_and_no_value_of_another_is_told(bureau: Bureau) -> None:
    answer = (await bureau.ask("mill-0", "GET", "/peers")).text
    assert "mill-0" in answer
    assert not [one for one in range(1, 13) if f'mill-{one}"' in answer or f"mill-{one}(" in answer]
    others = {f"{one * 100:g}" for one in MILLS[1:]} - {f"{one:g}" for one in by_hand([one * 100 for one in MILLS])}
    told = {f"{one:g}" for one in (await standing(bureau, "mill-0", "oee"))["quartiles"]}
    assert told & others == set()
