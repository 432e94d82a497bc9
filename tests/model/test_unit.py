from decimal import Decimal

import pytest

from millmark.model import UnitSystem, UnknownUnit


@pytest.fixture(scope="module")
def units() -> UnitSystem:
    return UnitSystem()


@pytest.mark.parametrize(
    "code", ["kW.h", "Cel", "[degF]", "%", "1", "m3/h", "bar", "mm/s", "A", "{piece}", "{piece}/h", "kW.h/{piece}"]
)
def test_codes_of_the_shop_floor_are_known(units: UnitSystem, code: str) -> None:
    assert units.check(code) == code


@pytest.mark.parametrize("code", ["", "zz", "kWh ", "m/", "°C"])
def test_what_is_no_ucum_code_is_refused_with_examples(units: UnitSystem, code: str) -> None:
    with pytest.raises(UnknownUnit, match="examples"):
        units.check(code)


def test_energy_converts_exactly(units: UnitSystem) -> None:
    assert units.factor("W.h", "kW.h") == Decimal("0.001")
    assert units.factor("MW.h", "kW.h") == Decimal("1000.0")


def test_temperature_converts_by_value_not_by_factor(units: UnitSystem) -> None:
    assert units.convert(212.0, "[degF]", "Cel") == pytest.approx(100.0)
    with pytest.raises(UnknownUnit, match="offset"):
        units.factor("Cel", "K")


def test_energy_is_no_temperature(units: UnitSystem) -> None:
    with pytest.raises(UnknownUnit, match="different things"):
        units.convert(1.0, "kW.h", "Cel")
