"""Consents: to whom an enterprise lets its claims go, for what, how much of them, and until when.

One question, `permit`, stands wherever a claim leaves its enterprise. What is not consented to is hidden; a consent
that is withdrawn or over hides from then on, and what was given and taken back stays written down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.model.period import HOUR_US
from millmark.programmes.proof.errors import InvalidConsent, NoConsent, ProofConflict, ProofNotFound
from millmark.programmes.proof.tables import ConsentRow, ConsentWithdrawalRow
from millmark.registry import Database

LONGEST_TERM_US = 10 * 366 * 24 * HOUR_US


ConsentState: TypeAlias = Literal["in_force", "not_yet", "expired", "withdrawn"]


class Recipient(StrEnum):
    """Who may receive a claim."""

    OFFICE = "office"
    """Officers, reviewers and auditors of the region."""
    PUBLIC = "public"
    """Everybody: as a part of a published figure."""

    @property
    def names(self) -> tuple[str, str]:
        return {"office": ("主管部门", "the office"), "public": ("公众", "the public")}[self]


class Purpose(StrEnum):
    """What a claim may be used for."""

    APPLICATION = "application"
    SUPERVISION = "supervision"
    STATISTICS = "statistics"

    @property
    def names(self) -> tuple[str, str]:
        return {
            "application": ("项目申报", "an application"),
            "supervision": ("监测与服务", "monitoring and services"),
            "statistics": ("统计公布", "statistics"),
        }[self]


class Detail(StrEnum):
    """How much of a claim is seen, least first; more includes less."""

    VALUE = "value"
    DOCUMENT = "document"
    ROWS = "rows"

    @property
    def names(self) -> tuple[str, str]:
        return {
            "value": ("数值", "its value"),
            "document": ("凭证文件", "the claim document"),
            "rows": ("数据行", "the rows behind it"),
        }[self]

    def includes(self, other: Detail) -> bool:
        order = list(Detail)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class NewConsent:
    """What an enterprise consents to. No measures means all; a claim or an application narrows it to that one."""

    enterprise_id: int
    recipient: Recipient
    purpose: Purpose
    detail: Detail
    until_us: int
    measures: frozenset[str] = frozenset()
    claim_id: str | None = None
    application_id: int | None = None
    from_us: int | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    id: int
    enterprise_id: int
    recipient: Recipient
    purpose: Purpose
    detail: Detail
    measures: frozenset[str]
    claim_id: str | None
    application_id: int | None
    from_us: int
    until_us: int
    given_at_us: int
    given_by: str
    withdrawn_at_us: int | None
    withdrawn_by: str | None
    withdrawal_reason: str | None

    def state(self, at_us: int) -> ConsentState:
        if self.withdrawn_at_us is not None and self.withdrawn_at_us <= at_us:
            return "withdrawn"
        if at_us >= self.until_us:
            return "expired"
        return "in_force" if at_us >= self.from_us else "not_yet"


@dataclass(frozen=True, slots=True)
class Use:
    """A claim on its way to somebody: what `permit` is asked about. No purpose means any of a recipient's."""

    claim_id: str
    enterprise_id: int
    measure: str
    recipient: Recipient
    detail: Detail
    purpose: Purpose | None = None
    application_id: int | None = None


class ConsentBook:
    """Thread-safe and synchronous. Raises `ProofError`."""

    def __init__(self, database: Database, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._now_us = now_us

    def give(self, new: NewConsent, *, given_by: str) -> Consent:
        """Raises `InvalidConsent` for a term that is over, ends before it starts, or is longer than ten years."""
        with self._database.transaction() as session:
            return self.give_within(session, new, given_by=given_by)

    def give_within(self, session: Session, new: NewConsent, *, given_by: str) -> Consent:
        """As `give`, in the transaction of what it is given with, such as an application's submission."""
        now_us = self._now_us()
        from_us = now_us if new.from_us is None else new.from_us
        if new.until_us <= now_us or new.until_us <= from_us:
            raise InvalidConsent("a consent's term must end after it starts, and in the future; give a later end")
        if new.until_us - now_us > LONGEST_TERM_US:
            raise InvalidConsent("a consent's term is at most ten years; it can be given again")
        public_use = (new.detail, new.purpose) == (Detail.VALUE, Purpose.STATISTICS)
        if new.recipient is Recipient.PUBLIC and not public_use:
            raise InvalidConsent("the public receives values, for statistics, and nothing else")
        row = ConsentRow(
            enterprise_id=new.enterprise_id,
            recipient=new.recipient,
            purpose=new.purpose,
            detail=new.detail,
            measures=sorted(new.measures),
            claim_id=new.claim_id,
            application_id=new.application_id,
            from_us=from_us,
            until_us=new.until_us,
            given_at_us=now_us,
            given_by=given_by[:100],
        )
        session.add(row)
        session.flush()
        return _consent(row, None)

    def withdraw(self, consent_id: int, *, withdrawn_by: str, reason: str = "") -> Consent:
        """Take a consent back from now on; raises `ProofConflict` when it was taken back already."""
        self.consent(consent_id)
        try:
            with self._database.transaction() as session:
                session.add(
                    ConsentWithdrawalRow(
                        consent_id=consent_id,
                        withdrawn_at_us=self._now_us(),
                        withdrawn_by=withdrawn_by[:100],
                        reason=reason.strip(),
                    )
                )
        except IntegrityError as error:
            raise ProofConflict(f"the consent {consent_id} was withdrawn already") from error
        return self.consent(consent_id)

    def consent(self, consent_id: int) -> Consent:
        """Raises `ProofNotFound`."""
        found = self._consents(ConsentRow.id == consent_id)
        if not found:
            raise ProofNotFound(f"there is no consent {consent_id}; list the consents to see which there are")
        return found[0]

    def consents(self, enterprise_id: int | None = None) -> list[Consent]:
        """Every consent that was ever given, latest first."""
        return self._consents(ConsentRow.enterprise_id == enterprise_id) if enterprise_id else self._consents()

    def permit(self, use: Use) -> Consent | None:
        """The consent that lets a claim go where it is about to go; None when there is none in force."""
        return self.permits([use])[0]

    def permits(self, uses: Sequence[Use]) -> list[Consent | None]:
        """As `permit`, for many claims with one look at the book."""
        if not uses:
            return []
        now_us = self._now_us()
        enterprises = {use.enterprise_id for use in uses}
        wanted = ConsentRow.enterprise_id == next(iter(enterprises)) if len(enterprises) == 1 else None
        given = self._consents(wanted) if wanted is not None else self._consents()
        standing: dict[int, list[Consent]] = {}
        for consent in given:
            if consent.state(now_us) == "in_force":
                standing.setdefault(consent.enterprise_id, []).append(consent)
        return [next((one for one in standing.get(use.enterprise_id, []) if _covers(one, use)), None) for use in uses]

    def demand(self, use: Use) -> Consent:
        """The consent that lets a claim go; raises `NoConsent`."""
        found = self.permit(use)
        if found is None:
            raise NoConsent(
                f"the enterprise has not consented that {use.recipient.names[1]} sees {use.detail.names[1]} of the "
                f"claim {use.claim_id}, or not any more; ask it to consent (POST /api/consents)"
            )
        return found

    def _consents(self, *conditions: ColumnElement[bool]) -> list[Consent]:
        query = select(ConsentRow, ConsentWithdrawalRow).outerjoin(
            ConsentWithdrawalRow, ConsentWithdrawalRow.consent_id == ConsentRow.id
        )
        with self._database.reading() as session:
            found = session.execute(query.where(*conditions).order_by(ConsentRow.id.desc())).all()
            return [_consent(row, withdrawal) for row, withdrawal in found]


def _covers(consent: Consent, use: Use) -> bool:
    return (
        consent.recipient is use.recipient
        and consent.detail.includes(use.detail)
        and (use.purpose is None or consent.purpose is use.purpose)
        and (not consent.measures or use.measure in consent.measures)
        and consent.claim_id in (None, use.claim_id)
        and (consent.application_id is None or use.application_id in (None, consent.application_id))
    )


def _consent(row: ConsentRow, withdrawal: ConsentWithdrawalRow | None) -> Consent:
    return Consent(
        row.id,
        row.enterprise_id,
        Recipient(row.recipient),
        Purpose(row.purpose),
        Detail(row.detail),
        frozenset(row.measures),
        row.claim_id,
        row.application_id,
        row.from_us,
        row.until_us,
        row.given_at_us,
        row.given_by,
        None if withdrawal is None else withdrawal.withdrawn_at_us,
        None if withdrawal is None else withdrawal.withdrawn_by,
        None if withdrawal is None else withdrawal.reason,
    )
