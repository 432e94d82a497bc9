"""One flipped bit anywhere is caught and named; so is a forger who holds the node's own key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.evidence.plant import MONDAY, SITE, SUNDAY, Plant

from millmark.evidence import Claim, NodeKey, VerificationReport, verify_document
from millmark.evidence.canonical import canonical
from millmark.evidence.claim import CLAIM, ClaimedValue, ClaimStatement
from millmark.evidence.document import LeafProof, RevealedLeaf, read_document
from millmark.evidence.leaf import Leaf
from millmark.evidence.merkle import siblings_of
from millmark.evidence.rows_file import Sealed, read_rows, write_rows
from millmark.evidence.seal import Seal
from millmark.measures import joined

PRESS = SITE.child("press-1")


class Forgery:
    """A true claim with its rows, and a forger who may sign anything with the node's key."""

    def __init__(self, plant: Plant, claim: Claim) -> None:
        self.units, self.key, self.claim = plant.units, plant.key, claim
        self.rows = plant.claims.rows(claim.id)
        self.document = read_document(claim.document)

    def verify(self, document: bytes, rows: bytes | None = None) -> VerificationReport:
        return verify_document(document, rows, [self.key.id], units=self.units)

    def with_statement(self, **changes: object) -> bytes:
        statement = msgspec.structs.replace(self.document.statement, **changes)
        return self.with_claim(statement)

    def with_claim(self, statement: ClaimStatement) -> bytes:
        return self.with_document(claim=self.key.sign(canonical(statement), CLAIM))

    def with_document(self, **changes: object) -> bytes:
        return canonical(msgspec.structs.replace(self.document, **changes))

    def with_proof(self, number: int, change: Callable[[LeafProof], LeafProof]) -> bytes:
        proofs = list(self.document.proofs)
        proofs[number] = change(proofs[number])
        return self.with_document(proofs=tuple(proofs))


@dataclass(frozen=True)
class Standing:
    oee: Forgery
    energy: Forgery
    rate: Forgery
    leaves: list[Leaf]


@pytest.fixture(scope="module")
def standing(standing_plant: Plant) -> Standing:
    """True claims of one plant; what follows needs neither its history nor its registry."""
    plant = standing_plant
    plant.work_two_days()
    plant.seal_both()
    return Standing(
        Forgery(plant, plant.claims.issue("oee", PRESS, MONDAY)),
        Forgery(plant, plant.claims.issue("energy_consumption", SITE, MONDAY)),
        Forgery(plant, plant.claims.issue("equipment_connection_rate", SITE, MONDAY)),
        plant.seals.leaves(plant.site_id, 2),
    )


@pytest.fixture
def forgery(standing: Standing) -> Forgery:
    return standing.oee


@pytest.fixture
def sealed(standing: Standing, plant: Plant) -> Plant:
    """A plant of the test's own; made after the standing one, whose history it empties."""
    plant.work_two_days()
    plant.seal_both()
    return plant


def test_every_byte_of_the_document_matters(forgery: Forgery):
    whole = forgery.claim.document
    assert forgery.verify(whole, forgery.rows).verified
    for position in range(len(whole)):
        flipped = bytearray(whole)
        flipped[position] ^= 1 << position % 8
        report = forgery.verify(bytes(flipped))
        assert report.failures, f"a flipped bit {position % 8} of byte {position} passed"
        assert all(check.detail_en and check.detail_zh for check in report.checks)


def test_every_byte_of_the_rows_matters(forgery: Forgery):
    whole = forgery.rows
    for position in range(len(whole)):
        flipped = bytearray(whole)
        flipped[position] ^= 1 << position % 8
        with pytest.raises(ValueError, match="digest"):
            read_rows(bytes(flipped), most_rows=100)
    for position in (0, len(whole) // 2, len(whole) - 1):
        flipped = bytearray(whole)
        flipped[position] ^= 1
        report = forgery.verify(forgery.claim.document, bytes(flipped))
        assert report.failures == ("rows_file", "rows_in_leaves", "value_recomputed")
        assert report.recomputed_value is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bits_anywhere_are_reported_and_never_crash(forgery: Forgery, data: st.DataObject):
    document, rows = bytearray(forgery.claim.document), bytearray(forgery.rows)
    target = document if data.draw(st.booleans()) else rows
    for position in data.draw(st.sets(st.integers(0, len(target) - 1), min_size=1, max_size=5)):
        target[position] ^= data.draw(st.integers(1, 255))
    assert not forgery.verify(bytes(document), bytes(rows)).verified


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.binary(max_size=200), rows=st.none() | st.binary(max_size=200))
def test_bytes_that_are_nothing_are_reported(forgery: Forgery, document: bytes, rows: bytes | None):
    assert "document_form" in forgery.verify(document, rows).failures
    assert rows is None or "rows_file" in forgery.verify(forgery.claim.document, rows).failures


@pytest.mark.parametrize(
    "document",
    [
        b"[" * 100_000,
        b"9" * 10_000,
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"claim":"\\ud800"}',
        b'{"format":"millmark.claim-document/1"}',
        b"null",
        b"",
    ],
    ids=["deep", "long number", "no number", "too big", "half a character", "members missing", "null", "empty"],
)
def test_json_that_is_no_document_is_reported(forgery: Forgery, document: bytes):
    assert "document_form" in forgery.verify(document).failures


def test_a_cut_file_is_reported(forgery: Forgery):
    for length in range(0, len(forgery.rows), 97):
        assert "rows_file" in forgery.verify(forgery.claim.document, forgery.rows[:length]).failures
    assert forgery.verify(forgery.claim.document[:-1]).failures[0] == "document_form"


class TestAForgerWithTheNodesKey:
    """Signatures hold in all of these; what was sealed does not."""

    def failures(self, forgery: Forgery, document: bytes, rows: bytes | None = None) -> tuple[str, ...]:
        report = forgery.verify(document, rows or forgery.rows)
        assert "claim_signature" not in report.failures
        return report.failures

    @pytest.mark.parametrize(
        ("member", "by"), [("numerator", 60), ("denominator", -3600), ("covered_us", -1), ("value", 0.125)]
    )
    def test_another_number(self, forgery: Forgery, member: str, by: float):
        result = forgery.document.statement.result
        changed = msgspec.structs.replace(result, **{member: getattr(result, member) + by})
        if member != "value":
            changed = msgspec.structs.replace(changed, value=changed.numerator / changed.denominator)
        failures = self.failures(forgery, forgery.with_statement(result=changed))
        assert failures[0] == ("claim_statement" if member == "value" else "value_recomputed")

    def test_other_parameters(self, forgery: Forgery):
        parameters = msgspec.to_builtins(forgery.document.statement.parameters)
        parameters["work_units"][0]["planned_run_time_per_item_s"] = 55.0
        assert self.failures(forgery, forgery.with_statement(parameters=parameters)) == ("value_recomputed",)
        parameters["work_units"] = "nonsense"
        assert "leaves_complete" in self.failures(forgery, forgery.with_statement(parameters=parameters))

    def test_another_formula(self, forgery: Forgery):
        assert "leaves_complete" in self.failures(forgery, forgery.with_statement(formula_version="2"))

    def test_another_days_date(self, forgery: Forgery):
        day = msgspec.structs.replace(forgery.document.statement.days[0], date=SUNDAY)
        assert "sealed_days" in self.failures(forgery, forgery.with_statement(days=(day,), lead_date=None))

    def test_the_day_before_denied(self, forgery: Forgery):
        statement = forgery.document.statement
        denied = forgery.with_statement(lead_date=None, seals=statement.seals[1:])
        assert self.failures(forgery, denied)[0] == "leaves_in_seals"

    def test_origins_prettified(self, forgery: Forgery):
        assert "claim_statement" in self.failures(forgery, forgery.with_statement(origins=("machine",)))

    def test_a_foreign_enterprise(self, forgery: Forgery):
        enterprise = msgspec.structs.replace(forgery.document.statement.enterprise, slug="other")
        assert "claim_statement" in self.failures(forgery, forgery.with_statement(enterprise=enterprise))

    def test_an_hour_hidden(self, forgery: Forgery):
        """The leaf is left out of the proof, a hash standing for it, and its rows out of the file."""
        monday = forgery.document.proofs[1]
        hidden = monday.leaves[len(monday.leaves) // 2]
        siblings = (hidden.leaf.hash.hex(),)

        def hide(proof: LeafProof) -> LeafProof:
            kept = tuple(one for one in proof.leaves if one is not hidden)
            return LeafProof(proof.site, proof.sequence, kept, proof.siblings + siblings)

        failures = self.failures(forgery, forgery.with_proof(1, hide))
        assert failures[0] in {"leaves_in_seals", "leaves_complete"}

    def test_any_leaf_hidden_behind_a_true_hash(self, standing: Standing):
        """The root still fits: completeness alone catches it."""
        forgery, leaves = standing.energy, standing.leaves
        shown = forgery.document.proofs[1].leaves
        for left_out in range(len(shown)):
            kept = tuple(one for number, one in enumerate(shown) if number != left_out)
            siblings = siblings_of([leaf.hash for leaf in leaves], frozenset(one.position for one in kept))
            forged = forgery.with_proof(
                1,
                lambda proof, kept=kept, siblings=siblings: LeafProof(
                    proof.site, proof.sequence, kept, tuple(sibling.hex() for sibling in siblings)
                ),
            )
            failures = self.failures(forgery, forged)
            assert "leaves_in_seals" not in failures
            assert failures[0] == "leaves_complete"

    def test_a_leaf_passed_off_as_another_series(self, forgery: Forgery):
        def rename(proof: LeafProof) -> LeafProof:
            first = proof.leaves[0]
            renamed = RevealedLeaf(first.position, msgspec.structs.replace(first.leaf, series="acme/north/a:x"))
            return LeafProof(proof.site, proof.sequence, (renamed, *proof.leaves[1:]), proof.siblings)

        assert "leaves_in_seals" in self.failures(forgery, forgery.with_proof(1, rename))

    def test_an_amendment_passed_over(self, sealed: Plant):
        """Late rows were sealed; the claim is told to rest on the first seal alone."""
        before = Forgery(sealed, sealed.claims.issue("energy_consumption", SITE, MONDAY))
        sealed.tell("meter:energy", (MONDAY, 23.95, 904_704.0))
        sealed.seals.amend(sealed.site_id, MONDAY)
        after = Forgery(sealed, sealed.claims.issue("energy_consumption", SITE, MONDAY))
        statement = msgspec.structs.replace(before.document.statement, heads=after.document.statement.heads)
        seals = after.document.seals
        forged = before.key.sign(canonical(statement), CLAIM)
        document = canonical(msgspec.structs.replace(before.document, claim=forged, seals=seals))
        assert self.failures(before, document)[0] == "sealed_days"

    def test_a_seal_left_out_of_the_chain(self, sealed: Plant):
        sealed.seals.amend(sealed.site_id, SUNDAY)
        sealed.tell("press-2:temperature", (SUNDAY, 1, 1.0))
        sealed.seals.amend(sealed.site_id, SUNDAY)
        forgery = Forgery(sealed, sealed.claims.issue("energy_consumption", SITE, MONDAY))
        seals = forgery.document.seals
        assert len(seals) == 3
        assert "seal_chain" in self.failures(forgery, forgery.with_document(seals=(seals[0], seals[2])))
        assert "seal_chain" in self.failures(forgery, forgery.with_document(seals=seals[:2]))

    def test_a_seal_written_anew(self, forgery: Forgery):
        """The forger seals the day again with other leaves; the chain's next seal, already witnessed, gives it away."""
        first, second = (Seal.read(token) for token in forgery.document.seals)
        altered = Seal.sign(msgspec.structs.replace(first.statement, row_count=5), forgery.key)
        assert "seal_chain" in self.failures(forgery, forgery.with_document(seals=(altered.token, second.token)))

    def test_a_seal_of_another_node(self, forgery: Forgery):
        first, second = (Seal.read(token) for token in forgery.document.seals)
        foreign = Seal.sign(first.statement, NodeKey.generate())
        document = forgery.with_document(seals=(foreign.token, second.token))
        assert "seal_signatures" in self.failures(forgery, document)

    def test_rows_changed_added_or_left_out(self, forgery: Forgery):
        rows = read_rows(forgery.rows, most_rows=100)
        key = Sealed(str(SITE), 2, f"{PRESS}:good")
        good = rows[key]
        more = good.take([0, 1, 2])
        more.values[2] += 1
        for changed in (
            rows | {key: more},
            rows | {key: good.take([0, 1])},
            {other: found for other, found in rows.items() if other != key},
            rows | {Sealed(str(SITE), 2, "acme/north/mill:speed"): good},
            rows | {Sealed(str(SITE), 7, f"{PRESS}:good"): good},
        ):
            assert self.failures(forgery, forgery.claim.document, write_rows(changed))[0] == "rows_in_leaves"

    def test_the_rows_of_another_claim(self, standing: Standing, forgery: Forgery):
        failures = self.failures(forgery, forgery.claim.document, standing.energy.rows)
        assert failures == ("rows_in_leaves", "value_recomputed")

    def test_a_rate_with_a_machine_added_to_what_is_connected(self, standing: Standing):
        forgery = standing.rate
        statement = forgery.document.statement

        def up(value: ClaimedValue) -> ClaimedValue:
            return msgspec.structs.replace(value, numerator=3.0, value=1.0)

        parts = tuple(up(part) for part in statement.parts)
        forged = forgery.with_statement(result=up(statement.result), parts=parts)
        assert self.failures(forgery, forged) == ("value_recomputed",)


def test_a_claim_signed_by_somebody_else(forgery: Forgery):
    other = NodeKey.generate()
    statement = forgery.document.statement
    token = other.sign(canonical(statement), CLAIM)
    assert "claim_signature" in forgery.verify(forgery.with_document(claim=token)).failures
    swapped = forgery.with_document(claim=token, key=other.public)
    assert {"issuer_key", "seal_signatures"} <= set(forgery.verify(swapped).failures)


def test_rows_of_one_series_from_two_seals_are_one_column(sealed: Plant):
    sealed.tell("press-1:state", (MONDAY, 12.25, "RUN"))
    sealed.seals.amend(sealed.site_id, MONDAY)
    claim = sealed.claims.issue("oee", PRESS, MONDAY)
    rows = read_rows(sealed.claims.rows(claim.id), most_rows=100)
    state = joined([found for key, found in rows.items() if key.series.endswith(":state")])
    assert all(before < after for before, after in pairwise(state.source_time_us.tolist()))
    assert len(state) == 8
