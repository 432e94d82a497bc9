"""The packs that come with the platform: sound, true to their sources, and as their vectors say."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from tests.programmes import plain_sme_2024 as plain

from millmark.programmes import shipped_packs
from millmark.programmes.packs import (
    Confidence,
    Item,
    ItemKind,
    MoneyKind,
    PolicyPack,
    Vector,
    read_shelf,
)
from millmark.programmes.packs.checking import check, is_sound
from millmark.programmes.packs.labelled import labelled_tables
from millmark.programmes.packs.trying import try_vectors
from millmark.region.catalogue import read_city_pack

SHELF = read_shelf([shipped_packs()])
PACKS = list(SHELF)
SME = SHELF.pack("sme-digital-level", "2024")


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: str(pack.ref))
def test_a_shipped_pack_is_sound_and_answers_its_vectors(pack: PolicyPack) -> None:
    findings = check(pack, SHELF)
    assert is_sound(findings), [str(one) for one in findings]
    assert pack.vectors
    assert [one for one in try_vectors(pack) if not one.holds] == []


def test_all_packs_of_the_platform_are_there_and_none_is_broken() -> None:
    assert not SHELF.broken
    assert {pack.id for pack in PACKS} >= {
        "sme-digital-level",
        "cmmm",
        "smart-factory-gradient",
        "five-g-factory",
        "city-smart-manufacturing",
        "pilot-city-zhongshan",
        "pilot-city-hangzhou",
        "integration-management-system",
        "cloud-benchmark",
        "provincial-smart-manufacturing",
        "provincial-5g-factory",
        "it-fusion-case",
        "provincial-integration",
        "connected-factory-demo",
    }


def test_every_programme_of_the_reply_has_a_pack_under_the_slug_that_its_figures_count() -> None:
    city = read_city_pack(shipped_packs() / "xianning-reply")
    by_slug = {pack.programme.slug: pack.programme for pack in PACKS if pack.programme is not None}
    assert city.programmes
    for slug, programme in city.programmes.items():
        assert by_slug[slug].name_zh == programme.name_zh
        assert by_slug[slug].level == programme.level


def test_every_source_named_is_known_and_every_table_says_how_sure_it_is() -> None:
    for pack in PACKS:
        known = {source.id for source in pack.sources}
        for file, table, one in labelled_tables(pack):
            assert one.source is None or one.source in known, (pack.ref, file, table)
            assert isinstance(one.confidence, Confidence)


def test_the_2024_pack_has_15_items_of_100_points_and_16_scenarios_of_which_ten_are_constrained() -> None:
    assert len(SME.items) == 15
    assert sum(points(SME, item) for item in SME.items) == 100
    assert len(SME.scenarios) == 16
    assert sum(one.constrained for one in SME.scenarios) == 10
    assert all([step.level for step in one.levels] == [1, 2, 3, 4] for one in SME.scenarios)


def test_every_item_of_the_2024_pack_has_the_points_and_shares_of_the_published_table() -> None:
    for item in SME.items:
        table = plain.SEVERAL if item.kind is ItemKind.MULTI else plain.SINGLE
        expected, shares = table[item.id]
        assert points(SME, item) == expected
        assert sorted(int(option.share) for option in item.options) == sorted(shares)


def test_what_is_not_confirmed_in_the_2024_pack_is_not_shown_as_official() -> None:
    assert {gate.confidence for level in SME.levels[2:] for gate in level.gates} == {Confidence.UNVERIFIED}
    assert {one.constrained_confidence for one in SME.scenarios} == {Confidence.THIRD_PARTY}
    assert not any(level.confidence.is_official for level in SME.levels)
    assert {item.confidence for item in SME.items} == {Confidence.OFFICIAL_COPY}


@pytest.mark.parametrize("vector", SME.vectors, ids=lambda vector: vector.name)
def test_a_vector_of_the_2024_pack_is_what_the_plain_rules_say(vector: Vector) -> None:
    single, several = positions(vector)
    score = plain.score(single, several)
    reached = {one.name_zh: 0 for one in SME.scenarios}
    assert vector.answers is not None
    reached |= {SME.scenarios_by_id[name].name_zh: level for name, level in vector.answers.scenarios.items()}
    assert vector.expect.score == score
    assert vector.expect.level == plain.level(score, reached)


def test_the_vectors_of_the_2024_pack_stand_on_both_sides_of_every_minimum_and_gate() -> None:
    assert len(SME.vectors) >= 30
    for level in SME.levels:
        gate, least = level.gates[0], level.score_min
        assert least is not None
        assert gate.at_least is not None
        assert gate.constrained_at_least is not None
        seen = {
            (vector.expect.score >= least, *(counted(vector, gate.at_level)), vector.expect.level or 0)
            for vector in SME.vectors
            if vector.expect.score is not None
        }
        exact = [vector.expect.score for vector in SME.vectors]
        assert least in exact
        assert any(score is not None and least - Decimal("0.5") < score < least for score in exact)
        below = level.number - 1
        assert (True, gate.at_least, gate.constrained_at_least, level.number) in seen
        assert (False, gate.at_least, gate.constrained_at_least, below) in seen
        assert any(
            enough and total == gate.at_least - 1 and bound >= gate.constrained_at_least and got == below
            for enough, total, bound, got in seen
        )
        assert any(
            enough and total >= gate.at_least and bound == gate.constrained_at_least - 1 and got == below
            for enough, total, bound, got in seen
        )


@pytest.mark.parametrize("variant", ["process", "discrete"])
def test_cmmm_has_four_elements_and_twenty_sub_domains_in_both_industries(variant: str) -> None:
    pack = SHELF.pack("cmmm", "2020")
    assert len(pack.children(None, variant)) == 4
    assert sum(item.weight_in(variant) is not None for item in pack.items) == 20
    elements = {node.id: weight.percent for node in pack.children(None, variant) if (weight := node.weight_in(variant))}
    expected = {
        "process": {"people": 6, "technology": 11, "resources": 15, "manufacturing": 68},
        "discrete": {"people": 6, "technology": 11, "resources": 6, "manufacturing": 77},
    }
    assert elements == expected[variant]


@pytest.mark.parametrize("pack_id", ["five-g-factory/2022", "provincial-5g-factory/2023"])
def test_no_threshold_of_a_5g_factory_is_filled_in(pack_id: str) -> None:
    pack = SHELF.pack(*pack_id.split("/"))
    assert len(pack.conditions) == 12
    assert [one for one in pack.conditions if getattr(one, "threshold", None) is not None] == []
    assert {number for one in pack.conditions for number in one.levels} == {1, 2, 3}


def test_money_is_what_the_sources_say() -> None:
    city = SHELF.pack("city-smart-manufacturing", "2023")
    assert city.money is not None
    assert city.call is not None
    assert (city.money.rule.amount_fen, city.call.select_at_most) == (100_000_000, 12)
    zhongshan = SHELF.pack("pilot-city-zhongshan", "2024").money
    assert zhongshan is not None
    assert {tier.level: tier.amount_fen for tier in zhongshan.tiers} == {2: 30_000_000, 3: 60_000_000, 4: 100_000_000}
    hangzhou = SHELF.pack("pilot-city-hangzhou", "2024").money
    assert hangzhou is not None
    assert (hangzhou.rule.percent, hangzhou.rule.min_level, hangzhou.rule.cap_fen) == (Decimal(40), 2, None)
    for pack_id in ("integration-management-system/2017", "cloud-benchmark/2023"):
        money = SHELF.pack(*pack_id.split("/")).money
        assert money is not None
        assert money.rule.kind is MoneyKind.NONE


def test_a_city_s_own_pack_stands_before_a_shipped_one_and_a_broken_one_beside_it(tmp_path: Path) -> None:
    source = shipped_packs() / "connected-factory-demo" / "1"
    for pack_id, text in (("connected-factory-demo", None), ("broken", "[pack")):
        folder = tmp_path / pack_id / "1"
        folder.mkdir(parents=True)
        for file in source.iterdir():
            (folder / file.name).write_text(text or file.read_text("utf-8"), "utf-8")
    shelf = read_shelf([shipped_packs(), tmp_path])
    assert shelf.pack("connected-factory-demo", "1").folder == tmp_path / "connected-factory-demo" / "1"
    assert list(shelf.broken) == [tmp_path / "broken" / "1"]
    assert len(list(shelf)) == len(PACKS)


def points(pack: PolicyPack, item: Item) -> Decimal:
    """The points of an item: its weights multiplied up to the top."""
    weight = item.weight_in(None)
    assert weight is not None
    share, parent = weight.percent, item.parent
    while parent is not None:
        branch = pack.branches_by_id[parent]
        above = branch.weight_in(None)
        assert above is not None
        share, parent = share * above.percent / 100, branch.parent
    return share


def positions(vector: Vector) -> tuple[dict[str, int], dict[str, list[int]]]:
    """A vector's answers as the plain rules take them: by position, the lowest first."""
    assert vector.answers is not None
    single: dict[str, int] = {}
    several: dict[str, list[int]] = {}
    for name, answer in vector.answers.items.items():
        options = sorted(SME.items_by_id[name].options, key=lambda option: option.share)
        ids = [option.id for option in options]
        if answer.options is not None:
            several[name] = [ids.index(one) for one in answer.options]
        elif answer.option is not None:
            single[name] = ids.index(answer.option)
        else:
            assert answer.numerator is not None
            assert answer.denominator is not None
            single[name] = plain.band(answer.numerator, answer.denominator)
    return single, several


def counted(vector: Vector, level: int) -> tuple[int, int]:
    assert vector.answers is not None
    reached = [SME.scenarios_by_id[name] for name, got in vector.answers.scenarios.items() if got >= level]
    return len(reached), sum(one.constrained for one in reached)
