import pytest

from millmark.intake.engineering_unit import _COMMON, EngineeringUnits


@pytest.mark.parametrize("written", sorted(_COMMON))
def test_every_common_writing_is_a_unit(units, written):
    assert EngineeringUnits(units).code(written) != "1"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("°C", "Cel"),
        ("C", "Cel"),  # on a machine never the coulomb
        ("kWh", "kW.h"),
        ("Cel", "Cel"),
        ("m/s2", "m/s2"),
        ("%", "%"),
        ("furlongs per fortnight", "1"),
        ("", "1"),
        (None, "1"),
    ],
)
def test_units_are_read_as_devices_write_them(units, written, code):
    assert EngineeringUnits(units).code(written) == code
