"""Where claims leave their enterprise over the API: who asks, and whether there is a consent that lets them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from millmark.programmes.proof import Detail, Recipient, Use
from millmark.web.access import Role
from millmark.web.errors import NotAllowed

if TYPE_CHECKING:
    from millmark.evidence import Claim
    from millmark.web.access import Principal
    from millmark.web.services import Services

_OFFICE = frozenset({Role.OFFICER, Role.REVIEWER, Role.AUDITOR, Role.TREASURER})
"""Who receives claims of others. The enterprise's own roles send them; an administrator runs the node they are on."""


def needs_consent(who: Principal) -> bool:
    return who.role in _OFFICE


def consented(platform: Services, who: Principal, claims: Sequence[Claim], detail: Detail) -> list[Claim]:
    """Those of the claims that may be shown to `who`, in their order."""
    if not needs_consent(who):
        return list(claims)
    permits = platform.consents.permits([_use(claim, detail) for claim in claims])
    return [claim for claim, permit in zip(claims, permits, strict=True) if permit is not None]


def demand_consent(platform: Services, who: Principal, claim: Claim, detail: Detail) -> None:
    """Raises `NotAllowed` when the enterprise does not let the claim go this far."""
    if needs_consent(who) and platform.consents.permit(_use(claim, detail)) is None:
        raise NotAllowed(
            f"The enterprise has not consented that the office sees {detail.names[1]} of this claim, or not any more.",
            where=f"claim {claim.id}",
            next_step="Ask the enterprise to consent: POST /api/consents.",
            code="no_consent",
        )


def _use(claim: Claim, detail: Detail) -> Use:
    return Use(claim.id, claim.enterprise_id, claim.measure, Recipient.OFFICE, detail)
