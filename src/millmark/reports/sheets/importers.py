"""How a row of each list that takes sheets is kept: by the book it belongs to, with that book's own checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from millmark.programmes import Counting, DateSpan, NewProgrammeRecord, ProgrammeRecords, RecordKind
from millmark.programmes.money.budget import BudgetBook, FundSource, NewBudgetLine
from millmark.programmes.projects.invoices import NewInvoice
from millmark.reports.sheets.columns import Value
from millmark.reports.sheets.desk import Importer
from millmark.reports.sheets.importing import Keep

if TYPE_CHECKING:
    from millmark.programmes.life import Actor
    from millmark.programmes.projects.acceptances import AcceptanceBook
    from millmark.registry import Database


def records_importer(now_us: Callable[[], int], zone: ZoneInfo) -> Importer:
    """Recommendations, recognitions and awards of earlier years, as documents tell them."""

    def importer(database: Database, actor: Actor, _demand: Callable[[int], None]) -> Keep:
        book = ProgrammeRecords(database, now_us=now_us, zone=zone)

        def keep(row: Mapping[str, Value]) -> str:
            subject = cast("str | None", row.get("subject"))
            record = NewProgrammeRecord(
                kind=RecordKind(_text(row, "kind")),
                programme=_text(row, "programme"),
                area=_text(row, "area"),
                span=DateSpan(_day(row, "first_date"), _day(row, "last_date")),
                source=_text(row, "source"),
                counting=Counting.BULK if subject is None else Counting.INDIVIDUAL,
                subject=subject,
                count=_number(row, "count"),
                amount_fen=cast("int | None", row.get("amount")),
            )
            return book.add(record, recorded_by=actor.name).ref

        return keep

    return importer


def budgets_importer(open_book: Callable[[Database], BudgetBook]) -> Importer:
    """Budget lines with their first appropriation."""

    def importer(database: Database, actor: Actor, _demand: Callable[[int], None]) -> Keep:
        book = open_book(database)

        def keep(row: Mapping[str, Value]) -> str:
            new = NewBudgetLine(
                code=_text(row, "code"),
                name_zh=_text(row, "name_zh"),
                name_en=_text(row, "name_en"),
                source=FundSource(_text(row, "source")),
                year=_number(row, "year"),
                programme=_text(row, "programme"),
                purpose=_text(row, "purpose"),
            )
            fen = _number(row, "appropriated")
            line = book.open(new, fen, document=_text(row, "document"), opened_by=actor.name)
            return f"budget_line:{line.id}"

        return keep

    return importer


def invoices_importer(open_book: Callable[[Database], AcceptanceBook]) -> Importer:
    """Invoices of an acceptance that its enterprise prepares."""

    def importer(database: Database, actor: Actor, demand: Callable[[int], None]) -> Keep:
        book = open_book(database)

        def keep(row: Mapping[str, Value]) -> str:
            acceptance = _number(row, "acceptance")
            demand(book.acceptance(acceptance).enterprise_id)
            invoice = NewInvoice(
                code=cast("str | None", row.get("code")) or "",
                number=_text(row, "number"),
                seller=_text(row, "seller"),
                issued_on=_day(row, "issued_on"),
                category=_text(row, "category"),
                amount_fen=_number(row, "amount"),
                tax_fen=_number(row, "tax"),
            )
            kept = book.add_invoice(acceptance, invoice, actor=actor)
            return f"invoice:{max(one.id for one in kept.invoices)}"

        return keep

    return importer


# The columns' types were checked cell by cell before a row comes here.
def _text(row: Mapping[str, Value], key: str) -> str:
    return cast("str", row[key])


def _number(row: Mapping[str, Value], key: str) -> int:
    return cast("int", row[key])


def _day(row: Mapping[str, Value], key: str) -> date:
    return cast("date", row[key])
