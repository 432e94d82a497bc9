"""Indicators of a gigabit city: a pack of ratios over ledger entries, and how well each pass value is sourced.

Pure but for the reading of the pack: entries come in as lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field

from millmark.programmes.toml_file import Frozen, read_toml
from millmark.region.areas import lies_within
from millmark.region.catalogue import CityPack
from millmark.region.field import FieldValue
from millmark.region.ledger import Ledger
from millmark.region.ledger_rows import At, LedgerFilter

Confidence = Literal["A", "B", "U"]
"""A: an official notice or its reprint; B: the press; U: not verified against the original text."""

_COLUMNS = ("id", "area", "area_code", "subject", "quantity", "fields", "last_date", "part_of", "placeholder")
_TEN_THOUSANDTH = Decimal("0.0001")


class PartText(Frozen):
    """One side of a ratio: entries of `kind`, of which `take` is summed: the quantity, a field, or their number.

    Reports of a state replace earlier ones of the same area and series; `adds_up` sums all of them.
    """

    kind: str
    take: str
    where: dict[str, str | bool] = Field(default_factory=dict)
    adds_up: bool = False
    name_zh: str
    name_en: str


class ObservedText(Frozen):
    year: int
    who_zh: str
    who_en: str
    value: Decimal
    confidence: Confidence


class IndicatorText(Frozen):
    """An indicator: `scale` times numerator over denominator; without these it is told and not computed."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    scale: Decimal = Decimal(1)
    threshold: Decimal | None = None
    confidence: Confidence
    note_zh: str
    note_en: str
    source: str
    numerator: PartText | None = None
    denominator: PartText | None = None
    observed: tuple[ObservedText, ...] = ()


class IndicatorHeader(Frozen):
    id: str
    version: str
    title_zh: str
    title_en: str
    basis_zh: str
    basis_en: str


class IndicatorPack(Frozen):
    """The file `indicators.toml` of a pack."""

    pack: IndicatorHeader
    indicators: tuple[IndicatorText, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as far as indicators go."""

    id: int
    area: str
    area_code: str | None
    subject: str | None
    quantity: Decimal
    fields: Mapping[str, FieldValue]
    last: date
    part_of: int | None
    placeholder: bool
    series: tuple[FieldValue | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What a side of a ratio came to; `value` is None where no entry speaks of it."""

    text: PartText
    value: Decimal | None
    entries: tuple[int, ...]
    placeholder: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator as computed: `value` to a ten-thousandth, None where a side is lacking or the denominator is 0."""

    text: IndicatorText
    value: Decimal | None
    numerator: Part | None
    denominator: Part | None

    @property
    def passes(self) -> bool | None:
        if self.value is None or self.text.threshold is None:
            return None
        return self.value >= self.text.threshold

    @property
    def missing(self) -> tuple[str, ...]:
        """Kinds of which nothing stands."""
        parts = (part for part in (self.numerator, self.denominator) if part is not None and part.value is None)
        return tuple(dict.fromkeys(part.text.kind for part in parts))

    @property
    def placeholder(self) -> bool:
        return any(part.placeholder for part in (self.numerator, self.denominator) if part is not None)


def read_indicators(folder: Path) -> IndicatorPack:
    """Raises `InvalidPack`, naming file, table and key."""
    return read_toml(folder / "indicators.toml", IndicatorPack)


def indicators_of(pack: IndicatorPack, ledger: Ledger, at: At, area_code: str | None = None) -> list[Indicator]:
    """Every indicator of the pack for an area (the city), as of a day, as known at a moment."""
    city = ledger.pack
    area = area_code or city.city.area_code
    kinds = {part.kind for one in pack.indicators for part in (one.numerator, one.denominator) if part is not None}
    lines = {kind: _lines(ledger, city, kind, at, area) for kind in kinds if kind in city.kinds}
    return [computed(one, lines) for one in pack.indicators]


def computed(text: IndicatorText, lines: Mapping[str, Iterable[Line]]) -> Indicator:
    """The indicator from the lines of each kind."""
    if text.numerator is None or text.denominator is None:
        return Indicator(text, None, None, None)
    numerator, denominator = (_part(part, lines.get(part.kind, ())) for part in (text.numerator, text.denominator))
    value = None
    if numerator.value is not None and denominator.value:
        value = (text.scale * numerator.value / denominator.value).quantize(_TEN_THOUSANDTH)
    return Indicator(text, value, numerator, denominator)


def _part(text: PartText, lines: Iterable[Line]) -> Part:
    standing = list(lines) if text.adds_up else latest(lines)
    if not standing:
        return Part(text, None, (), placeholder=False)
    taken = [one for one in standing if all(one.fields.get(name) == value for name, value in text.where.items())]
    value = sum((_taken(text, one) for one in taken), Decimal(0))
    return Part(text, value, tuple(one.id for one in taken), any(one.placeholder for one in taken))


def latest(lines: Iterable[Line]) -> list[Line]:
    """Of each area, subject and series what was reported last."""
    found: dict[tuple[object, ...], Line] = {}
    for one in lines:
        key = (one.area_code or one.area, one.subject, one.series)
        if key not in found or (one.last, one.id) > (found[key].last, found[key].id):
            found[key] = one
    return list(found.values())


def _taken(text: PartText, line: Line) -> Decimal:
    if text.take == "count":
        return Decimal(1)
    return line.quantity if text.take == "quantity" else Decimal(str(line.fields.get(text.take, "0")))


def _lines(ledger: Ledger, city: CityPack, kind_id: str, at: At, area_code: str) -> list[Line]:
    """Entries of an area, without parts of what is counted in bulk within it."""
    kind = city.kinds[kind_id]
    prefix, names = ledger.filter_area(area_code)
    wanted = LedgerFilter(kind=kind_id, area_prefix=prefix, area_names=names)
    wholes = {
        named for named, whole in ledger.wholes(at.known_at_us).items() if lies_within(whole.area_code, area_code)
    }
    found = []
    for number, area, code, subject, quantity, raw, last, part_of, placeholder in ledger.columns(wanted, at, _COLUMNS):
        if part_of in wholes:
            continue
        fields = raw or {}
        series = tuple(fields.get(name) for name in kind.series)
        line = Line(number, area, code, subject, quantity or Decimal(0), fields, last, part_of, placeholder, series)
        found.append(line)
    return found
