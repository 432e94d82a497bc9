"""OEE and energy in tables and among peers: sums of what machines prove, ratios whose both sides are protected."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import update
from tests.programmes.claim_shelf import ClaimShelf, ShelfClaim
from tests.region.statistics.reports import AREAS, JANUARY, city, report

from millmark.model import AssetPath, Origin
from millmark.programmes import Grade, VerifiedClaims
from millmark.region.disclosure import SafetyRules, Unsafe, assess, write_rules
from millmark.region.geography import SCHEMATIC, read_areas
from millmark.region.statistics import BureauSource, Dimension, Names, StatisticsBook, TableDefinition
from millmark.region.statistics.peer_book import PeerBook
from millmark.region.statistics.release import KINDS
from millmark.region.watch.industries import Industries
from millmark.registry import Database, Registry
from millmark.registry.tables import EnterpriseRow

RULES = SafetyRules(3, 12.5)
NOW_US = 1_745_000_000_000_000  # 18 April 2025
HOURS = 3_600.0


@pytest.fixture
def shelf() -> ClaimShelf:
    return ClaimShelf()


@pytest.fixture
def source(database: Database, shelf: ClaimShelf) -> BureauSource:
    claims = VerifiedClaims(shelf, demonstration_enterprises=list, now_us=lambda: NOW_US)
    return BureauSource(database, claims=claims, now_us=lambda: NOW_US)


@pytest.fixture
def book(database: Database, source: BureauSource, tmp_path: Path) -> StatisticsBook:
    path = tmp_path / "confidential" / "disclosure.toml"
    write_rules(path, RULES)
    names = Names.over(read_areas(SCHEMATIC), Industries.read())
    return StatisticsBook(database, source, names, rules_file=path, now_us=lambda: NOW_US)


@pytest.fixture
def ids(database: Database, registry: Registry) -> dict[str, int]:
    """By slug the three counties' works, classified in the registry as in their reports."""
    found = report(database, registry, city())
    with database.transaction() as session:
        for slug, who in found.items():
            session.execute(update(EnterpriseRow).where(EnterpriseRow.id == who).values(industry_code=f"C{slug[1:3]}"))
    return found


def defined(book: StatisticsBook, measure: str, *dimensions: Dimension) -> str:
    slug = measure.replace("_", "-")
    definition = TableDefinition(
        slug=slug, title_zh="表", title_en="Table", measure=measure, dimensions=dimensions, first_year=2025
    )
    book.define(definition, after_version=0, reason="", recorded_by="officer")
    return slug


def prove(shelf: ClaimShelf, ids: dict[str, int], **more: object) -> None:
    """Every works runs 60 of 100 planned hours in January 2025 and uses 300 kWh, one more than the next."""
    for number, (slug, who) in enumerate(ids.items()):
        subject, days = AssetPath.parse(slug), (date(2025, 1, 1), date(2025, 1, 31))
        shelf.shelved += [
            ShelfClaim(f"o{who}", who, subject, (60 + number / 10) * HOURS, 100 * HOURS, *days, "oee", **more),  # type: ignore[arg-type]
            ShelfClaim(f"e{who}", who, subject, 300.0 + number, 1.0, *days, "energy_consumption", **more),  # type: ignore[arg-type]
        ]


def test_a_cells_oee_is_running_time_over_busy_time_and_no_mean_of_rates(
    book: StatisticsBook, shelf: ClaimShelf, ids: dict[str, int]
) -> None:
    prove(shelf, ids)
    first = shelf.shelved[0]
    shelf.shelved[0] = ShelfClaim(
        first.id, first.enterprise_id, first.subject, 0.0, 900 * HOURS, first.first_date, first.last_date, "oee"
    )
    table = book.table(book.definition(defined(book, "oee", Dimension.AREA)).definition, JANUARY)
    running = sum(one.numerator for one in shelf.shelved if one.measure == "oee")
    busy = sum(one.denominator for one in shelf.shelved if one.measure == "oee")
    assert table.monthly[0][0] == round(running / busy * 10_000)
    assert table.definition.told.grade is Grade.MACHINE_PROVEN


def test_only_what_machines_alone_prove_counts(book: StatisticsBook, shelf: ClaimShelf, ids: dict[str, int]) -> None:
    prove(shelf, ids)
    whole = sum(round(one.numerator) for one in shelf.shelved if one.measure == "energy_consumption")
    forged, modelled = list(ids.values())[:2]
    shelf.forged.add(f"e{forged}")
    place = next(at for at, one in enumerate(shelf.shelved) if one.id == f"e{modelled}")
    was = shelf.shelved[place]
    shelf.shelved[place] = ShelfClaim(
        was.id,
        modelled,
        was.subject,
        was.numerator,
        1.0,
        was.first_date,
        was.last_date,
        was.measure,
        origins=(Origin.MACHINE, Origin.PROCESS_MODEL),
    )
    table = book.table(book.definition(defined(book, "proven_energy_kwh", Dimension.AREA)).definition, JANUARY)
    assert table.total[0, 0] == whole - 300 - 301
    assert table.reporting[0, 0] == len(ids) - 2


def test_a_ratio_is_kept_back_where_either_of_its_sums_must_be(
    book: StatisticsBook, database: Database, ids: dict[str, int]
) -> None:
    slug = defined(book, "energy_per_output", Dimension.AREA, Dimension.INDUSTRY)
    proposal = book.propose(slug, JANUARY + 1)
    table, found = proposal.table, proposal.release
    assert table.below is not None
    for part in table.sums:
        assert found.hidden[assess(part.by_cell, RULES).unsafe].all()
    alone = table.cell_of((AREAS[2], "39"))
    assert KINDS[found.kind[alone, 0]] == Unsafe.FEW
    assert proposal.content["monthly"][0][alone] is None
    # A thousand kilowatt hours for ten thousand yuan, in hundredths.
    assert proposal.content["monthly"][0][0] == 100_000
    assert proposal.content["measure"]["grade"] == "self_reported"


def test_a_ratio_hides_what_a_table_of_one_of_its_sums_hid(book: StatisticsBook, ids: dict[str, int]) -> None:
    """Shown beside the output that is public it would give the electricity away."""
    first = defined(book, "electricity_kwh", Dimension.AREA, Dimension.INDUSTRY)
    one = book.propose(first, JANUARY)
    book.publish(first, JANUARY, digest=one.digest, reason="", signed_by="director")
    second = book.propose(defined(book, "energy_per_output", Dimension.AREA, Dimension.INDUSTRY), JANUARY)
    assert second.release.hidden[one.release.hidden].all()
    version = book.publish("energy-per-output", JANUARY, digest=second.digest, reason="", signed_by="director")
    # And the other way round: what the ratio kept back is kept back of its other sum.
    third = book.propose(defined(book, "output_fen", Dimension.AREA, Dimension.INDUSTRY), JANUARY)
    kept_back = ~version.shown
    assert kept_back.any()
    # Where nobody reported there is no ratio, which is not kept back.
    assert version.shown[second.table.reporting == 0].all()
    assert (second.table.reporting == 0).any()
    assert third.release.hidden[kept_back].all()


def test_peers_compare_energy_by_running_time_with_its_grade(
    book: StatisticsBook, database: Database, source: BureauSource, shelf: ClaimShelf, ids: dict[str, int]
) -> None:
    prove(shelf, ids)
    peers = PeerBook(
        database,
        source,
        book.names,
        claims=VerifiedClaims(shelf, demonstration_enterprises=list, now_us=lambda: NOW_US),
        assessments=None,
        rules=lambda: RULES,
        now_us=lambda: NOW_US,
        zone=ZoneInfo("Asia/Shanghai"),
    )
    mine = ids[f"e13-{AREAS[0]}-1"]
    standings = {one.measure.id: one for one in peers.standing(mine)}
    energy = standings["energy_per_running_hour"]
    assert energy.own == pytest.approx((300 + 1) / 60.1, rel=0.01)
    assert energy.quartiles is not None
    assert (energy.own_grade, energy.grade) == (Grade.MACHINE_PROVEN, Grade.MACHINE_PROVEN)
    assert standings["oee"].grade is Grade.MACHINE_PROVEN
    # One whose claims rest on a model among them makes the group's evidence that weak.
    again = ShelfClaim(
        "model",
        mine,
        AssetPath.parse("m"),
        1.0,
        2.0,
        date(2025, 1, 1),
        date(2025, 1, 2),
        "oee",
        1.0,
        (Origin.PROCESS_MODEL,),
    )
    shelf.shelved.append(again)
    later = PeerBook(
        database,
        source,
        book.names,
        claims=VerifiedClaims(shelf, demonstration_enterprises=list, now_us=lambda: NOW_US),
        assessments=None,
        rules=lambda: RULES,
        now_us=lambda: NOW_US + 100 * 86_400_000_000,
        zone=ZoneInfo("Asia/Shanghai"),
    )
    own = next(one for one in later.standing(mine) if one.measure.id == "oee")
    assert own.own_grade is Grade.SELF_REPORTED
    assert own.grade is Grade.SELF_REPORTED


def test_a_ratio_needs_both_of_its_sums() -> None:
    from millmark.region.statistics.columns import Contributions, over

    months = np.array([JANUARY])
    texts = np.array(["421202", "421202"])

    def told(values: list[int], there: list[bool]) -> Contributions:
        return Contributions(
            np.array([1, 2]),
            np.array([-1, -2]),
            texts,
            np.array(["13", "13"]),
            np.array(["small", "small"]),
            months,
            np.array(values)[:, None],
            np.array(there)[:, None],
        )

    found = over(told([5, 7], [True, True]), told([10, 0], [True, False]))
    assert found.below is not None
    assert found.value[:, 0].tolist() == [5, 0]
    assert found.below[:, 0].tolist() == [10, 0]
    assert found.there[:, 0].tolist() == [True, False]
    again = Contributions.unpacked(found.packed())
    assert again.below is not None
    assert again.below.tolist() == found.below.tolist()
