"""The city's ledger."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.ledger import LedgerEntryView, LedgerList, NewLedgerEntry, VoidLedgerEntry

router = APIRouter(prefix="/ledger", tags=["ledger"])


@router.get("")
def ledger(
    _who: Annotated[Principal, Depends(requires(Permission.READ_LEDGER))],
    platform: Platform,
    kind: str | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> LedgerList:
    """Entries, latest first, those of one kind if `kind` is given; voided ones are there and say so."""
    raise NotImplementedError


@router.post("", status_code=status.HTTP_201_CREATED)
def add_ledger_entry(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_LEDGER, action="ledger.add"))],
    form: NewLedgerEntry,
    request: Request,
    platform: Platform,
) -> LedgerEntryView:
    """Adds an entry; every figure that counts its kind follows at once."""
    raise NotImplementedError


@router.post("/{entry_id}/void", status_code=status.HTTP_201_CREATED)
def void_ledger_entry(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_LEDGER, action="ledger.void"))],
    entry_id: int,
    form: VoidLedgerEntry,
    request: Request,
    platform: Platform,
) -> LedgerEntryView:
    """Adds an entry that voids another; nothing is erased."""
    raise NotImplementedError
