"""Claims that other nodes issued, taken in beside this node's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from millmark.evidence.canonical import canonical
from millmark.evidence.claim import Claim, ClaimStatement, claim_of
from millmark.evidence.document import read_document
from millmark.evidence.errors import Malformed
from millmark.evidence.nodes.errors import NotImportable
from millmark.evidence.nodes.keys import NodeBook
from millmark.evidence.nodes.tables import ImportedClaimRow
from millmark.evidence.signing import PublicKey
from millmark.evidence.tables import ClaimRow
from millmark.evidence.verification import verify_document
from millmark.model import UnitSystem
from millmark.registry import Database, NotRegistered, Registry

MAX_DOCUMENT_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class ImportedClaim:
    """Where a claim of another node came from; `document_sha256` is of the document as it came."""

    claim_id: str
    key_id: str
    document_sha256: str
    received_at_us: int
    received_by: str


class ClaimImports:
    """Thread-safe and synchronous. Raises `NodeError` and what the registry raises.

    A document is taken in only when everything that can be checked without its rows holds; the rows are asked for by a
    challenge. What is refused leaves nothing behind.
    """

    def __init__(
        self,
        database: Database,
        registry: Registry,
        nodes: NodeBook,
        own: PublicKey,
        units: UnitSystem,
        *,
        now_us: Callable[[], int],
    ) -> None:
        self._database = database
        self._registry = registry
        self._nodes = nodes
        self._own = own
        self._units = units
        self._now_us = now_us

    def take_in(self, document: bytes, *, received_by: str) -> Claim:
        """The claim, from now on listed with all others; the same document again changes nothing.

        Raises `NotImportable`, `UnknownKey`, `KeyNotInForce`.
        """
        if len(document) > MAX_DOCUMENT_BYTES:
            raise NotImportable(f"the document is larger than {MAX_DOCUMENT_BYTES} bytes")
        try:
            read = read_document(document)
            statement = read.statement
        except Malformed as error:
            raise NotImportable(f"this is no claim document: {error}") from error
        if read.key.id == self._own.id:
            raise NotImportable("this node issued the claim itself; it is listed already")
        key = self._nodes.speaking(read.key.id)
        enterprise_id = self._enterprise_of(statement)
        if enterprise_id != key.enterprise_id:
            raise NotImportable(
                f"the claim is of {statement.enterprise.slug!r}, but the key {key.id} speaks for another enterprise"
            )
        report = verify_document(document, None, [key.id], units=self._units)
        if not report.verified:
            failed = next(check for check in report.checks if not check.ok)
            raise NotImportable(f"the claim does not hold ({failed.name}): {failed.detail_en}")
        return self._keep(claim_of(statement, enterprise_id, document), statement, received_by)

    def owner_of(self, document: bytes) -> int:
        """The enterprise that a document names, nothing of it being checked yet; raises `NotImportable`."""
        try:
            return self._registry.enterprise_by_slug(read_document(document).statement.enterprise.slug).id
        except Malformed as error:
            raise NotImportable(f"this is no claim document: {error}") from error
        except NotRegistered as error:
            raise NotImportable("the claim's enterprise is not registered here; have it registered first") from error

    def origin(self, claim_id: str) -> ImportedClaim | None:
        """Where a claim came from; None for one that this node issued."""
        with self._database.reading() as session:
            row = session.get(ImportedClaimRow, claim_id)
            if row is None:
                return None
            return ImportedClaim(row.claim_id, row.key_id, row.document_sha256, row.received_at_us, row.received_by)

    def trusted_key(self, claim_id: str) -> str | None:
        """The key that another node issued the claim with, if what came from it at that time is believed today."""
        origin = self.origin(claim_id)
        if origin is None:
            return None
        return origin.key_id if self._nodes.key(origin.key_id).in_force(origin.received_at_us) else None

    def _enterprise_of(self, statement: ClaimStatement) -> int:
        said = statement.enterprise
        try:
            found = self._registry.enterprise_by_slug(said.slug)
        except NotRegistered as error:
            raise NotImportable(f"the claim is of {said.slug!r}, which is not registered here") from error
        if (said.credit_code, said.is_demonstration) != (found.credit_code, found.is_demonstration):
            raise NotImportable(
                f"the claim says that {said.slug!r} has the credit code {said.credit_code or 'none'}"
                f"{', as a demonstration' if said.is_demonstration else ''}; registered here is "
                f"{found.credit_code or 'none'}{', as a demonstration' if found.is_demonstration else ''}"
            )
        return found.id

    def _keep(self, claim: Claim, statement: ClaimStatement, received_by: str) -> Claim:
        digest = sha256(claim.document).hexdigest()
        with self._database.transaction() as session:
            standing = session.scalar(select(ClaimRow).where(ClaimRow.id == claim.id).with_for_update())
            if standing is not None:
                if standing.document != claim.document:
                    raise NotImportable(
                        f"another claim has the id {claim.id} already: the same id must never mean two claims"
                    )
                return claim
            session.add(
                ClaimRow(
                    id=claim.id,
                    enterprise_id=claim.enterprise_id,
                    issued_at_us=claim.issued_at_us,
                    statement=canonical(statement),
                    document=claim.document,
                )
            )
            session.flush()
            session.add(
                ImportedClaimRow(
                    claim_id=claim.id,
                    key_id=claim.issuer,
                    document_sha256=digest,
                    received_at_us=self._now_us(),
                    received_by=received_by[:100],
                )
            )
        return claim
