"""Files of proposals, as the API shows them."""

from __future__ import annotations

from pydantic import Field

from millmark.region.proposals import AttachmentKind
from millmark.web.shapes.shape import Shape, TimeUs


class ProposalFileView(Shape):
    """A file of a proposal. `consultation_id` says whose opinion it belongs to; one that was withdrawn stays in the
    list with its reason and is no longer given out."""

    id: int
    proposal_id: int
    consultation_id: int | None
    kind: AttachmentKind
    name: str
    media_type: str
    bytes: int
    sha256: str
    attached_at_us: TimeUs
    attached_by: str
    withdrawn_at_us: TimeUs | None
    withdrawn_by: str | None
    withdrawal_reason: str | None
    may_withdraw: bool


class Withdrawal(Shape):
    reason: str = Field(min_length=1, max_length=2_000)
