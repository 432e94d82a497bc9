"""Sealing days, amending them, and the chain they form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.evidence.plant import MONDAY, SITE, SUNDAY, TUESDAY, Plant, local_us

from millmark.evidence import NotSealable
from millmark.evidence.merkle import EMPTY_ROOT, root_of
from millmark.model.period import HOUR_US


def test_days_with_rows_are_due_until_they_are_sealed(plant_on_each: Plant):
    plant = plant_on_each
    assert plant.seals.due_days(plant.site_id) == []
    plant.work_two_days()
    plant.tell("press-1:state", (TUESDAY, 0.5, "OFF"))
    assert plant.seals.due_days(plant.site_id) == [SUNDAY, MONDAY]
    plant.seals.seal_day(plant.site_id, MONDAY)
    assert plant.seals.due_days(plant.site_id) == [SUNDAY]
    plant.seals.seal_day(plant.site_id, SUNDAY)
    assert plant.seals.due_days(plant.site_id) == []


def test_a_seal_covers_the_day_and_follows_the_one_before(plant_on_each: Plant):
    plant = plant_on_each
    plant.work_two_days()
    plant.seal_both()
    sunday, monday = plant.seals.seals(plant.site_id)
    assert (sunday.sequence, monday.sequence) == (1, 2)
    assert (sunday.previous, monday.previous) == (None, sunday.hash)
    assert (sunday.row_count, monday.row_count) == (4, 17)
    assert monday.site == SITE
    assert monday.statement.span.period.duration_us == 24 * HOUR_US
    assert monday.statement.span.start_us == local_us(MONDAY, 0)
    leaves = plant.seals.leaves(plant.site_id, 2)
    assert [leaf.place for leaf in leaves] == sorted(leaf.place for leaf in leaves)
    assert root_of([leaf.hash for leaf in leaves]).hex() == monday.root
    for seal in (sunday, monday):
        seal.check_signature(plant.key.public)


def test_a_day_is_sealed_once(plant: Plant):
    plant.work_two_days()
    first = plant.seals.seal_day(plant.site_id, MONDAY)
    plant.tell("press-2:temperature", (MONDAY, 20, 39.0))
    assert plant.seals.seal_day(plant.site_id, MONDAY) == first
    assert len(plant.seals.seals(plant.site_id)) == 1


def test_a_day_that_is_not_over_is_refused(plant: Plant):
    plant.clock.now_us = local_us(TUESDAY, 0) - 1
    with pytest.raises(NotSealable, match="2026-03-02 is not over"):
        plant.seals.seal_day(plant.site_id, MONDAY)
    plant.clock.now_us += 1
    plant.seals.seal_day(plant.site_id, MONDAY)


def test_a_day_without_rows_can_be_sealed(plant: Plant):
    seal = plant.seals.seal_day(plant.site_id, SUNDAY)
    assert (seal.leaf_count, seal.root) == (0, EMPTY_ROOT.hex())
    assert plant.seals.amend(plant.site_id, SUNDAY) is None
    plant.tell("mill:speed", (SUNDAY, 3, 1.0))
    amendment = plant.seals.amend(plant.site_id, SUNDAY)
    assert amendment is not None
    assert amendment.kind == "amendment"


def test_late_rows_make_an_amendment_and_leave_the_first_seal_as_it_is(plant_on_each: Plant):
    plant = plant_on_each
    plant.work_two_days()
    plant.seal_both()
    first = plant.seals.seals(plant.site_id)
    assert plant.seals.amend(plant.site_id, MONDAY) is None
    plant.tell("press-2:temperature", (MONDAY, 9.75, 43.0), (MONDAY, 22, 38.0))
    amendment = plant.seals.amend(plant.site_id, MONDAY)
    assert amendment is not None
    assert (amendment.sequence, amendment.row_count, amendment.previous) == (3, 2, first[-1].hash)
    assert [leaf.rows for leaf in plant.seals.leaves(plant.site_id, 3)] == [1, 1]
    assert amendment.statement.received_after_us == first[-1].statement.received_until_us
    assert plant.seals.seals(plant.site_id) == [*first, amendment]
    assert plant.seals.amend(plant.site_id, MONDAY) is None


def test_a_contradiction_and_a_repetition_change_no_seal(plant: Plant):
    plant.work_two_days()
    plant.seal_both()
    receipt = plant.tell("press-2:temperature", (MONDAY, 9.25, 99.0), (MONDAY, 9.5, 42.0))
    assert (receipt.conflicts, receipt.duplicates) == (1, 1)
    assert plant.seals.amend(plant.site_id, MONDAY) is None


def test_what_is_not_there_cannot_be_sealed_or_amended(plant: Plant):
    with pytest.raises(NotSealable, match="no site 99"):
        plant.seals.seal_day(99, MONDAY)
    with pytest.raises(NotSealable, match="nothing to amend"):
        plant.seals.amend(plant.site_id, MONDAY)


def test_a_clock_set_back_does_not_break_the_chain(plant: Plant):
    first = plant.seals.seal_day(plant.site_id, MONDAY)
    plant.clock.now_us -= 2 * HOUR_US
    second = plant.seals.seal_day(plant.site_id, SUNDAY - timedelta(days=1))
    assert second.sealed_at_us == first.sealed_at_us
