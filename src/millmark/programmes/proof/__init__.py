"""Proof: claims checked on arrival, challenged, drawn for audits, and used only where their enterprise consents."""

from millmark.programmes.proof.answering import Answered, AnswerLimits, Kept, OwnAnswers
from millmark.programmes.proof.arrivals import Arrival, ArrivalBook
from millmark.programmes.proof.audits import Audit, AuditBook, AuditDraw
from millmark.programmes.proof.challenges import ANSWER_DAYS, MAX_ROWS_BYTES, Answer, Challenge, ChallengeBook
from millmark.programmes.proof.checks import (
    NOTHING_DEMANDED,
    ArrivalCheck,
    Demanded,
    Known,
    Severity,
    arrival_checks,
    grade_of_checks,
)
from millmark.programmes.proof.consents import Consent, ConsentBook, Detail, NewConsent, Purpose, Recipient, Use
from millmark.programmes.proof.demands import demands_of
from millmark.programmes.proof.draw import Ticket, commitment_of, draw, holds
from millmark.programmes.proof.errors import InvalidConsent, NoConsent, ProofConflict, ProofError, ProofNotFound
from millmark.programmes.proof.machine import CHALLENGE
from millmark.programmes.proof.standing import ClaimStandings, Standing

__all__ = [
    "ANSWER_DAYS",
    "CHALLENGE",
    "MAX_ROWS_BYTES",
    "NOTHING_DEMANDED",
    "Answer",
    "AnswerLimits",
    "Answered",
    "Arrival",
    "ArrivalBook",
    "ArrivalCheck",
    "Audit",
    "AuditBook",
    "AuditDraw",
    "Challenge",
    "ChallengeBook",
    "ClaimStandings",
    "Consent",
    "ConsentBook",
    "Demanded",
    "Detail",
    "InvalidConsent",
    "Kept",
    "Known",
    "NewConsent",
    "NoConsent",
    "OwnAnswers",
    "ProofConflict",
    "ProofError",
    "ProofNotFound",
    "Purpose",
    "Recipient",
    "Severity",
    "Standing",
    "Ticket",
    "Use",
    "arrival_checks",
    "commitment_of",
    "demands_of",
    "draw",
    "grade_of_checks",
    "holds",
]
