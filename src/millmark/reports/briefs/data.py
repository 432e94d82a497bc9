"""What a brief is made of: values, tables and charts, each in Chinese and English. Plain data, frozen as JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from millmark.programmes.toml_file import Frozen

Pair = tuple[str, str]
"""A text in Chinese and in English."""


class Value(Frozen):
    """A value with its exact number, where it is one, and what it was counted from, e.g. `factor-request:3`."""

    name: str
    label: Pair
    text: Pair
    exact: str | None = None
    source: str
    records: tuple[str, ...] = ()


class Table(Frozen):
    name: str
    title: Pair
    columns: tuple[Pair, ...]
    rows: tuple[tuple[Pair, ...], ...]


class Bar(Frozen):
    label: Pair
    value: float
    text: Pair


class Bars(Frozen):
    """Bars of one quantity; `value` is drawn, `text` stands beside it."""

    kind: Literal["bars"] = "bars"
    name: str
    title: Pair
    bars: tuple[Bar, ...]


class Mark(Frozen):
    """A milestone on a row: its day as a number of days from the start, and how it stands."""

    at: int
    state: Literal["done", "late", "overdue", "planned"]
    label: Pair


class Row(Frozen):
    label: Pair
    marks: tuple[Mark, ...]


class Timeline(Frozen):
    """Projects as rows of milestones; days count from `first`, `today` among them."""

    kind: Literal["timeline"] = "timeline"
    name: str
    title: Pair
    first: str
    days: int
    today: int
    rows: tuple[Row, ...]


Chart = Annotated[Bars | Timeline, Field(discriminator="kind")]


class BriefData(Frozen):
    """All of it for a month and an area, as of a day; `has` names what there is anything of."""

    month: str
    area_code: str
    as_of: str
    has: tuple[str, ...]
    values: tuple[Value, ...]
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...]

    def value(self, name: str) -> Value | None:
        return next((one for one in self.values if one.name == name), None)

    def table(self, name: str) -> Table | None:
        return next((one for one in self.tables if one.name == name), None)

    def chart(self, name: str) -> Bars | Timeline | None:
        return next((one for one in self.charts if one.name == name), None)
