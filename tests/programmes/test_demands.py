"""What a call asks of claims when they come: the least that any use of their measure asks."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from millmark.programmes import shipped_packs
from millmark.programmes.packs import Binding, PolicyPack, read_shelf
from millmark.programmes.proof import Demanded, demands_of

SHELF = read_shelf([shipped_packs()])
SME = SHELF.pack("sme-digital-level", "2024")


def test_bindings_say_what_their_measures_must_have() -> None:
    assert demands_of([SME])["oee"] == Demanded(frozenset({"1"}), 28, 366, 0.9)
    assert demands_of([SME])["equipment_connection_rate"] == Demanded(frozenset({"1"}), 1, 366, 0.0)


def test_a_measure_that_is_bound_twice_demands_no_more_than_its_least_use() -> None:
    first = next(one for one in SME.bindings if one.measure == "oee")
    looser = first.model_copy(
        update={"formula_version": "2", "period_days_min": 7, "period_days_max": None, "min_coverage": Decimal("0.5")}
    )
    pack = _with(SME, (first, looser))
    assert demands_of([pack]) == {"oee": Demanded(frozenset({"1", "2"}), 7, None, 0.5)}


def test_a_condition_of_the_programme_loosens_what_its_level_source_binds() -> None:
    demo = SHELF.pack("connected-factory-demo", "1")
    strict = next(one for one in SME.bindings if one.measure == "equipment_connection_rate")
    strict = strict.model_copy(update={"period_days_min": 28, "min_coverage": Decimal("0.9")})
    assert demands_of([_with(SME, (strict,))]) == {
        "equipment_connection_rate": Demanded(frozenset({"1"}), 28, 366, 0.9)
    }
    assert demands_of([demo, _with(SME, (strict,))]) == {
        "equipment_connection_rate": Demanded(frozenset({"1"}), 1, 366, 0.0)
    }


def test_what_no_binding_names_is_left_to_the_conditions() -> None:
    assert demands_of([SHELF.pack("connected-factory-demo", "1")]) == {}


def _with(pack: PolicyPack, bindings: tuple[Binding, ...]) -> PolicyPack:
    return replace(pack, bindings=bindings)
