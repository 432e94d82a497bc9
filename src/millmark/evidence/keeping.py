"""What of the history must not go yet: days that are not sealed, and days that a claim rests on."""

from __future__ import annotations

from millmark.evidence.claim_book import ClaimBook
from millmark.evidence.seal_book import SealBook
from millmark.model import Period
from millmark.registry import Registry


class Keeping:
    """Says why rows of a span are still needed.

    A claim is verified by computing its value again from its rows. Once they are gone, only who kept the claim's own
    file of rows (`ClaimBook.rows`) can do so; the seals still show that these are the rows.
    """

    def __init__(self, registry: Registry, seals: SealBook, claims: ClaimBook) -> None:
        self._registry = registry
        self._seals = seals
        self._claims = claims

    def reason(self, span: Period, *, also_claimed: bool = False) -> str | None:
        """A sentence about the first thing that needs the rows of a span; None when nothing does.

        With `also_claimed`, claims are no reason.
        """
        for site in self._registry.sites():
            for day in self._seals.due_days(site.id):
                if Period.of_day(day, site.zone).intersection(span) is not None:
                    return f"{day} of {site.path} is not sealed yet"
        if also_claimed:
            return None
        for claim in self._claims.claims():
            if self._claims.is_own(claim) and claim.period.intersection(span) is not None:
                return f"the claim {claim.id} ({claim.measure} of {claim.subject}) rests on it"
        return None
