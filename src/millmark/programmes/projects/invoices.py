"""Invoices held against the rules of a pack: category, period, supplier, number. Pure.

A Chinese invoice is known by its number: 20 digits for a fully digital one (2021 on), or 8 digits together with a code
of 10 or 12 digits. Together these are unique in the whole country, so the same one twice is the same invoice twice,
whoever brings it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from millmark.programmes.errors import InvalidRecord
from millmark.programmes.packs.money import CostCategory

_DIGITAL = re.compile(r"\d{20}")
_PAPER = re.compile(r"\d{8}")
_CODE = re.compile(r"\d{10}|\d{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvoice:
    """An invoice before it is kept; `amount_fen` is without tax, `tax_fen` the tax on it."""

    code: str
    number: str
    seller: str
    issued_on: date
    category: str
    amount_fen: int
    tax_fen: int
    file_id: str | None = None

    @property
    def key(self) -> str:
        """What is the same for the same invoice and for no other."""
        return f"{self.code}-{self.number}" if self.code else self.number


@dataclass(frozen=True, slots=True)
class InvoiceFinding:
    """What a check found; one that `refuses` leaves nothing of the invoice to count."""

    code: str
    zh: str
    en: str
    refuses: bool


def check_invoice(invoice: NewInvoice) -> None:
    """Raises `InvalidRecord` for what cannot be an invoice at all."""
    digital = not invoice.code and _DIGITAL.fullmatch(invoice.number)
    paper = _CODE.fullmatch(invoice.code) and _PAPER.fullmatch(invoice.number)
    problems = {
        "number: an invoice has 20 digits and no code, or 8 digits and a code of 10 or 12": not (digital or paper),
        "seller: say who issued it": not invoice.seller.strip(),
        "amount_fen: an invoice is over 1 fen or more, without tax": invoice.amount_fen < 1,
        "tax_fen: tax is not negative": invoice.tax_fen < 0,
        "tax_fen: tax is less than the amount": invoice.tax_fen >= max(1, invoice.amount_fen),
    }
    for problem, applies in problems.items():
        if applies:
            raise InvalidRecord(f"invoice {invoice.number}: {problem}")


def findings(
    invoice: NewInvoice,
    categories: Sequence[CostCategory],
    period: tuple[date, date],
    suppliers: Sequence[str],
) -> list[InvoiceFinding]:
    """What speaks against an invoice: its category, its date outside of `period` (both included), its seller."""
    found = []
    category = next((one for one in categories if one.id == invoice.category), None)
    if category is None:
        found.append(
            _refused(
                "unknown_category",
                f"类别{invoice.category!r}不在政策包内。",
                f"Category {invoice.category!r} is not in the pack.",
            )
        )
    elif not category.eligible:
        found.append(
            _refused(
                "not_eligible", f"{category.name_zh}不属于可计入投入。", f"{category.name_en} is not an eligible cost."
            )
        )
    first, last = period
    if not first <= invoice.issued_on <= last:
        found.append(
            _refused(
                "outside_period",
                f"开票日期{invoice.issued_on}不在项目期{first}至{last}内。",
                f"Issued on {invoice.issued_on}, outside of the project's {first} .. {last}.",
            )
        )
    if invoice.seller.strip() not in {supplier.strip() for supplier in suppliers}:
        found.append(
            InvoiceFinding(
                "other_seller",
                f"销售方{invoice.seller}不是备案合同的供应商,请核对。",
                f"{invoice.seller} is no supplier of a contract on file; look at it.",
                refuses=False,
            )
        )
    if invoice.file_id is None:
        found.append(InvoiceFinding("no_file", "未附发票文件。", "No file of the invoice is attached.", refuses=False))
    return found


def _refused(code: str, zh: str, en: str) -> InvoiceFinding:
    return InvoiceFinding(code, zh, en, refuses=True)
