"""Cheating, played through against the real thing: what is caught, by which check, and what is not.

The table in docs/explanation/proof.md is made of these tests. `Region` is the city's node; a `Plant` is a factory's own
node, whose owner holds its key, its clock and its database, and cheats.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.evidence.plant import MONDAY, SITE, TUESDAY, Clock, Plant, local_us

from millmark.evidence import Claim, ClaimBook, NodeKey, Seal, SealBook
from millmark.evidence.canonical import canonical
from millmark.evidence.claim import CLAIM
from millmark.evidence.document import read_document
from millmark.evidence.nodes import (
    AlarmKind,
    ClaimImports,
    KeyNotInForce,
    NodeBook,
    NotImportable,
    NotTheHolder,
    UnknownKey,
    WitnessBook,
    write_enrolment,
    write_succession,
)
from millmark.evidence.rows_file import read_rows, write_rows
from millmark.history import History
from millmark.model import UnitSystem
from millmark.model.period import HOUR_US
from millmark.programmes.grade import Grade
from millmark.programmes.life import Actor, Party
from millmark.programmes.proof import Arrival, ArrivalBook, ChallengeBook, ClaimStandings
from millmark.registry import Database, Registry

PRESS = SITE.child("press-1")
OFFICER = Actor("officer", "officer", frozenset({Party.CITY}))
MANAGER = Actor("manager", "manager", frozenset({Party.ENTERPRISE}))


class Region:
    """A city's node with the factory registered and its key enrolled; its own clock is right."""

    def __init__(self, database: Database, plant: Plant, clock: Clock, units: UnitSystem) -> None:
        self.clock = clock
        self.registry = Registry(database, now_us=clock, units=units)
        for slug in ("acme", "other"):
            self.registry.ensure_enterprise(
                slug=slug, name_zh="虚构厂", name_en="Fictional", area_code="421200", is_demonstration=True
            )
        self.acme, self.other = (self.registry.enterprise_by_slug(slug).id for slug in ("acme", "other"))
        key = NodeKey.generate()
        self.nodes = NodeBook(database, self.registry, now_us=clock)
        self.witness = WitnessBook(database, self.registry, self.nodes, key.public, now_us=clock)
        self.imports = ClaimImports(database, self.registry, self.nodes, key.public, units, now_us=clock)
        seals = SealBook(database, plant.history, self.registry, key, now_us=clock)
        self.claims = ClaimBook(
            database,
            plant.history,
            self.registry,
            seals,
            key,
            units,
            now_us=clock,
            foreign_key=self.imports.trusted_key,
        )
        self.arrivals = ArrivalBook(database, self.registry, self.claims, self.witness, now_us=clock)
        self.challenges = ChallengeBook(database, self.claims, now_us=clock)
        self.standings = ClaimStandings(self.arrivals, self.challenges)
        self.nodes.enrol(write_enrolment("acme", plant.key, clock()), actor="officer", reason="compared by telephone")

    def see(self, plant: Plant, key: NodeKey | None = None) -> list[AlarmKind]:
        """The node sends its chain; returns the alarms it raised."""
        tokens = [seal.token for seal in plant.seals.seals(plant.site_id)]
        return [alarm.kind for alarm in self.witness.receive(tokens, (key or plant.key).id).alarms]

    def take(self, claim: Claim | bytes, applicant: int | None = None) -> Arrival:
        """The claim comes with an application of an enterprise."""
        document = claim if isinstance(claim, bytes) else claim.document
        taken = self.imports.take_in(document, received_by="node")
        return self.arrivals.check_and_record(taken.id, applicant or self.acme, checked_by="node")


@pytest.fixture
def region(
    plant: Plant,
    migrated_sqlite: Path,
    tmp_path: Path,
    units: UnitSystem,
) -> Iterator[Region]:
    file = tmp_path / "region.sqlite"
    file.write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{file}")
    clock = Clock()
    yield Region(database, plant, clock, units)
    database.close()


@pytest.fixture
def honest(plant: Plant, region: Region) -> Plant:
    """Two days were sealed, and the region saw the seals in the night they were made."""
    plant.work_two_days()
    plant.seal_both()
    assert region.see(plant) == []
    return plant


def failed(arrival: Arrival) -> set[str]:
    return {check.name for check in arrival.failures if check.name != "chosen_days"}


def anew(plant: Plant, migrated: Path, tmp_path: Path, clock: Clock) -> Plant:
    """The same factory's registry with an empty book of seals: its owner begins the chain again with the same key."""
    file = tmp_path / "anew.sqlite"
    file.write_bytes(migrated.read_bytes())
    database = Database(f"sqlite:///{file}")
    registry = Registry(database, now_us=clock, units=plant.units)
    return Plant(database, plant.history, registry, clock, plant.units, plant.key)


def emptied(history: History) -> None:
    for name in ("points", "text_points", "conflicts"):
        history._store.writer.command(f"TRUNCATE TABLE millmark.{name}")


def test_an_honest_claim_is_machine_proven_and_upheld(honest: Plant, region: Region) -> None:
    claim = honest.claims.issue("oee", PRESS, MONDAY)
    arrival = region.take(claim)
    assert failed(arrival) == set()
    assert arrival.grade is Grade.MACHINE_PROVEN
    challenge = region.challenges.open(claim.id, OFFICER, reason="by chance")
    assert challenge.state == "open"
    done = region.challenges.answer(challenge.id, honest.claims.rows(claim.id), MANAGER)
    assert done.state == "upheld"
    assert done.answers[-1].recomputed_value == claim.value
    assert region.standings.limit(claim.id) is Grade.MACHINE_PROVEN
    assert [step.action for step in region.challenges.steps(challenge.id)] == ["challenge", "uphold"]


def test_points_edited_in_the_store_after_sealing_refute_the_claim_and_name_the_hour(honest: Plant) -> None:
    claim = honest.claims.issue("oee", PRESS, MONDAY)
    history = honest.history
    history._store.writer.command(
        "ALTER TABLE millmark.points UPDATE value = value * 2 WHERE value = 340 SETTINGS mutations_sync = 2"
    )
    revelation = honest.claims.reveal(claim.id)
    assert revelation.outcome == "refuted"
    assert [one.kind for one in revelation.differences] == ["rows_altered"]
    assert "press-1:total" in revelation.differences[0].en
    assert not honest.claims.verify(claim.id).verified


def test_rows_edited_on_their_way_to_the_region_refute_the_claim(honest: Plant, region: Region) -> None:
    claim = honest.claims.issue("oee", PRESS, MONDAY)
    region.take(claim)
    challenge = region.challenges.open(claim.id, OFFICER, reason="by chance")
    rows = read_rows(honest.claims.rows(claim.id), most_rows=1000)
    series, found = next((key, one) for key, one in rows.items() if key.series.endswith("press-1:good"))
    better = replace(found, values=np.asarray(found.values) + 1)
    done = region.challenges.answer(challenge.id, write_rows({**rows, series: better}), MANAGER)
    assert done.state == "refuted"
    assert {one.kind for one in done.answers[-1].differences} == {"rows_altered"}
    assert region.standings.limit(claim.id) is Grade.SELF_REPORTED
    assert [one.id for one in region.challenges.grounds([claim.id])] == [challenge.id]


def test_a_part_of_the_rows_is_worth_no_more_than_none(honest: Plant, region: Region) -> None:
    claim = honest.claims.issue("oee", PRESS, MONDAY)
    region.take(claim)
    challenge = region.challenges.open(claim.id, OFFICER, reason="by chance")
    rows = read_rows(honest.claims.rows(claim.id), most_rows=1000)
    some = {key: found for key, found in rows.items() if not key.series.endswith("press-1:good")}
    partly = region.challenges.answer(challenge.id, write_rows(some), MANAGER)
    assert partly.state == "partly_revealed"
    assert {one.kind for one in partly.answers[-1].differences} == {"rows_missing"}
    assert region.standings.limit(claim.id) is Grade.SELF_REPORTED
    whole = region.challenges.answer(challenge.id, honest.claims.rows(claim.id), MANAGER)
    assert whole.state == "upheld"
    assert region.standings.limit(claim.id) is Grade.MACHINE_PROVEN


def test_silence_until_the_deadline_takes_the_proof_away(honest: Plant, region: Region) -> None:
    claim = honest.claims.issue("oee", PRESS, MONDAY)
    region.take(claim)
    challenge = region.challenges.open(claim.id, OFFICER, reason="by chance", answer_days=3)
    region.clock.now_us += 3 * 24 * HOUR_US
    assert region.challenges.lapse_overdue() == 1
    assert region.challenges.challenge(challenge.id).state == "not_answered"
    assert region.standings.limit(claim.id) is Grade.SELF_REPORTED


def test_a_day_signed_anew_raises_an_alarm_and_its_claims_are_refused(
    honest: Plant,
    region: Region,
    migrated_sqlite: Path,
    tmp_path: Path,
) -> None:
    emptied(honest.history)
    again = anew(honest, migrated_sqlite, tmp_path, honest.clock)
    again.work_two_days()
    again.tell("press-1:good", (MONDAY, 15.95, 590.0))
    again.seal_both()
    better = again.claims.issue("oee", PRESS, MONDAY)
    # By itself the forged chain is flawless: the key is the node's own.
    assert again.claims.verify(better.id).verified
    arrival = region.take(better)
    assert "witnessed" in failed(arrival)
    assert arrival.grade is Grade.SELF_REPORTED
    assert AlarmKind.ANOTHER_SEAL in region.see(again)
    assert len(region.witness.alarms(region.acme)) == 2
    region.see(again)
    assert len(region.witness.alarms(region.acme)) == 2, "an alarm is recorded once, and stays"
    assert region.witness.witnessed(str(SITE), 2).seal.hash == honest.seals.seals(honest.site_id)[1].hash  # type: ignore[union-attr]


def test_a_past_invented_before_the_first_witness_is_only_doubted(plant: Plant, region: Region) -> None:
    plant.work_two_days()
    plant.seal_both()
    region.clock.now_us += 30 * 24 * HOUR_US
    region.see(plant)  # the whole chain comes at once, a month later
    arrival = region.take(plant.claims.issue("oee", PRESS, MONDAY))
    assert failed(arrival) == {"witnessed", "clock"}
    assert arrival.grade is Grade.DOCUMENT_BACKED


def test_a_claim_whose_seals_were_never_shown_is_only_doubted(plant: Plant, region: Region) -> None:
    plant.work_two_days()
    plant.seal_both()
    arrival = region.take(plant.claims.issue("oee", PRESS, MONDAY))
    assert failed(arrival) == {"witnessed"}
    assert arrival.grade is Grade.DOCUMENT_BACKED


def test_rows_back_dated_into_a_sealed_day_make_an_amendment_that_everybody_sees(honest: Plant, region: Region) -> None:
    first = honest.claims.issue("oee", PRESS, MONDAY)
    region.take(first)
    honest.tell("press-1:good", (MONDAY, 15.95, 590.0))
    amendment = honest.seals.amend(honest.site_id, MONDAY)
    assert amendment is not None
    assert amendment.kind == "amendment"
    second = honest.claims.issue("oee", PRESS, MONDAY)
    assert second.value != first.value
    arrival = region.take(second)
    # The late rows are not hidden, and until the region has seen the amendment they prove nothing.
    assert failed(arrival) == {"witnessed"}
    assert region.see(honest) == []
    assert [one.seal.kind for one in region.witness.days(str(SITE), MONDAY, MONDAY)] == ["day", "amendment"]


def test_rows_back_dated_into_a_day_that_is_not_sealed_yet_pass(plant: Plant, region: Region) -> None:
    """Not caught: before the seal, whoever sends is believed. A seal soon after midnight leaves a day for it."""
    plant.work_two_days()
    plant.tell("press-1:good", (MONDAY, 15.95, 590.0))
    plant.seal_both()
    region.see(plant)
    assert region.take(plant.claims.issue("oee", PRESS, MONDAY)).grade is Grade.MACHINE_PROVEN


def test_a_second_value_for_the_same_moment_does_not_replace_the_first(honest: Plant) -> None:
    claim = honest.claims.issue("oee", PRESS, MONDAY)
    receipt = honest.tell("press-1:good", (MONDAY, 15.9, 590.0))
    assert receipt.conflicts == 1
    assert honest.seals.amend(honest.site_id, MONDAY) is None
    assert honest.claims.verify(claim.id).verified


def test_another_factorys_claim_is_refused(honest: Plant, region: Region) -> None:
    claim = honest.claims.issue("oee", PRESS, MONDAY)
    arrival = region.take(claim, applicant=region.other)
    assert failed(arrival) == {"subject"}
    assert arrival.grade is Grade.SELF_REPORTED


def test_another_factorys_claim_signed_anew_with_ones_own_key_is_not_taken_in(honest: Plant, region: Region) -> None:
    thief = NodeKey.generate()
    region.nodes.enrol(write_enrolment("other", thief, region.clock()), actor="officer")
    document = read_document(honest.claims.issue("oee", PRESS, MONDAY).document)
    statement = msgspec.structs.replace(document.statement, issuer=thief.id)
    stolen = msgspec.structs.replace(document, key=thief.public, claim=thief.sign(canonical(statement), CLAIM))
    with pytest.raises(NotImportable, match="speaks for another enterprise"):
        region.take(canonical(stolen))
    renamed = msgspec.structs.replace(statement, enterprise=msgspec.structs.replace(statement.enterprise, slug="other"))
    stolen = msgspec.structs.replace(document, key=thief.public, claim=thief.sign(canonical(renamed), CLAIM))
    with pytest.raises(NotImportable, match="its subject is not the enterprise's"):
        region.take(canonical(stolen))


def test_one_bit_changed_in_a_claim_is_not_taken_in(honest: Plant, region: Region) -> None:
    document = bytearray(honest.claims.issue("oee", PRESS, MONDAY).document)
    document[len(document) // 2] ^= 1
    with pytest.raises(NotImportable):
        region.take(bytes(document))
    assert region.claims.claims() == []


def test_the_same_claim_twice_is_one_and_the_same_id_never_means_two(honest: Plant, region: Region) -> None:
    claim = honest.claims.issue("oee", PRESS, MONDAY)
    region.take(claim)
    region.take(claim)
    assert len(region.claims.claims()) == 1
    document = read_document(claim.document)
    later = msgspec.structs.replace(document.statement, issued_at_us=document.statement.issued_at_us + 1)
    other = msgspec.structs.replace(document, claim=honest.key.sign(canonical(later), CLAIM))
    with pytest.raises(NotImportable, match="same id"):
        region.take(canonical(other))


def test_a_value_that_the_sealed_rows_do_not_give_is_refuted_when_challenged(honest: Plant, region: Region) -> None:
    """Arrival cannot know it: the signature is good and the claim agrees with itself. The rows tell."""
    document = read_document(honest.claims.issue("oee", PRESS, MONDAY).document)
    said = document.statement
    better = msgspec.structs.replace(
        said.result,
        numerator=said.result.denominator * 0.99,
        value=said.result.denominator * 0.99 / said.result.denominator,
    )
    forged = msgspec.structs.replace(said, result=better)
    token = honest.key.sign(canonical(forged), CLAIM)
    arrival = region.take(canonical(msgspec.structs.replace(document, claim=token)))
    assert arrival.grade is Grade.MACHINE_PROVEN
    challenge = region.challenges.open(said.id, OFFICER, reason="by chance")
    done = region.challenges.answer(challenge.id, honest.claims.rows(said.id), MANAGER)
    assert done.state == "refuted"
    assert [one.kind for one in done.answers[-1].differences] == ["value_recomputed"]
    assert "claimed" in done.answers[-1].differences[0].en


def test_a_clock_set_back_shows_at_the_witness(plant: Plant, region: Region) -> None:
    """The node pretends that it is a month ago, records a good day, and seals it in that time."""
    region.clock.now_us = local_us(TUESDAY + timedelta(days=30), 1)
    plant.work_two_days()  # its clock says Tuesday the 3rd
    plant.seal_both()
    region.see(plant)
    arrival = region.take(plant.claims.issue("oee", PRESS, MONDAY))
    clock = next(check for check in arrival.checks if check.name == "clock")
    assert not clock.ok
    assert "before its arrival" in clock.en
    assert arrival.grade is Grade.DOCUMENT_BACKED


def test_a_clock_set_ahead_raises_an_alarm(plant: Plant, region: Region) -> None:
    plant.work_two_days()
    plant.clock.now_us += 2 * HOUR_US
    plant.seal_both()
    assert region.see(plant) == [AlarmKind.CLOCK_AHEAD, AlarmKind.CLOCK_AHEAD]


def test_a_series_dropped_from_the_rows_or_from_the_proof_is_noticed(honest: Plant, region: Region) -> None:
    """A series that is not sealed is another matter: see the next test."""
    claim = honest.claims.issue("oee", PRESS, MONDAY)
    document = read_document(claim.document)
    proof = document.proofs[-1]
    less = msgspec.structs.replace(proof, leaves=proof.leaves[1:])
    with pytest.raises(NotImportable, match="leaves_in_seals"):
        region.take(canonical(msgspec.structs.replace(document, proofs=(*document.proofs[:-1], less))))


def test_a_series_that_was_never_recorded_is_not_missed_but_covers_nothing(plant: Plant, region: Region) -> None:
    """Not caught: who does not record a bad hour cannot be caught by arithmetic. Coverage says that it is not there."""
    plant.tell("press-1:state", *[(MONDAY, hour, state) for hour, state in ((8.0, "RUN"), (12.0, "OFF"))])
    plant.tell("press-1:total", (MONDAY, 8, 90.0), (MONDAY, 11.9, 340.0))
    plant.tell("press-1:good", (MONDAY, 8, 80.0), (MONDAY, 11.9, 330.0))
    plant.seals.seal_day(plant.site_id, MONDAY)
    region.see(plant)
    claim = plant.claims.issue("oee", PRESS, MONDAY)
    assert region.take(claim).grade is Grade.MACHINE_PROVEN
    assert claim.coverage_share < 1


def test_a_claim_about_the_best_day_says_how_many_days_it_leaves_out(honest: Plant, region: Region) -> None:
    """Noted, not refused: what a programme asks for, the length of the period, is for its rules to say."""
    arrival = region.take(honest.claims.issue("oee", PRESS, MONDAY))
    chosen = next(check for check in arrival.checks if check.name == "chosen_days")
    assert not chosen.ok
    assert "covers 1 day; of the 90 days up to its last, 2 were sealed" in chosen.en
    assert arrival.grade is Grade.MACHINE_PROVEN


def test_a_machine_that_vanishes_from_the_denominator_is_doubted(honest: Plant, region: Region) -> None:
    first = honest.claims.issue("equipment_connection_rate", SITE, MONDAY)
    assert region.take(first).grade is Grade.MACHINE_PROVEN
    mill = SITE.child("mill")
    honest.registry.ensure_asset(mill, honest.registry.asset(mill).level, counts_as_equipment=False)
    second = honest.claims.issue("equipment_connection_rate", SITE, MONDAY)
    assert second.denominator < first.denominator
    arrival = region.take(second)
    assert failed(arrival) == {"denominator", "consistent"}
    assert arrival.grade is Grade.DOCUMENT_BACKED
    assert "acme/north/mill" in next(check.en for check in arrival.failures if check.name == "denominator")


def test_a_machine_that_was_never_listed_is_not_missed(honest: Plant, region: Region) -> None:
    """Not caught: a machine that no list ever named. Somebody has to walk through the hall."""
    mill = SITE.child("mill")
    honest.registry.ensure_asset(mill, honest.registry.asset(mill).level, counts_as_equipment=False)
    arrival = region.take(honest.claims.issue("equipment_connection_rate", SITE, MONDAY))
    assert arrival.grade is Grade.MACHINE_PROVEN


def test_a_copied_key_is_revoked_back_to_the_theft(honest: Plant, region: Region) -> None:
    before = honest.claims.issue("oee", PRESS, MONDAY)
    region.take(before)
    stolen_at_us = region.clock.now_us + HOUR_US
    region.clock.now_us += 2 * HOUR_US
    honest.clock.now_us += 2 * HOUR_US
    by_thief = honest.claims.issue("energy_consumption", SITE, MONDAY)
    region.take(by_thief)
    assert region.claims.verify(by_thief.id).verified, "a copied key is as good as the original until it is revoked"
    region.nodes.revoke(honest.key.id, actor="officer", reason="copied", since_us=stolen_at_us)
    assert region.claims.verify(before.id).verified
    assert "issuer_key" in region.claims.verify(by_thief.id).failures
    with pytest.raises(KeyNotInForce):
        region.take(honest.claims.issue("equipment_connection_rate", SITE, MONDAY))
    with pytest.raises(KeyNotInForce):
        region.see(honest)


def test_two_who_hold_one_key_contradict_each_other(
    honest: Plant,
    region: Region,
    migrated_sqlite: Path,
    tmp_path: Path,
) -> None:
    thief = anew(honest, migrated_sqlite, tmp_path, honest.clock)
    thief.seals.seal_day(thief.site_id, MONDAY)
    assert region.see(thief) == [AlarmKind.ANOTHER_SEAL]


def test_a_key_is_enrolled_by_who_holds_it_and_followed_by_whom_it_names(plant: Plant, region: Region) -> None:
    stranger, follower = NodeKey.generate(), NodeKey.generate()
    with pytest.raises(UnknownKey):
        region.see(plant, stranger)
    letter = write_enrolment("acme", stranger, region.clock())
    forged = plant.key.sign(letter.encode(), "millmark.enrolment/1")
    with pytest.raises(NotTheHolder):
        region.nodes.enrol(forged, actor="officer")
    with pytest.raises(NotTheHolder):
        region.nodes.succeed(plant.key.id, write_succession("acme", stranger, follower, region.clock()))
    region.nodes.succeed(plant.key.id, write_succession("acme", plant.key, follower, region.clock()))
    with pytest.raises(KeyNotInForce):
        region.nodes.speaking(plant.key.id)
    assert region.nodes.speaking(follower.id).enterprise_id == region.acme


def test_a_device_that_plays_a_recording_is_not_told_from_a_machine(plant: Plant, region: Region) -> None:
    """Not caught: a series that says it is a machine's is believed. What it says can be refused by rules."""
    plant.work_two_days()
    plant.seal_both()
    region.see(plant)
    claim = plant.claims.issue("oee", PRESS, MONDAY)
    assert region.take(claim).grade is Grade.MACHINE_PROVEN
    assert set(claim.origins) == {"process_model"}, "what is declared is in the claim; rules ask for machines alone"


def test_a_day_left_out_of_the_chain_shows_as_a_gap(honest: Plant, region: Region) -> None:
    """The chain counts its seals; what is sealed out of sight of the region leaves a number missing."""
    honest.clock.now_us = local_us(TUESDAY + timedelta(days=2), 1)
    region.clock.now_us = honest.clock.now_us
    hidden = honest.seals.seal_day(honest.site_id, TUESDAY)
    shown = honest.seals.seal_day(honest.site_id, TUESDAY + timedelta(days=1))
    region.witness.receive([shown.token], honest.key.id)
    assert region.witness.chains(region.acme)[0].missing == 1
    region.witness.receive([hidden.token], honest.key.id)
    assert region.witness.chains(region.acme)[0].missing == 0


def test_a_seal_that_does_not_follow_the_one_before_is_an_alarm_and_so_is_what_follows_it(
    honest: Plant, region: Region
) -> None:
    last = honest.seals.seals(honest.site_id)[-1].statement
    odd = Seal.sign(
        msgspec.structs.replace(last, sequence=3, previous="0" * 64, date=TUESDAY, span=last.span, kind="day"),
        honest.key,
    )
    after = Seal.sign(
        msgspec.structs.replace(last, sequence=4, previous=odd.hash, date=TUESDAY + timedelta(days=1)), honest.key
    )
    told = region.witness.receive([odd.token, after.token], honest.key.id)
    assert [alarm.kind for alarm in told.alarms] == [AlarmKind.BROKEN_CHAIN, AlarmKind.BROKEN_CHAIN]
    assert told.new == 0
