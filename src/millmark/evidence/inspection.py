"""What is known of a claim document while it is being verified."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from millmark.evidence.claim import ClaimStatement
from millmark.evidence.document import ClaimDocument, read_document
from millmark.evidence.leaf import Leaf
from millmark.evidence.needed import SealedDay, Shown
from millmark.evidence.rows_file import SealedRows
from millmark.evidence.seal import Seal
from millmark.measures import Demand, demands
from millmark.model import UnitSystem

SealNumber = tuple[str, int]


@dataclass(eq=False)
class Inspection:
    """The material under inspection, and what earlier checks established for later ones.

    Read lazily: the properties raise `Malformed` (a ValueError) for material that cannot be read, which is the finding
    of the check that reads it first.
    """

    data: bytes
    rows_data: bytes | None
    trusted: frozenset[str] | None
    units: UnitSystem
    shown: dict[SealNumber, Shown] = field(default_factory=dict)
    needed: dict[SealNumber, list[Leaf]] = field(default_factory=dict)
    rows: SealedRows = field(default_factory=dict)
    recomputed_value: float | None = None

    @cached_property
    def document(self) -> ClaimDocument:
        return read_document(self.data)

    @cached_property
    def statement(self) -> ClaimStatement:
        return self.document.statement

    @cached_property
    def seals(self) -> tuple[Seal, ...]:
        return tuple(Seal.read(token) for token in self.document.seals)

    @cached_property
    def demands(self) -> tuple[Demand, ...]:
        return demands(self.statement.question)

    @cached_property
    def used_days(self) -> tuple[SealedDay, ...]:
        """The seals that the claim rests on, in the order of the document."""
        used = {(ref.site, ref.sequence) for ref in self.statement.seals}
        lead = self.statement.lead_date
        return tuple(
            SealedDay(seal.statement, seal.date == lead)
            for seal in self.seals
            if (seal.statement.site, seal.sequence) in used
        )
