"""What can go wrong with an assessment."""

from __future__ import annotations

from millmark.programmes.errors import ProgrammeError


class InvalidAnswers(ProgrammeError):
    """Answers that the pack does not ask for, or that contradict themselves; the message names the place."""


class InvalidFact(ProgrammeError):
    """A fact of an enterprise that cannot be kept; the message names it."""


class AssessmentNotFound(ProgrammeError):
    """There is no such assessment."""


class NotAssessable(ProgrammeError):
    """The pack has nothing to answer, or leaves open what would be needed."""
