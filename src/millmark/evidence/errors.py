"""What can go wrong with evidence.

EvidenceError
 +-- NotSealable     the day is not over, or the site is unknown
 +-- NotSealed       a claim needs days that are not sealed; the message names them
 +-- NotClaimable    the measure has no value that could be claimed
 +-- UnknownClaim    no claim has this id
 +-- RowsMissing     the history no longer gives the rows that were sealed
 +-- KeyUnusable     the node's key cannot be read or used
 +-- Malformed       bytes from outside that are not what they should be
"""

from __future__ import annotations


class EvidenceError(Exception):
    """Base of the room's errors."""


class NotSealable(EvidenceError):
    """A day that cannot be sealed (yet)."""


class NotSealed(EvidenceError):
    """Days a claim would rest on are not sealed."""


class NotClaimable(EvidenceError):
    """Nothing was observed that could be stated."""


class UnknownClaim(EvidenceError):
    """No claim has this id."""


class RowsMissing(EvidenceError):
    """Sealed rows are gone from the history, or were altered there."""


class KeyUnusable(EvidenceError):
    """The node's signing key cannot be read, decrypted or trusted to be secret."""


class Malformed(EvidenceError, ValueError):
    """Bytes that are not of the form they should have; says what is wrong with them."""
