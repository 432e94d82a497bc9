"""Sealed days and signed claims."""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Literal

from pydantic import Field

from millmark.model.series import Origin
from millmark.web.shapes.measures import InputView
from millmark.web.shapes.shape import Finite, Shape, TimeUs


class SealView(Shape):
    """A site's sealed day, or an amendment of one; hashes are hexadecimal SHA-256."""

    site: str
    date: calendar_date
    sequence: int
    kind: Literal["day", "amendment"]
    seal_hash: str
    root: str
    leaf_count: int
    row_count: int
    sealed_at_us: TimeUs
    previous_seal_hash: str | None


class SealList(Shape):
    seals: list[SealView]


class SealDay(Shape):
    date: calendar_date


class ClaimNameView(Shape):
    """By what people know a claim: the measure, its days, and whose it is."""

    id: str
    measure: str
    first_date: calendar_date
    last_date: calendar_date
    enterprise_zh: str
    enterprise_en: str


class ClaimView(Shape):
    """`issuer` is the id of the key that signed it; `flags` name what a reader should know."""

    id: str
    issuer: str
    enterprise_id: int
    subject: str
    measure: str
    formula_version: str
    first_date: calendar_date
    last_date: calendar_date
    value: Finite
    numerator: Finite
    denominator: Finite
    unit: str
    coverage_share: float
    origins: list[Origin]
    flags: list[str]
    issued_at_us: TimeUs


class ClaimList(Shape):
    claims: list[ClaimView]


class ClaimDetail(Shape):
    claim: ClaimView
    seals: list[SealView]
    inputs: list[InputView]


class NewClaim(Shape):
    """A claim over whole, sealed local days, both dates included."""

    measure: str = Field(min_length=1, max_length=64)
    subject: str = Field(min_length=1, max_length=500)
    first_date: calendar_date
    last_date: calendar_date


class CheckView(Shape):
    name: str
    ok: bool
    detail_en: str
    detail_zh: str


class Verification(Shape):
    """Every check by name; `recomputed_value` is the measure computed again from the rows."""

    verified: bool
    checks: list[CheckView]
    recomputed_value: Finite
