"""A city's vocabulary, read from its pack: areas, units, kinds of ledger entries, and what each figure is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from millmark.programmes.errors import InvalidPack
from millmark.programmes.pack import PackHeader, ProgrammeText
from millmark.programmes.span import DateSpan
from millmark.programmes.toml_file import Frozen, read_toml
from millmark.region.areas import Areas, AreaText, BoundsText
from millmark.region.errors import InvalidEntry
from millmark.region.field import FieldText
from millmark.region.figure import RecordSource


def _span(value: object) -> object:
    return DateSpan.parse(value) if isinstance(value, str) else value


class CityText(Frozen):
    """`bounds` is the box that the region lies in: a place outside it is a mistake."""

    area_code: str = Field(pattern=r"^\d{6}$")
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    time_zone: str
    bounds: BoundsText | None = None


class UnitText(Frozen):
    """A unit; `factor` is how many of `base` one of it is. A unit without base is one that records are kept in."""

    id: str = Field(min_length=1)
    zh: str
    en: str
    base: str | None = None
    factor: Decimal = Field(default=Decimal(1), gt=0)


BookName = Literal["ledger", "watch", "investment", "event", "proposal"]
"""The books of the region that keep facts of the pack's kinds."""


class KindText(Frozen):
    """What a fact can be about, and the `book` that keeps it.

    `unit` is the one its entries are kept in; `unit_zh` its measure word. `fields` are what an entry says beyond; its
    subject is called `subject_zh` and `subject_en`. `place` says whether an entry has a longitude and a latitude.
    Entries of a kind that `lists` are single ones by name or many in bulk, and the same thing must not be counted both
    ways. `series` are the fields that, with area and subject, tell apart what is reported over and over: of one series
    no two entries may speak of the same time, where `overlap` is refused. `known_area` asks for an area of the city.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    counts: Literal["quantity", "subjects"]
    unit: str
    unit_zh: str | None = None
    unit_en: str | None = None
    book: BookName = "ledger"
    group: Literal["network", "fibre", "centre", "service", "factory", "money", "target", "other"] = "other"
    subject_zh: str | None = None
    subject_en: str | None = None
    place: Literal["none", "optional", "needed"] = "none"
    lists: bool = False
    series: tuple[str, ...] = ()
    overlap: Literal["allowed", "refused"] = "allowed"
    known_area: bool = False
    fields: tuple[FieldText, ...] = ()

    @model_validator(mode="after")
    def _fields_are_named_once(self) -> Self:
        names = [field.id for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError(f"kind {self.id!r}: two fields have the same id")
        others = {*self.series, *(field.at_most for field in self.fields if field.at_most)} - {*names, "quantity"}
        if others:
            raise ValueError(f"kind {self.id!r}: {', '.join(sorted(others))} is no field of it")
        return self

    def field(self, field_id: str) -> FieldText | None:
        return next((one for one in self.fields if one.id == field_id), None)


class Selection(Frozen):
    """Which records a query covers; topics are kinds of the ledger, slugs of programmes, or measures of claims."""

    records: RecordSource = "ledger"
    topics: tuple[str, ...] = Field(min_length=1)
    areas: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


class Total(Selection):
    """The sum of the records' quantities."""

    kind: Literal["total"]


class Count(Selection):
    """Different named subjects, plus what is counted in bulk."""

    kind: Literal["count"]


class Years(Selection):
    """Different calendar years that the records speak of."""

    kind: Literal["years"]


class UniformAmount(Selection):
    """The amount that every record gives each subject; a range where they differ."""

    kind: Literal["uniform_amount"]


class Ratio(Selection):
    """Sum of numerators over sum of denominators, never a mean of ratios."""

    kind: Literal["ratio"]


class Balance(Frozen):
    """Subjects at the start, plus those that came, minus those that left."""

    kind: Literal["balance"]
    records: BookName = "ledger"
    opening: tuple[str, ...] = Field(min_length=1)
    additions: tuple[str, ...]
    removals: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()

    @property
    def topics(self) -> tuple[str, ...]:
        return self.opening + self.additions + self.removals


Query = Annotated[Total | Count | Years | UniformAmount | Ratio | Balance, Field(discriminator="kind")]


class FigureDefinition(Frozen):
    """What a figure is. With `period` it speaks of records within these days only, whatever the day asked for."""

    id: str = Field(pattern=r"^[A-Z]\d{2,3}$")
    section: str
    subject_zh: str = Field(min_length=1)
    subject_en: str = Field(min_length=1)
    unit: str
    unit_zh: str | None = None
    unit_en: str | None = None
    period: Annotated[DateSpan, BeforeValidator(_span)] | None = None
    named_examples_only: bool = False
    definition_zh: str = Field(min_length=1)
    definition_en: str = Field(min_length=1)
    query: Query


class CityPackFile(Frozen):
    pack: PackHeader
    city: CityText
    areas: tuple[AreaText, ...] = ()
    units: tuple[UnitText, ...]
    kinds: tuple[KindText, ...]
    programmes: tuple[ProgrammeText, ...] = ()

    @model_validator(mode="after")
    def _kinds_are_kept_in_base_units(self) -> Self:
        bases = {unit.id for unit in self.units if unit.base is None}
        for unit in self.units:
            if unit.base is not None and unit.base not in bases:
                raise ValueError(f"unit {unit.id!r} has the base {unit.base!r}, which is no unit without base")
        for kind in self.kinds:
            if kind.unit not in bases:
                raise ValueError(f"kind {kind.id!r} is kept in {kind.unit!r}, which is no unit without base")
        return self


class FiguresFile(Frozen):
    figures: tuple[FigureDefinition, ...] = Field(min_length=1)


class Units:
    """Exact conversion between a base unit and those written in it."""

    def __init__(self, units: Iterable[UnitText]) -> None:
        self._by_name: dict[str, UnitText] = {}
        for unit in units:
            self._by_name |= {unit.id: unit}
            self._by_name.setdefault(unit.zh, unit)

    def named(self, name: str) -> UnitText | None:
        """By id (`100M CNY`) or by Chinese name (`亿元`)."""
        return self._by_name.get(name)

    def to_base(self, quantity: Decimal, unit: UnitText) -> Decimal:
        with localcontext() as exact:
            exact.prec = 60
            return quantity * unit.factor

    def from_base(self, quantity: Decimal, unit: UnitText) -> Decimal:
        """Exact wherever the factor is a power of ten; to 50 digits otherwise."""
        with localcontext() as exact:
            exact.prec = 50
            return plain(quantity / unit.factor)


@dataclass(frozen=True, slots=True)
class CityPack:
    """A city's pack, read from `folder`: `pack.toml` and `figures.toml`."""

    folder: Path
    id: str
    version: str
    city: CityText
    areas: Areas
    units: Units
    kinds: Mapping[str, KindText]
    programmes: Mapping[str, ProgrammeText]
    figures: tuple[FigureDefinition, ...]

    def kind(self, kind_id: str) -> KindText:
        """Raises `InvalidEntry`, with the nearest kinds: an entry of an unknown kind would move no figure."""
        kind = self.kinds.get(kind_id)
        if kind is None:
            near = difflib.get_close_matches(kind_id, self.kinds, n=3, cutoff=0.4) or sorted(self.kinds)
            raise InvalidEntry(
                f"kind: {kind_id!r} is not known; did you mean {', '.join(near)}?",
                f"没有类别{kind_id};相近的有:{'、'.join(near)}",
            )
        return kind

    def unit_of(self, figure: FigureDefinition) -> UnitText:
        unit = self.units.named(figure.unit)
        if unit is None:
            raise InvalidPack(f"figure {figure.id}: unit {figure.unit!r} is not known")
        return unit


def read_city_pack(folder: Path) -> CityPack:
    """Raises `InvalidPack`, naming file, table and key."""
    file = read_toml(folder / "pack.toml", CityPackFile)
    figures = read_toml(folder / "figures.toml", FiguresFile).figures
    pack = CityPack(
        folder=folder,
        id=file.pack.id,
        version=file.pack.version,
        city=file.city,
        areas=Areas(
            AreaText(code=file.city.area_code, name_zh=file.city.name_zh, name_en=file.city.name_en), file.areas
        ),
        units=Units(file.units),
        kinds={kind.id: kind for kind in file.kinds},
        programmes={programme.slug: programme for programme in file.programmes},
        figures=figures,
    )
    _check_figures(pack)
    return pack


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without exponent: 4.20 -> 4.2, 1E+3 -> 1000."""
    whole = value == value.to_integral_value()
    return value.quantize(Decimal(1)) if whole else value.normalize()


def _check_figures(pack: CityPack) -> None:
    path = pack.folder / "figures.toml"
    seen: set[str] = set()
    for number, figure in enumerate(pack.figures):
        where = f"{path}: table [figures[{number}]] ({figure.id}), key "
        if figure.id in seen:
            raise InvalidPack(f"{where}id: another figure has this id")
        seen.add(figure.id)
        if pack.units.named(figure.unit) is None:
            raise InvalidPack(f"{where}unit: {figure.unit!r} is no unit of pack.toml")
        known = _known_topics(pack, figure)
        for topic in figure.query.topics:
            if known is not None and topic not in known:
                raise InvalidPack(f"{where}query: {topic!r} is no {figure.query.records} topic of pack.toml")


def _known_topics(pack: CityPack, figure: FigureDefinition) -> Mapping[str, object] | None:
    """What a topic can be; None where other packs add to it."""
    match figure.query.records:
        case "ledger" | "watch" | "investment" | "event" | "proposal" as book:
            return {kind.id: kind for kind in pack.kinds.values() if kind.book == book}
        case "recommendation" | "recognition" | "award":
            return pack.programmes
        case _:
            return None
