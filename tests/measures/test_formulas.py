"""Connection rate, OEE and energy, as formulas over rows."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from tests.measures.stating import one_day, rows, seconds

from millmark.measures import Day, InvalidParameters, Question, UnknownMeasure, compute, demands
from millmark.model import AssetPath, Origin, Period, SeriesRole, UnitSystem
from millmark.model.period import HOUR_US, SECOND_US

SITE = AssetPath.parse("acme/north")


@pytest.fixture(scope="module")
def units():
    return UnitSystem()


def spec(key, role="signal", unit="1"):
    return {"key": key, "role": role, "unit": unit, "origin": "machine"}


def press(name, planned_s):
    asset = f"acme/north/{name}"
    return {
        "asset": asset,
        "planned_run_time_per_item_s": planned_s,
        "state_times": {"RUN": "APT", "SETUP": "AUST", "WAIT": "ADET", "DOWN": "ADOT", "BREAK": "PLANNED_DOWN"},
        "hold_us": 24 * HOUR_US,
        "state": spec(f"{asset}:state", "state"),
        "total": {"series": spec(f"{asset}:total", "total_count"), "rollover": None},
        "good": {"series": spec(f"{asset}:good", "good_count"), "rollover": None},
    }


def oee_question(*presses, days=None):
    return Question("oee", "1", SITE, days or one_day(seconds(0, 480 * 60)), {"work_units": list(presses)})


SHIFT = {
    # The textbook shift: 480 min, of which 60 min break; 47 min stops; 19 271 items at 1 s, 423 of them rejected.
    "acme/north/press-1:state": rows([(0, "RUN"), (100 * 60, "DOWN"), (147 * 60, "RUN"), (420 * 60, "BREAK")]),
    "acme/north/press-1:total": rows([(0, 1000.0), (419 * 60, 20271.0)]),
    "acme/north/press-1:good": rows([(0, 500.0), (419 * 60, 19348.0)]),
}


class TestOee:
    def test_the_textbook_shift(self, units):
        """Vorne's worked example: availability 88.81 %, performance 86.11 %, quality 97.80 %, OEE 74.79 %."""
        result = compute(oee_question(press("press-1", 1.0)), SHIFT, units)
        availability, effectiveness, quality = result.parts
        assert (availability.numerator, availability.denominator) == (373 * 60, 420 * 60)
        assert availability.value == pytest.approx(0.8881, abs=5e-5)
        assert effectiveness.value == pytest.approx(0.8611, abs=5e-5)
        assert quality.value == pytest.approx(0.9780, abs=5e-5)
        assert result.value == pytest.approx(0.7479, abs=5e-5)
        assert (result.numerator, result.denominator) == (18848.0, 25200.0)
        assert result.coverage.share == 1.0
        assert result.flags == ()

    def test_the_index_is_the_product_of_its_factors(self, units):
        result = compute(oee_question(press("press-1", 1.0)), SHIFT, units)
        product = 1.0
        for part in result.parts:
            product *= part.value
        assert result.value == pytest.approx(product, rel=1e-15)

    def test_work_units_add_numerators_and_denominators(self, units):
        second = {
            "acme/north/press-2:state": rows([(0, "RUN"), (60 * 60, "BREAK")]),
            "acme/north/press-2:total": rows([(0, 0.0), (3000, 10.0)]),
            "acme/north/press-2:good": rows([(0, 0.0), (3000, 10.0)]),
        }
        result = compute(oee_question(press("press-1", 1.0), press("press-2", 36.0)), SHIFT | second, units)
        assert result.numerator == 18848 + 360
        assert result.denominator == 25200 + 3600
        assert result.coverage.expected_us == 2 * 480 * 60 * SECOND_US

    def test_a_wrong_planned_run_time_is_shown_not_hidden(self, units):
        result = compute(oee_question(press("press-1", 1.5)), SHIFT, units)
        assert result.parts[1].value > 1
        assert result.flags == ("effectiveness_over_one",)

    def test_time_without_data_is_not_planned_busy_time(self, units):
        late = SHIFT | {"acme/north/press-1:state": rows([(240 * 60, "RUN"), (420 * 60, "BREAK")])}
        result = compute(oee_question(press("press-1", 1.0)), late, units)
        assert result.denominator == 180 * 60
        assert result.coverage.share == 0.5

    def test_production_nobody_counted_is_uncovered_not_zero(self, units):
        uncounted = {"acme/north/press-1:state": SHIFT["acme/north/press-1:state"]}
        result = compute(oee_question(press("press-1", 1.0)), uncounted, units)
        assert result.value is None
        assert (result.numerator, result.denominator, result.coverage.covered_us) == (0, 0, 0)
        assert result.flags == ("counts_missing:acme/north/press-1",)

    def test_a_machine_that_stood_still_has_an_oee_of_zero(self, units):
        result = compute(oee_question(press("press-1", 1.0)), {"acme/north/press-1:state": rows([(0, "DOWN")])}, units)
        assert result.value == 0
        assert [part.value for part in result.parts] == [0, None, None]

    def test_a_shift_cut_in_two_adds_up(self, units):
        whole = compute(oee_question(press("press-1", 1.0)), SHIFT, units)
        halves = [
            compute(oee_question(press("press-1", 1.0), days=one_day(seconds(*ends))), SHIFT, units)
            for ends in ((0, 9999), (9999, 480 * 60))
        ]
        assert sum(half.numerator for half in halves) == whole.numerator
        assert sum(half.denominator for half in halves) == whole.denominator

    def test_all_rows_of_its_series_are_demanded(self):
        wanted = demands(oee_question(press("press-1", 1.0)))
        assert {one.series.rpartition(":")[2] for one in wanted} == {"state", "total", "good"}
        assert all(one.hours_us is None for one in wanted)


def energy_question(*meters, period=None):
    return Question("energy_consumption", "1", SITE, one_day(period or seconds(0, 86_400)), {"meters": list(meters)})


def meter(name, unit, factor, rollover=None):
    return {"series": spec(f"acme/north/{name}:energy", "energy_counter", unit), "rollover": rollover, "factor": factor}


class TestEnergy:
    def test_meters_of_different_units_add_in_kilowatt_hours(self, units):
        result = compute(
            energy_question(
                meter("m1", "W.h", "0.001", 2.0**32),
                meter("m2", "kW.h", "1.0"),
                meter("m3", "MJ", "0.2777777777777778"),
            ),
            {
                "acme/north/m1:energy": rows([(0, 4_294_967_000.0), (86_399, 9_704.0)]),
                "acme/north/m2:energy": rows([(0, 100.0), (43_200, 112.5)]),
                "acme/north/m3:energy": rows([(0, 0.0), (86_399, 36.0)]),
            },
            units,
        )
        assert result.value == pytest.approx(10 + 12.5 + 10, rel=1e-15)
        assert (result.denominator, result.unit) == (1.0, "kW.h")
        assert result.coverage.share == pytest.approx((86_399 * 2 + 43_200) / (86_400 * 3))

    def test_silence_is_no_zero(self, units):
        result = compute(energy_question(meter("m1", "kW.h", "1.0")), {}, units)
        assert result.value is None
        assert result.flags == ("no_readings:acme/north/m1:energy",)

    @pytest.mark.parametrize("factor", ["1", "0.0010001", "nan", "a lot"])
    def test_a_forged_factor_is_refused(self, units, factor):
        with pytest.raises(InvalidParameters, match="m1"):
            compute(energy_question(meter("m1", "W.h", factor)), {}, units)

    def test_a_meter_named_twice_would_count_twice(self, units):
        with pytest.raises(InvalidParameters, match="twice"):
            compute(energy_question(meter("m1", "kW.h", "1.0"), meter("m1", "kW.h", "1.0")), {}, units)

    def test_the_order_of_meters_changes_nothing(self, units):
        values = [0.1, 0.2, 0.3, 1e9, 1e-9]
        readings = {f"acme/north/m{i}:energy": rows([(0, 0.0), (9, value)]) for i, value in enumerate(values)}
        meters = [meter(f"m{i}", "kW.h", "1.0") for i in range(len(values))]
        found = {compute(energy_question(*order), readings, units).value for order in itertools.permutations(meters)}
        assert len(found) == 1


MONDAY, TUESDAY = (Day(date(2026, 3, 2 + n), Period(n * 24 * HOUR_US, (n + 1) * 24 * HOUR_US)) for n in range(2))


def machine(name, start=None, end=None):
    return {"asset": f"acme/north/{name}", "in_service_from_us": start, "in_service_until_us": end}


def witness(name, hour):
    return {"asset": f"acme/north/{name}", "series": spec(f"acme/north/{name}:t"), "hour_us": hour * HOUR_US}


def rate_question(equipment, witnesses):
    parameters = {"equipment": equipment, "witnesses": witnesses}
    return Question("equipment_connection_rate", "1", SITE, (MONDAY, TUESDAY), parameters)


class TestConnectionRate:
    def test_by_day_and_by_period(self, units):
        result = compute(
            rate_question(
                [machine("a"), machine("b"), machine("c", start=24 * HOUR_US)],
                [witness("a", 1), witness("a", 25), witness("b", 2)],
            ),
            {
                "acme/north/a:t": rows([(3601, 20.0), (25 * 3600 + 5, 21.0)]),
                "acme/north/b:t": rows([(7200, 5.0)]),
            },
            units,
        )
        by_day = [(part.numerator, part.denominator) for part in result.parts]
        assert by_day == [(2, 2), (1, 3)]
        assert (result.numerator, result.denominator, result.value) == (3, 5, 0.6)

    @pytest.mark.parametrize("quality", [1, 2])
    def test_only_good_points_connect(self, units, quality):
        result = compute(
            rate_question([machine("a")], [witness("a", 1)]), {"acme/north/a:t": rows([(3601, 20.0)], [quality])}, units
        )
        assert result.numerator == 0

    def test_rows_beside_the_named_hours_prove_nothing(self, units):
        result = compute(
            rate_question([machine("a")], [witness("a", 1)]), {"acme/north/a:t": rows([(10, 20.0), (7200, 1.0)])}, units
        )
        assert (result.numerator, result.denominator) == (0, 2)

    def test_a_machine_out_of_service_does_not_count(self, units):
        result = compute(
            rate_question([machine("a", end=24 * HOUR_US), machine("b", start=48 * HOUR_US)], []), {}, units
        )
        assert [part.denominator for part in result.parts] == [1, 0]
        assert result.parts[1].value is None

    def test_no_machine_speaks_for_another(self, units):
        foreign = witness("b", 1) | {"asset": "acme/north/a"}
        with pytest.raises(InvalidParameters, match="is not of the machine"):
            compute(rate_question([machine("a")], [foreign]), {}, units)

    def test_only_witnesses_are_demanded(self):
        (demand,) = demands(rate_question([machine("a")], [witness("a", 1), witness("a", 25)]))
        assert demand.hours_us == {HOUR_US, 25 * HOUR_US}


def test_an_unknown_formula_names_those_there_are(units):
    with pytest.raises(UnknownMeasure, match=r"oee 1"):
        compute(Question("oee", "99", SITE, (MONDAY,), {}), {}, units)


@pytest.mark.parametrize("measure", ["oee", "energy_consumption", "equipment_connection_rate"])
@pytest.mark.parametrize("parameters", [{}, {"work_units": []}, {"meters": [1]}, {"equipment": "x", "witnesses": []}])
def test_parameters_that_no_formula_wrote_are_refused(units, measure, parameters):
    with pytest.raises(InvalidParameters):
        compute(Question(measure, "1", SITE, (MONDAY,), parameters), {}, units)


def test_days_with_a_gap_are_no_question():
    later = Day(date(2026, 3, 9), Period(200 * HOUR_US, 224 * HOUR_US))
    with pytest.raises(ValueError, match="without a gap"):
        Question("oee", "1", SITE, (MONDAY, later), {})


def test_origins_and_roles_travel_with_the_inputs(units):
    result = compute(oee_question(press("press-1", 1.0)), SHIFT, units)
    assert {(one.role, one.origin) for one in result.inputs} == {
        (SeriesRole.STATE, Origin.MACHINE),
        (SeriesRole.TOTAL_COUNT, Origin.MACHINE),
        (SeriesRole.GOOD_COUNT, Origin.MACHINE),
    }


@pytest.mark.parametrize(
    ("measure", "parameters", "complaint"),
    [
        ("oee", {"work_units": [press("p", 1.0)]}, "cannot speak for acme/south"),
        ("equipment_connection_rate", {"equipment": [machine("a")], "witnesses": []}, "no part of acme/south"),
    ],
)
def test_a_neighbours_machine_does_not_count(units, measure, parameters, complaint):
    question = Question(measure, "1", AssetPath.parse("acme/south"), (MONDAY,), parameters)
    with pytest.raises(InvalidParameters, match=complaint):
        compute(question, {}, units)
