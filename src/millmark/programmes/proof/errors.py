"""What can go wrong with checks, challenges, audits and consents.

ProofError
 +-- NoConsent          the enterprise has not consented to this use of a claim, or not any more
 +-- InvalidConsent     a consent that cannot be given
 +-- ProofNotFound      no such challenge, audit or consent
 +-- ProofConflict      it was done already, or cannot be done now
"""

from __future__ import annotations

from millmark.programmes.errors import ProgrammeError


class ProofError(ProgrammeError):
    """Base of this part's errors."""


class NoConsent(ProofError):
    """A claim would reach somebody whom its enterprise has not consented to."""


class InvalidConsent(ProofError):
    """A consent that cannot be given; the message names the part."""


class ProofNotFound(ProofError):
    """No such challenge, audit or consent."""


class ProofConflict(ProofError):
    """It was done already, or cannot be done now."""
