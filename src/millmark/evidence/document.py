"""The claim document: a claim with everything that proves it, except the rows."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

from millmark.evidence.canonical import canonical, read_canonical
from millmark.evidence.claim import CLAIM, ClaimStatement
from millmark.evidence.leaf import Hash, Leaf
from millmark.evidence.seal import Text
from millmark.evidence.signing import NodeKey, PublicKey, unverified_payload

DOCUMENT: Final = "millmark.claim-document/1"


class RevealedLeaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A leaf at its position among the leaves of its seal."""

    position: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    leaf: Leaf


class LeafProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The leaves of one seal that matter to the claim, and the hashes that join them to the seal's root."""

    site: Text
    sequence: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    leaves: tuple[RevealedLeaf, ...]
    siblings: tuple[Hash, ...]


class ClaimDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`claim` and `seals` are compact JWS; the seals of each site are its chain from the first needed to the head."""

    format: Literal["millmark.claim-document/1"]
    key: PublicKey
    claim: str
    seals: tuple[str, ...]
    proofs: tuple[LeafProof, ...]

    @property
    def statement(self) -> ClaimStatement:
        """What the claim says, signature unseen; raises `Malformed`."""
        return read_canonical(unverified_payload(self.claim), ClaimStatement)


def write_document(
    statement: ClaimStatement, seals: tuple[str, ...], proofs: tuple[LeafProof, ...], key: NodeKey
) -> bytes:
    """Sign a statement and put it together with its proofs."""
    token = key.sign(canonical(statement), CLAIM)
    return canonical(ClaimDocument(DOCUMENT, key.public, token, seals, proofs))


def read_document(data: bytes) -> ClaimDocument:
    """Raises `Malformed`."""
    return read_canonical(data, ClaimDocument)
