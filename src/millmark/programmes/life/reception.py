"""What happens to claims that come with an application: checked on arrival, and shown to the office by consent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from millmark.model.period import HOUR_US
from millmark.programmes.life.parties import Actor
from millmark.programmes.proof import (
    Arrival,
    ArrivalBook,
    ConsentBook,
    Detail,
    NewConsent,
    Purpose,
    Recipient,
)

CONSENT_DAYS = 3 * 365
"""As long as an application and what follows from it may be looked into."""


class ClaimReception:
    """Who submits a claim consents to the office reading its document for this application, and to nothing else."""

    def __init__(self, arrivals: ArrivalBook, consents: ConsentBook, *, now_us: Callable[[], int]) -> None:
        self._arrivals = arrivals
        self._consents = consents
        self._now_us = now_us

    def check(self, claim_ids: Sequence[str], enterprise_id: int, actor: Actor) -> Sequence[Arrival]:
        return [self._arrivals.check(claim_id, enterprise_id, checked_by=actor.name) for claim_id in claim_ids]

    def keep_within(self, session: Session, checked: Sequence[Arrival], application_id: int, actor: Actor) -> None:
        for arrival in checked:
            self._arrivals.record(session, arrival, application_id)
            consent = NewConsent(
                arrival.applicant_id,
                Recipient.OFFICE,
                Purpose.APPLICATION,
                Detail.DOCUMENT,
                self._now_us() + CONSENT_DAYS * 24 * HOUR_US,
                claim_id=arrival.claim_id,
                application_id=application_id,
            )
            self._consents.give_within(session, consent, given_by=actor.name)
