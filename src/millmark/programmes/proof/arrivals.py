"""The book of arrivals: every claim is checked when it comes, and what was found is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.evidence import Claim, ClaimBook, ClaimStatement, VerificationReport
from millmark.evidence.document import read_document
from millmark.evidence.nodes import WitnessBook, Witnessed
from millmark.measures.formulas import FORMULAS
from millmark.programmes.grade import Grade
from millmark.programmes.proof.checks import (
    COUNTED_DAYS,
    NOTHING_DEMANDED,
    ArrivalCheck,
    Demanded,
    Known,
    Severity,
    arrival_checks,
    grade_of_checks,
)
from millmark.programmes.proof.tables import ArrivalRow
from millmark.registry import Database, Registry


@dataclass(frozen=True, slots=True)
class Arrival:
    """What was found of a claim when it came; `application_id` is None when it came by itself."""

    claim_id: str
    applicant_id: int
    application_id: int | None
    grade: Grade
    checks: tuple[ArrivalCheck, ...]
    checked_at_us: int
    checked_by: str

    @property
    def failures(self) -> tuple[ArrivalCheck, ...]:
        return tuple(check for check in self.checks if not check.ok)


class ArrivalBook:
    """Thread-safe and synchronous. Raises what the evidence room raises for a claim that is not there."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        claims: ClaimBook,
        witness: WitnessBook,
        *,
        now_us: Callable[[], int],
    ) -> None:
        self._database = database
        self._registry = registry
        self._claims = claims
        self._witness = witness
        self._now_us = now_us

    def check(
        self,
        claim_id: str,
        applicant_id: int,
        *,
        checked_by: str,
        demanded: Demanded = NOTHING_DEMANDED,
        application_id: int | None = None,
    ) -> Arrival:
        """What is to be found of a claim now; keeps nothing.

        Verifying reads rows of the history and takes its time: call this outside of any transaction, then `record` the
        answer in the one that keeps the application.
        """
        claim = self._claims.claim(claim_id)
        known = self._known(claim, self._claims.verify(claim_id), applicant_id, demanded)
        return _found(known, application_id, checked_by)

    def receive(
        self,
        claim_id: str,
        applicant_id: int,
        application_id: int,
        *,
        checked_by: str,
        demands: Mapping[str, Demanded],
    ) -> Arrival:
        """Checks a claim that comes with an application, and keeps what it is worth there and what it is worth at all.

        `demands` are the call's, by measure: what a call does not accept may still prove something elsewhere.
        """
        claim = self._claims.claim(claim_id)
        known = self._known(claim, self._claims.verify(claim_id), applicant_id, NOTHING_DEMANDED)
        asked = demands.get(claim.measure, NOTHING_DEMANDED)
        arrival = _found(replace(known, demanded=asked), application_id, checked_by)
        with self._database.transaction() as session:
            self.record(session, _found(known, None, checked_by))
            self.record(session, arrival)
        return arrival

    def owner_of(self, claim_id: str) -> int:
        """The enterprise whose claim it is."""
        return self._claims.claim(claim_id).enterprise_id

    def record(self, session: Session, arrival: Arrival, application_id: int | None = None) -> None:
        """Keep a finding, in the transaction of what it was found for."""
        session.add(
            ArrivalRow(
                claim_id=arrival.claim_id,
                applicant_id=arrival.applicant_id,
                application_id=application_id if application_id is not None else arrival.application_id,
                grade=arrival.grade,
                checks=[check.as_json() for check in arrival.checks],
                checked_at_us=arrival.checked_at_us,
                checked_by=arrival.checked_by[:100],
            )
        )
        session.flush()

    def keep(self, arrival: Arrival, application_id: int | None = None) -> None:
        """As `record`, in a transaction of its own."""
        with self._database.transaction() as session:
            self.record(session, arrival, application_id)

    def of_its_own(self, claim_id: str) -> Arrival:
        """Checks and records a claim by itself, as its enterprise's."""
        owner = self._claims.claim(claim_id).enterprise_id
        return self.check_and_record(claim_id, owner, checked_by="platform")

    def check_and_record(
        self,
        claim_id: str,
        applicant_id: int,
        *,
        checked_by: str,
        demanded: Demanded = NOTHING_DEMANDED,
        application_id: int | None = None,
    ) -> Arrival:
        arrival = self.check(
            claim_id, applicant_id, checked_by=checked_by, demanded=demanded, application_id=application_id
        )
        self.keep(arrival)
        return arrival

    def of_claim(self, claim_id: str) -> list[Arrival]:
        """Every finding about a claim, latest first."""
        return self._arrivals(ArrivalRow.claim_id == claim_id)

    def of_application(self, application_id: int) -> list[Arrival]:
        return self._arrivals(ArrivalRow.application_id == application_id)

    def latest(self, claim_id: str) -> Arrival | None:
        """The newest finding about a claim; None while nothing was found of it."""
        return next(iter(self.of_claim(claim_id)), None)

    def _arrivals(self, condition: Any) -> list[Arrival]:
        with self._database.reading() as session:
            query = select(ArrivalRow).where(condition).order_by(ArrivalRow.id.desc())
            return [_arrival(row) for row in session.scalars(query)]

    def _known(self, claim: Claim, report: VerificationReport, applicant_id: int, demanded: Demanded) -> Known:
        statement = read_document(claim.document).statement
        sites = {ref.site for ref in claim.seals}
        return Known(
            claim=claim,
            statement=statement,
            report=report,
            applicant_id=applicant_id,
            applicant_slug=self._registry.enterprise(applicant_id).slug,
            formulas=frozenset(FORMULAS),
            arrived_at_us=self._now_us(),
            demanded=demanded,
            earlier=self._earlier(claim),
            witnessed=self._seen(claim),
            alarms=[alarm for alarm in self._witness.alarms(claim.enterprise_id) if alarm.seal.statement.site in sites],
            chain_days=max((self._chain_days(claim, site) for site in sites), default=0),
        )

    def _earlier(self, claim: Claim) -> Sequence[tuple[Claim, ClaimStatement]]:
        """Claims of the same enterprise about the same measure, and any that rest on the same seals."""
        own = {ref.hash for ref in claim.seals}
        return [
            (other, read_document(other.document).statement)
            for other in self._claims.claims()
            if other.id != claim.id
            and (
                (other.enterprise_id == claim.enterprise_id and other.measure == claim.measure)
                or own & {ref.hash for ref in other.seals}
            )
        ]

    def _seen(self, claim: Claim) -> Mapping[tuple[str, int], Witnessed]:
        found = {(ref.site, ref.sequence): self._witness.witnessed(ref.site, ref.sequence) for ref in claim.seals}
        return {number: seen for number, seen in found.items() if seen is not None}

    def _chain_days(self, claim: Claim, site: str) -> int:
        first = claim.last_date - timedelta(days=COUNTED_DAYS - 1)
        return len({one.seal.date for one in self._witness.days(site, first, claim.last_date)})


def _found(known: Known, application_id: int | None, checked_by: str) -> Arrival:
    checks = arrival_checks(known)
    return Arrival(
        known.claim.id,
        known.applicant_id,
        application_id,
        grade_of_checks(checks),
        checks,
        known.arrived_at_us,
        checked_by,
    )


def _arrival(row: ArrivalRow) -> Arrival:
    checks = tuple(
        ArrivalCheck(one["name"], one["ok"], Severity(one["severity"]), one["zh"], one["en"]) for one in row.checks
    )
    return Arrival(
        row.claim_id,
        row.applicant_id,
        row.application_id,
        Grade(row.grade),
        checks,
        row.checked_at_us,
        row.checked_by,
    )
