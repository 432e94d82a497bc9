"""What can go wrong between a region and the nodes whose claims it believes.

NodeError
 +-- UnknownKey        no enrolled key has this id, or it is another enterprise's
 +-- KeyNotInForce     the key was requested only, was replaced or was revoked
 +-- KeyTaken          the key is enrolled already
 +-- NotTheHolder      a message that should show possession of a key does not
 +-- NotWitnessable    a seal that cannot be taken note of; says why
 +-- NotImportable     a claim document that cannot be taken in; says why
"""

from __future__ import annotations

from millmark.evidence.errors import EvidenceError


class NodeError(EvidenceError):
    """Base of what goes wrong with other nodes."""


class UnknownKey(NodeError):
    """No key of this id is enrolled here."""


class KeyNotInForce(NodeError):
    """A key that may not speak: not confirmed yet, replaced, or revoked."""


class KeyTaken(NodeError):
    """The key is enrolled already, here or for another enterprise."""


class NotTheHolder(NodeError):
    """A signature that should show who holds a key does not."""


class NotWitnessable(NodeError):
    """A seal that this region cannot take note of."""


class NotImportable(NodeError):
    """A claim document that this region cannot take in."""
