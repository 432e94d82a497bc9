"""Programmes: rules as data, applications decided on claims, and what the programmes brought."""

from millmark.programmes.book import Application, Call, Decision, Programme, ProgrammeBook
from millmark.programmes.claims import ClaimSource, PresentedClaim, SignedClaim, VerificationOutcome, VerifiedClaims
from millmark.programmes.errors import (
    CallClosed,
    InvalidPack,
    InvalidRecord,
    InvalidSpan,
    ProgrammeError,
    RecordConflict,
    RecordNotFound,
)
from millmark.programmes.grade import Counting, Grade, weakest
from millmark.programmes.pack import ClaimThreshold, Level, Outcome
from millmark.programmes.records import NewProgrammeRecord, ProgrammeRecord, ProgrammeRecords, RecordKind
from millmark.programmes.rules import Reason, Verdict, evaluate
from millmark.programmes.shelf import shipped_packs
from millmark.programmes.span import DateSpan, SpanShape

__all__ = [
    "Application",
    "Call",
    "CallClosed",
    "ClaimSource",
    "ClaimThreshold",
    "Counting",
    "DateSpan",
    "Decision",
    "Grade",
    "InvalidPack",
    "InvalidRecord",
    "InvalidSpan",
    "Level",
    "NewProgrammeRecord",
    "Outcome",
    "PresentedClaim",
    "Programme",
    "ProgrammeBook",
    "ProgrammeError",
    "ProgrammeRecord",
    "ProgrammeRecords",
    "Reason",
    "RecordConflict",
    "RecordKind",
    "RecordNotFound",
    "SignedClaim",
    "SpanShape",
    "Verdict",
    "VerificationOutcome",
    "VerifiedClaims",
    "evaluate",
    "shipped_packs",
    "weakest",
]
