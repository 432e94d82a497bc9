"""What can go wrong with proposals.

ProposalNotFound     no proposal, consultation or commitment by that number, or none that one may see
InvalidProposal      what cannot be kept; the message names the field
ProposalConflict     contradicts what is there: registered twice, a department asked twice
NotReady             a step that waits for something else; the message says for what
RulesNotFound        no rule set by that name
"""

from __future__ import annotations

from millmark.region.errors import RegionError


class ProposalNotFound(RegionError):
    """No such proposal, consultation or commitment."""


class InvalidProposal(RegionError):
    """Something of a proposal that cannot be kept; the message names the field."""


class ProposalConflict(RegionError):
    """Contradicts what is kept already."""


class NotReady(RegionError):
    """A step that waits for something else; the message says for what."""


class RulesNotFound(RegionError):
    """No rule set by that name."""
