"""Tables of checked and challenged claims, of audits, and of consents. Only a challenge's state ever changes.

`application_id` has no foreign key: a claim is checked, and consented to, before its application is kept.
"""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Any

from sqlalchemy import JSON, BigInteger, Double, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from millmark.registry import Base


class ArrivalRow(Base):
    """What the checks of a claim found when it arrived, with an application or by itself."""

    __tablename__ = "claim_arrivals"

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[str] = mapped_column(String(64), index=True)
    applicant_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"))
    application_id: Mapped[int | None] = mapped_column(index=True)
    grade: Mapped[str] = mapped_column(String(16))
    checks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    checked_at_us: Mapped[int] = mapped_column(BigInteger)
    checked_by: Mapped[str] = mapped_column(String(100))


class AuditRow(Base):
    """A random audit that is announced; what draws it can be derived from `nonce` by who holds the node's key alone."""

    __tablename__ = "audits"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    nonce: Mapped[str] = mapped_column(String(64), unique=True)
    commitment: Mapped[str] = mapped_column(String(64))
    share_permille: Mapped[int]
    answer_days: Mapped[int]
    draw_on: Mapped[calendar_date]
    committed_at_us: Mapped[int] = mapped_column(BigInteger)
    committed_by: Mapped[str] = mapped_column(String(100))


class AuditDrawRow(Base):
    """The draw of an audit: the seed, now public, and the pool it was drawn from."""

    __tablename__ = "audit_draws"

    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id"), primary_key=True)
    seed: Mapped[str] = mapped_column(Text)
    pool: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    drawn_at_us: Mapped[int] = mapped_column(BigInteger)
    drawn_by: Mapped[str] = mapped_column(String(100))


class ChallengeRow(Base):
    __tablename__ = "challenges"

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[str] = mapped_column(ForeignKey("claims.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    application_id: Mapped[int | None]
    audit_id: Mapped[int | None] = mapped_column(ForeignKey("audits.id"))
    reason: Mapped[str] = mapped_column(Text)
    opened_at_us: Mapped[int] = mapped_column(BigInteger)
    opened_by: Mapped[str] = mapped_column(String(100))
    deadline_us: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(24), index=True)
    version: Mapped[int]


class ChallengeAnswerRow(Base):
    """What revealed rows did to a claim. The rows themselves are not kept: what they showed is."""

    __tablename__ = "challenge_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenges.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(24))
    rows_sha256: Mapped[str | None] = mapped_column(String(64))
    rows_bytes: Mapped[int] = mapped_column(BigInteger)
    claimed_value: Mapped[float | None] = mapped_column(Double)
    recomputed_value: Mapped[float | None] = mapped_column(Double)
    checks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    differences: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    answered_at_us: Mapped[int] = mapped_column(BigInteger)
    answered_by: Mapped[str] = mapped_column(String(100))


class ConsentRow(Base):
    """`measures` empty means every measure; `claim_id` narrows it to one claim, `application_id` to one application."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprises.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(16))
    purpose: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(String(16))
    measures: Mapped[list[str]] = mapped_column(JSON)
    claim_id: Mapped[str | None] = mapped_column(String(36))
    application_id: Mapped[int | None]
    from_us: Mapped[int] = mapped_column(BigInteger)
    until_us: Mapped[int] = mapped_column(BigInteger)
    given_at_us: Mapped[int] = mapped_column(BigInteger)
    given_by: Mapped[str] = mapped_column(String(100))


class ConsentWithdrawalRow(Base):
    """A consent is withdrawn once, whoever tries at the same time."""

    __tablename__ = "consent_withdrawals"

    consent_id: Mapped[int] = mapped_column(ForeignKey("consents.id"), primary_key=True)
    withdrawn_at_us: Mapped[int] = mapped_column(BigInteger)
    withdrawn_by: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(Text)
