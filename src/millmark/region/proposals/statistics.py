"""What a year of proposals came to: pure, over the proposals and commitments of the year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from millmark.region.proposals.commitments import Commitment
from millmark.region.proposals.machines import REPLIED
from millmark.region.proposals.proposal import Part, Proposal

_UNCOUNTED = frozenset({"letter", "returned"})
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class YearOfProposals:
    """Counts of the proposals received in a year.

    `replied_rate` (办复率) is those replied to over those to be replied to; `in_time_rate` those in time over those
    replied to; `satisfied_rate` (满意率) satisfied and basically satisfied over those who said something; shares of
    classes are over replies with a class. Rates are in percent to a tenth, None where nothing is counted. Letters and
    what was returned count as received and no further.
    """

    year: int
    received: int
    lead: int
    co: int
    separate: int
    letters: int
    returned: int
    to_reply: int
    replied: int
    replied_in_time: int
    replied_rate: Decimal | None
    in_time_rate: Decimal | None
    heard: int
    satisfied: int
    satisfied_rate: Decimal | None
    classes: Mapping[str, int]
    class_shares: Mapping[str, Decimal]
    commitments: int
    commitments_done: int


def year_of(year: int, proposals: Iterable[Proposal], commitments: Iterable[Commitment]) -> YearOfProposals:
    """The year's numbers, from all proposals and commitments there are."""
    received = [one for one in proposals if one.received_on.year == year]
    counted = [one for one in received if one.state not in _UNCOUNTED]
    replied = [one for one in counted if one.state in REPLIED]
    in_time = [one for one in replied if not one.was_late]
    heard = [one.verdict for one in counted if one.verdict is not None]
    satisfied = [verdict for verdict in heard if verdict.is_content]
    classes = Counter(one.reply_class for one in replied if one.reply_class is not None)
    ids = {one.id for one in received}
    promised = [one for one in commitments if one.proposal_id in ids]
    parts = Counter(one.part for one in received)
    return YearOfProposals(
        year=year,
        received=len(received),
        lead=parts[Part.LEAD],
        co=parts[Part.CO],
        separate=parts[Part.SEPARATE],
        letters=sum(1 for one in received if one.state == "letter"),
        returned=sum(1 for one in received if one.state == "returned"),
        to_reply=len(counted),
        replied=len(replied),
        replied_in_time=len(in_time),
        replied_rate=_percent(len(replied), len(counted)),
        in_time_rate=_percent(len(in_time), len(replied)),
        heard=len(heard),
        satisfied=len(satisfied),
        satisfied_rate=_percent(len(satisfied), len(heard)),
        classes=dict(sorted(classes.items())),
        class_shares={mark: _of(count, classes.total()) for mark, count in sorted(classes.items())},
        commitments=len(promised),
        commitments_done=sum(1 for one in promised if one.state == "done"),
    )


def _percent(part: int, whole: int) -> Decimal | None:
    return _of(part, whole) if whole else None


def _of(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(_TENTH)
