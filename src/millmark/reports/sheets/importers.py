"""How a row of each list that takes sheets is kept: by the book it belongs to, with that book's own checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select

from millmark.programmes import Counting, DateSpan, Grade, NewProgrammeRecord, ProgrammeRecords, RecordKind
from millmark.programmes.assessment.facts import NewFact, fact_value
from millmark.programmes.money.budget import BudgetBook, FundSource, NewBudgetLine
from millmark.programmes.packs import Fact, FactType
from millmark.programmes.projects.invoices import NewInvoice
from millmark.registry.tables import EnterpriseRow
from millmark.reports.sheets.columns import Value
from millmark.reports.sheets.importing import Importer, Keep

if TYPE_CHECKING:
    from millmark.programmes.assessment.facts import FactBook
    from millmark.programmes.life import Actor
    from millmark.programmes.life.calls import CallBook
    from millmark.programmes.life.life import ProgrammeLife
    from millmark.programmes.projects import ProjectBook
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


def calls_importer(open_book: Callable[[Database], CallBook]) -> Importer:
    """Drafts of calls for the year to come; each is looked at and published by hand."""

    def importer(database: Database, actor: Actor, _demand: Callable[[int], None]) -> Keep:
        book = open_book(database)

        def keep(row: Mapping[str, Value]) -> str:
            changes = {key: row[key] for key in _CALL_TERMS if row.get(key) is not None}
            slug = cast("str | None", row.get("slug"))
            drafted = book.draft(_text(row, "pack"), _text(row, "edition"), actor, slug=slug, changes=changes)
            return f"call:{drafted.id}"

        return keep

    return importer


def facts_importer(
    open_book: Callable[[Database], FactBook],
    known: Callable[[], Mapping[str, Fact]],
) -> Importer:
    """What offices know of enterprises from their own statistics; told, not proven, with where it was read."""

    def importer(database: Database, actor: Actor, demand: Callable[[int], None]) -> Keep:
        book, facts = open_book(database), known()

        def keep(row: Mapping[str, Value]) -> str:
            enterprise_id = _enterprise_of(database, _text(row, "credit_code"))
            demand(enterprise_id)
            fact = facts.get(_text(row, "fact"))
            if fact is None:
                raise ValueError(f"no pack asks the fact {row['fact']!r}; look it up in a pack")
            value = fact_value(fact, _as_typed(fact, _text(row, "value")))
            source = _text(row, "source")
            new = NewFact(fact.id, value, fact.unit, _day(row, "as_of"), Grade.SELF_REPORTED, source)
            return f"fact:{book.record(enterprise_id, [new], recorded_by=actor.name)[0].id}"

        return keep

    return importer


def recognitions_importer(open_life: Callable[[Database], ProgrammeLife]) -> Importer:
    """Recognitions that a higher office decided, each with its document; every row is a step of its application."""

    def importer(database: Database, actor: Actor, demand: Callable[[int], None]) -> Keep:
        life = open_life(database)

        def keep(row: Mapping[str, Value]) -> str:
            application_id = _number(row, "application")
            demand(life.applications.application(application_id).enterprise_id)
            granted = life.recognitions.recognise(
                application_id,
                actor,
                level=cast("int | None", row.get("level")),
                document=_text(row, "document"),
                number=cast("str | None", row.get("number")),
                valid_from=cast("date | None", row.get("valid_from")),
            )
            return f"recognition:{granted.id}"

        return keep

    return importer


def milestones_importer(open_book: Callable[[Database], ProjectBook]) -> Importer:
    """How far an enterprise's own milestones have come; an office confirms each by hand."""

    def importer(database: Database, actor: Actor, demand: Callable[[int], None]) -> Keep:
        book = open_book(database)

        def keep(row: Mapping[str, Value]) -> str:
            project_id, key = _number(row, "project"), _text(row, "key")
            demand(book.project(project_id).enterprise_id)
            note = cast("str | None", row.get("note")) or ""
            book.report(project_id, key, percent=_number(row, "percent"), note=note, file_ids=(), actor=actor)
            return f"project:{project_id}#{key}"

        return keep

    return importer


_CALL_TERMS = ("title_zh", "title_en", "opens_on", "closes_on", "quota", "budget_line")
_YES_NO = {"是": True, "否": False, "yes": True, "no": False, "true": True, "false": False}


def _enterprise_of(database: Database, credit_code: str) -> int:
    with database.reading() as session:
        found = session.scalar(select(EnterpriseRow.id).where(EnterpriseRow.credit_code == credit_code))
    if found is None:
        raise ValueError(f"no enterprise with the credit code {credit_code} is registered here")
    return found


def _as_typed(fact: Fact, text: str) -> object:
    """What a cell's text stands for by the fact's type; what it cannot stand for is left to the fact's own check."""
    match fact.type:
        case FactType.BOOLEAN:
            return _YES_NO.get(text.lower(), text)
        case FactType.CHOICES:
            return [one.strip() for one in text.replace("，", ",").replace("、", ",").split(",") if one.strip()]
        case _:
            return text


# The columns' types were checked cell by cell before a row comes here.
def _text(row: Mapping[str, Value], key: str) -> str:
    return cast("str", row[key])


def _number(row: Mapping[str, Value], key: str) -> int:
    return cast("int", row[key])


def _day(row: Mapping[str, Value], key: str) -> date:
    return cast("date", row[key])
