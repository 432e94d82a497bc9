"""What happens to claims that come with an application: checked on arrival, and shown to the office by consent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.orm import Session

from millmark.model.period import HOUR_US
from millmark.programmes.errors import InvalidRecord
from millmark.programmes.life.calls import CallFile
from millmark.programmes.life.parties import Actor
from millmark.programmes.packs import PackShelf
from millmark.programmes.proof import (
    ArrivalBook,
    ConsentBook,
    Demanded,
    Detail,
    NewConsent,
    Purpose,
    Recipient,
    demands_of,
)

CONSENT_DAYS = 3 * 365
"""As long as an application and what follows from it may be looked into."""


class ClaimReception:
    """Who submits a claim consents to the office reading its document for this application, and to nothing else."""

    def __init__(
        self, arrivals: ArrivalBook, consents: ConsentBook, shelf: PackShelf, *, now_us: Callable[[], int]
    ) -> None:
        self._arrivals = arrivals
        self._consents = consents
        self._shelf = shelf
        self._now_us = now_us

    def receive(
        self, claim_ids: Sequence[str], enterprise_id: int, call: CallFile, application_id: int, actor: Actor
    ) -> None:
        """Checks each claim against what the call's evidence bindings demand, and keeps what was found.

        A finding is kept for itself: it is true of the claim whether or not the application is then submitted. Raises
        `InvalidRecord` for a claim of another enterprise, whose worth is nothing to an applicant, and what the evidence
        room raises for an unknown one.
        """
        for claim_id in claim_ids:
            if self._arrivals.owner_of(claim_id) != enterprise_id:
                raise InvalidRecord(f"claim_ids: {claim_id} is a claim of another enterprise")
        demands = self._demands(call)
        for claim_id in claim_ids:
            self._arrivals.receive(claim_id, enterprise_id, application_id, checked_by=actor.name, demands=demands)

    def consent_within(
        self, session: Session, claim_ids: Sequence[str], enterprise_id: int, application_id: int, actor: Actor
    ) -> None:
        """The consents that submitting gives, in the transaction that submits."""
        for claim_id in claim_ids:
            consent = NewConsent(
                enterprise_id,
                Recipient.OFFICE,
                Purpose.APPLICATION,
                Detail.DOCUMENT,
                self._now_us() + CONSENT_DAYS * 24 * HOUR_US,
                claim_id=claim_id,
                application_id=application_id,
            )
            self._consents.give_within(session, consent, given_by=actor.name)

    def _demands(self, call: CallFile) -> Mapping[str, Demanded]:
        """By the call's own pack and, where that counts levels of another one, by that one too."""
        if call.pack_edition is None:
            return {}
        pack = self._shelf.pack(call.pack, call.pack_edition)
        source = pack.level_source
        return demands_of((pack,) if source is None else (pack, self._shelf.pack(source.pack, source.edition)))
