"""Recordings as machines, and what the factories declare about them."""

from __future__ import annotations

import hashlib
import struct
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from millmark.demo.designs import BOTTLING, FEEDERS, PRESSES
from millmark.demo.factories import demonstration_factories, driver_configs
from millmark.demo.machines import ENERGY_END_KWH, build_machines
from millmark.demo.modbus_server import METER_MAP, meter_words
from millmark.demo.recordings import ENERGY_FILE, TEMPERATURE_FILE, read_energy, read_temperature, recordings_folder
from millmark.drivers.modbus.registers import decode
from millmark.model import Origin, UnitSystem, utc_us

# A busy computer is slow, not wrong.
unhurried = hypothesis_settings(deadline=None)

HOUR_US = 3_600_000_000
NOW_US = utc_us(datetime(2026, 5, 4, 3, 21, 7, tzinfo=UTC))
RECORDINGS = recordings_folder()
ENERGY = read_energy(RECORDINGS)
instants = st.integers(NOW_US - 8_000 * HOUR_US, NOW_US + 8_000 * HOUR_US)


@pytest.mark.parametrize("name", [TEMPERATURE_FILE, ENERGY_FILE])
def test_shipped_recordings_are_the_ones_their_readme_describes(name: str) -> None:
    readme = (RECORDINGS / "README.md").read_text("utf-8")
    assert hashlib.sha256((RECORDINGS / name).read_bytes()).hexdigest() in readme
    assert name in readme


def test_each_recording_ships_with_its_licence() -> None:
    assert "Numenta" in (RECORDINGS / "LICENSE-NAB.txt").read_text("utf-8")
    assert "CC BY 4.0" in (RECORDINGS / "LICENSE-STEEL-CC-BY-4.0.txt").read_text("utf-8")


@unhurried
@given(instants, st.integers(1, 10 * HOUR_US))
def test_counted_energy_never_falls(time_us: int, later: int) -> None:
    assert ENERGY.counted_kwh(time_us + later) >= ENERGY.counted_kwh(time_us)


@unhurried
@given(instants)
def test_counted_energy_grows_by_the_power(time_us: int) -> None:
    quarter_us = 900_000_000
    start = time_us - time_us % quarter_us
    grown = ENERGY.counted_kwh(start + quarter_us) - ENERGY.counted_kwh(start)
    assert grown == pytest.approx(ENERGY.power_kw(start) / 4, abs=1e-6)


def test_a_year_of_the_recording_is_what_its_publisher_says() -> None:
    year_us = 35_040 * 900_000_000
    assert ENERGY.counted_kwh(NOW_US + year_us) - ENERGY.counted_kwh(NOW_US) == pytest.approx(959_636.71, abs=0.01)


@unhurried
@given(instants, st.sampled_from(FEEDERS))
def test_meter_registers_read_as_what_the_recording_says(time_us: int, feeder: object) -> None:
    words = meter_words(ENERGY, feeder, time_us)
    read = {tag.metric: decode(tag, words[tag.address - 100 : tag.address - 100 + tag.width]) for tag in METER_MAP}
    counted = ENERGY.counted_kwh(time_us) * feeder.share % ENERGY_END_KWH
    assert read["active_energy"] == pytest.approx(counted, abs=0.11)
    power = struct.unpack("f", struct.pack("f", ENERGY.power_kw(time_us) * feeder.share))[0]
    assert read["active_power"] == power
    assert read["power_factor"] == pytest.approx(ENERGY.power_factor_at(time_us), abs=0.0006)
    assert 9_800 < read["voltage"] < 10_200


def test_feeders_together_are_the_whole_works() -> None:
    assert sum(feeder.share for feeder in FEEDERS) == pytest.approx(1.0)


def test_no_two_machines_replay_the_same_temperature() -> None:
    machines = build_machines((*PRESSES, *BOTTLING), RECORDINGS)
    stretches = [tuple(machine.between(NOW_US, NOW_US + HOUR_US)["temperature"][1]) for machine in machines]
    assert len(set(stretches)) == len(machines)


def test_a_machine_s_newest_samples_are_those_of_its_past() -> None:
    (machine, *_) = build_machines(BOTTLING, RECORDINGS)
    past = machine.between(NOW_US - 40 * HOUR_US, NOW_US + 1)
    for metric, (time_us, value) in machine.last_at(NOW_US).items():
        assert (past[metric][0][-1], past[metric][1][-1]) == (time_us, value)


def test_a_machine_confirms_its_state_every_ten_minutes() -> None:
    (machine, *_) = build_machines(BOTTLING, RECORDINGS)
    times, values = machine.between(NOW_US, NOW_US + 24 * HOUR_US)["state"]
    assert max(later - earlier for earlier, later in pairwise(times.tolist())) <= HOUR_US // 6
    assert len(times) == len(values) == len(set(times.tolist()))


def test_temperature_rows_keep_their_own_times() -> None:
    temperature = read_temperature(RECORDINGS)
    times, values = temperature.between(NOW_US, NOW_US + 24 * HOUR_US)
    assert set((times[1:] - times[:-1]).tolist()) <= {300_000_000}
    assert len(values) == 288


def test_factories_say_that_they_are_fictional() -> None:
    for factory in demonstration_factories():
        assert "虚构" in factory.name_zh
        assert "fictional" in factory.name_en
        assert factory.area_code in {"421202", "421221", "421281"}


def test_equipment_is_counted_as_announced() -> None:
    counts = {factory.slug: factory.equipment for factory in demonstration_factories()}
    assert counts == {"demo-a": 5, "demo-b": 5, "demo-c": 3}


def test_nothing_is_declared_as_coming_from_a_machine() -> None:
    for factory in demonstration_factories():
        for gateway in factory.gateways:
            assert Origin.MACHINE not in {tag.origin for tag in gateway.tags}


def test_every_unit_is_a_ucum_code() -> None:
    units = UnitSystem()
    for factory in demonstration_factories():
        for gateway in factory.gateways:
            for tag in gateway.tags:
                assert units.check(tag.unit) == tag.unit


def test_drivers_bring_exactly_what_the_gateways_declare() -> None:
    configs = driver_configs(opcua_endpoint="opc.tcp://127.0.0.1:4840", modbus_host="127.0.0.1", modbus_port=502)
    gateways = {factory.gateway.id: factory.gateway for factory in demonstration_factories()}
    for config in configs:
        declared = {(tag.asset, tag.metric, tag.unit, tag.role, tag.origin) for tag in config.declared}
        wanted = gateways[config.gateway]
        assert config.root == str(wanted.root)
        assert declared == {(tag.asset, tag.metric, tag.unit, tag.role, tag.origin) for tag in wanted.tags}
