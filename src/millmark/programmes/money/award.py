"""Awards as they are read: the latest version of each with the sums over its entries, in a few reads however many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from millmark.programmes.life.tables import RecognitionRow
from millmark.programmes.money.accounts import Account
from millmark.programmes.money.budget import BudgetBook
from millmark.programmes.money.tables import (
    AwardRow,
    AwardVersionRow,
    DisbursementRow,
    MoneyEntryRow,
    MoneyPostingRow,
)


@dataclass(frozen=True, slots=True)
class Funding:
    """What one budget line carries of an award."""

    line_id: int
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """An award as its latest version says; what is committed, paid and recovered are sums over the book's entries.

    `calculation` and `inputs` are those of `calculation.Calculation` and `AwardInputs`, as they were kept.
    """

    id: int
    recognition_id: int
    recognition_number: str
    call_id: int
    programme_id: int
    enterprise_id: int
    state: str
    version: int
    amount_fen: int
    inputs: Mapping[str, Any]
    calculation: Mapping[str, Any]
    instalments: Sequence[Mapping[str, Any]]
    funding: tuple[Funding, ...]
    pack: str
    pack_edition: str
    pack_digest: str
    record_id: int | None
    committed_fen: int
    paid_fen: int
    recovered_fen: int
    saved_by: str
    saved_at_us: int


def awards_of(session: Session, query: Select[Any]) -> list[Award]:
    """The awards that a query of award rows finds, by id, in three reads however many there are."""
    ids = query.with_only_columns(AwardRow.id).order_by(None)
    sums: dict[int | None, dict[Account, int]] = {}
    posted = (
        select(MoneyEntryRow.award_id, MoneyPostingRow.account, func.sum(MoneyPostingRow.amount_fen))
        .join(MoneyPostingRow, MoneyPostingRow.entry_id == MoneyEntryRow.id)
        .where(MoneyEntryRow.award_id.in_(ids))
        .group_by(MoneyEntryRow.award_id, MoneyPostingRow.account)
    )
    for award_id, account, fen in session.execute(posted):
        sums.setdefault(award_id, {})[Account(account)] = int(fen)
    found = (
        select(AwardRow, AwardVersionRow, RecognitionRow)
        .join(
            AwardVersionRow,
            (AwardVersionRow.award_id == AwardRow.id) & (AwardVersionRow.version == AwardRow.version),
        )
        .join(RecognitionRow, RecognitionRow.id == AwardRow.recognition_id)
        .where(AwardRow.id.in_(ids))
        .order_by(AwardRow.id)
    )
    return [_one(row, kept, recognition, sums.get(row.id, {})) for row, kept, recognition in session.execute(found)]


def _one(row: AwardRow, kept: AwardVersionRow, recognition: RecognitionRow, on: Mapping[Account, int]) -> Award:
    return Award(
        id=row.id,
        recognition_id=row.recognition_id,
        recognition_number=recognition.number,
        call_id=recognition.call_id,
        programme_id=row.programme_id,
        enterprise_id=row.enterprise_id,
        state=row.state,
        version=row.version,
        amount_fen=kept.amount_fen,
        inputs=kept.inputs,
        calculation=kept.calculation,
        instalments=tuple(kept.instalments),
        funding=tuple(Funding(one["line_id"], one["fen"]) for one in kept.funding),
        pack=kept.pack,
        pack_edition=kept.pack_edition,
        pack_digest=kept.pack_digest,
        record_id=row.record_id,
        committed_fen=on.get(Account.COMMITTED, 0),
        paid_fen=on.get(Account.PAID, 0),
        recovered_fen=on.get(Account.RECOVERED, 0),
        saved_by=kept.saved_by,
        saved_at_us=kept.saved_at_us,
    )


def unpromised(session: Session, award_id: int) -> dict[int, int]:
    """Of each line what is committed to the award and neither paid nor in a payment under way; fen."""
    own = BudgetBook.of_award(session, award_id)
    free = {line_id: accounts.get(Account.COMMITTED, 0) for line_id, accounts in own.items()}
    under_way = select(DisbursementRow).where(
        DisbursementRow.award_id == award_id, DisbursementRow.state.in_(("proposed", "approved"))
    )
    for payment in session.scalars(under_way):
        free[payment.line_id] = free.get(payment.line_id, 0) - payment.amount_fen
    return free


def version_of(session: Session, row: AwardRow) -> AwardVersionRow:
    query = select(AwardVersionRow).where(AwardVersionRow.award_id == row.id).order_by(AwardVersionRow.version.desc())
    return session.scalars(query.limit(1)).one()
