"""Sealed days, signed claims, and their verification by anyone."""

from millmark.evidence.claim import Claim, ClaimStatement, SealRef, measure_names
from millmark.evidence.claim_book import ClaimBook
from millmark.evidence.errors import (
    EvidenceError,
    KeyUnusable,
    Malformed,
    NotClaimable,
    NotSealable,
    NotSealed,
    RowsMissing,
    UnknownClaim,
)
from millmark.evidence.keeping import Keeping
from millmark.evidence.key_transport import encrypted_key, opened_key
from millmark.evidence.report import Check, VerificationReport
from millmark.evidence.revelation import Difference, RevealedOutcome, Revelation
from millmark.evidence.seal import Seal, SealStatement
from millmark.evidence.seal_book import SealBook
from millmark.evidence.signing import NodeKey, PublicKey
from millmark.evidence.verification import verify_document

__all__ = [
    "Check",
    "Claim",
    "ClaimBook",
    "ClaimStatement",
    "Difference",
    "EvidenceError",
    "Keeping",
    "KeyUnusable",
    "Malformed",
    "NodeKey",
    "NotClaimable",
    "NotSealable",
    "NotSealed",
    "PublicKey",
    "RevealedOutcome",
    "Revelation",
    "RowsMissing",
    "Seal",
    "SealBook",
    "SealRef",
    "SealStatement",
    "UnknownClaim",
    "VerificationReport",
    "encrypted_key",
    "measure_names",
    "opened_key",
    "verify_document",
]
