"""Budget lines and their entries."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status

from millmark.programmes.money import EntryKind, FundSource, NewBudgetLine
from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.errors import Unprocessable
from millmark.web.money_views import entry_view, line_view, share_view
from millmark.web.services import Platform, Services
from millmark.web.shapes.money import BudgetDetail, BudgetList, NewBudget, NewEntry
from millmark.web.shapes.shape import Id

router = APIRouter(prefix="/budgets", tags=["money"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_BUDGETS))]
Year = Annotated[int, Query(ge=1990, le=2100)]


@router.get("")
def budgets(_who: Reader, platform: Platform, programme_id: Id | None = None, year: Year | None = None) -> BudgetList:
    """Budget lines with what is left of them, and how they keep the bounds on the uses of each fund."""
    lines = platform.budget.lines(programme_id=programme_id, year=year)
    programmes = {line.programme_id: line.programme for line in lines}
    return BudgetList(
        lines=[line_view(line) for line in lines],
        shares=[
            share_view(slug, found)
            for number, slug in programmes.items()
            for found in platform.budget.shares(number)
            if year in (None, found.year)
        ],
    )


@router.post("", status_code=status.HTTP_201_CREATED)
def open_budget(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_BUDGETS, action="budgets.open"))],
    form: NewBudget,
    request: Request,
    platform: Platform,
) -> BudgetDetail:
    """Opens a budget line with its first appropriation, by the document that grants it."""
    new = NewBudgetLine(
        code=form.code,
        name_zh=form.name_zh,
        name_en=form.name_en,
        source=FundSource(form.source),
        year=form.year,
        programme=form.programme,
        purpose=form.purpose,
    )
    line = platform.budget.open(new, form.amount_fen, document=form.document, opened_by=who.name)
    audit_result(request, f"budget:{line.id} {form.amount_fen} fen")
    return _detail(platform, line.id)


@router.get("/{line_id}")
def budget(_who: Reader, line_id: Id, platform: Platform) -> BudgetDetail:
    """One line with every entry ever made on it."""
    return _detail(platform, line_id)


@router.post("/{line_id}/entries", status_code=status.HTTP_201_CREATED)
def add_budget_entry(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_BUDGETS, action="budgets.enter"))],
    line_id: Id,
    form: NewEntry,
    request: Request,
    platform: Platform,
) -> BudgetDetail:
    """Raises or cuts the line, makes what came back available again, or reverses a wrong entry by one of its own."""
    if form.kind == "reverse":
        if form.entry_id is None:
            raise _missing("entry_id", "Name the entry that is wrong.")
        if all(entry.id != form.entry_id for entry in platform.budget.entries(line_id=line_id)):
            raise _missing("entry_id", "Name an entry of this line.")
        entry = platform.budget.reverse(form.entry_id, reason=form.reason, actor=who.name)
    else:
        if form.amount_fen is None:
            raise _missing("amount_fen", "Give the amount in fen.")
        entry = platform.budget.move(
            line_id,
            EntryKind(form.kind),
            form.amount_fen,
            document=form.document,
            actor=who.name,
            reason=form.reason,
        )
    audit_result(request, f"entry:{entry.id} {entry.kind} {entry.fen} fen")
    return _detail(platform, line_id)


def _detail(platform: Services, line_id: int) -> BudgetDetail:
    line = platform.budget.line(line_id)
    return BudgetDetail(
        line=line_view(line), entries=[entry_view(entry) for entry in platform.budget.entries(line_id=line_id)]
    )


def _missing(field: str, next_step: str) -> Unprocessable:
    return Unprocessable(f"{field}: is missing or does not belong here.", where=field, next_step=next_step)
