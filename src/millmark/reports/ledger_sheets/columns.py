"""The columns that a sheet of a kind has, and which headings are taken for which."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from millmark.region.catalogue import CityPack, KindText
from millmark.region.field import ChoiceText, FieldText, folded

ColumnKind = Literal["text", "number", "choice", "date", "coordinate", "money", "yes-no", "area", "span"]

_UNIT = re.compile(r"[((\[【].*?[))\]】]")
_NEAR: Final = 0.78


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of a sheet. `field` is the kind's field that it fills, None for what every entry has."""

    id: str
    name_zh: str
    name_en: str
    type: ColumnKind
    required: bool = False
    also: tuple[str, ...] = ()
    unit_zh: str | None = None
    unit_en: str | None = None
    choices: tuple[ChoiceText, ...] = ()
    many: bool = False
    hint_zh: str = ""
    hint_en: str = ""
    field: FieldText | None = None

    def heading(self, language: str) -> str:
        if language == "zh":
            return f"{self.name_zh}({self.unit_zh})" if self.unit_zh else self.name_zh
        return f"{self.name_en} ({self.unit_en})" if self.unit_en else self.name_en


def columns_of(kind: KindText, pack: CityPack) -> tuple[SheetColumn, ...]:
    """The columns of a kind's template, those that must be filled first."""
    by_name = kind.counts == "subjects" or kind.lists
    found: list[SheetColumn] = []
    if by_name or kind.subject_zh:
        found.append(
            SheetColumn(
                "subject",
                kind.subject_zh or "名称",
                kind.subject_en or "Name",
                "text",
                required=by_name and not kind.lists,
                also=("名称", "编号", "site", "site id", "name", "站址", "站名", "项目", "subject"),
                hint_zh="逐个登记时填写;批量数留空" if kind.lists else "",
                hint_en="for single ones; leave empty for a number in bulk" if kind.lists else "",
            )
        )
    found.append(
        SheetColumn(
            "area",
            "区县",
            "Area",
            "area",
            required=True,
            also=("区划代码", "行政区划", "行政区划代码", "所属区县", "县市区", "adcode", "county", "area code"),
            hint_zh="六位区划代码或名称",
            hint_en="six-digit code or name",
        )
    )
    if kind.counts == "quantity" or kind.lists:
        unit = pack.units.named(kind.unit)
        zh = kind.unit_zh or (unit.zh if unit else None)
        en = kind.unit_en or (unit.en if unit and unit.en else None)
        found.append(
            SheetColumn(
                "quantity",
                "数量",
                "Quantity",
                "number",
                required=not kind.lists,
                also=("数目", "总数", "合计", "金额", "count", "number", "total", "amount", kind.name_zh),
                unit_zh=zh,
                unit_en=en,
                hint_zh="逐个登记时留空" if kind.lists else "",
                hint_en="leave empty for single ones" if kind.lists else "",
            )
        )
    found.append(
        SheetColumn(
            "date",
            "日期",
            "Date",
            "span",
            required=True,
            also=(
                "开通日期",
                "启用日期",
                "投运日期",
                "统计日期",
                "截止日期",
                "时间",
                "时期",
                "年份",
                "年度",
                "period",
                "day",
                "year",
            ),
            hint_zh="如 2023-07-26,或 2023、2023-H1、2023-04",
            hint_en="e.g. 2023-07-26, or 2023, 2023-H1, 2023-04",
        )
    )
    if kind.place != "none":
        needed = kind.place == "needed"
        found += [
            SheetColumn("longitude", "经度", "Longitude", "coordinate", needed, ("lng", "lon", "long", "x")),
            SheetColumn("latitude", "纬度", "Latitude", "coordinate", needed, ("lat", "y")),
        ]
    found += [_of_field(field, kind) for field in kind.fields]
    return (
        *found,
        SheetColumn("owner", "责任单位", "Owner", "text", also=("责任人", "填报单位", "报送单位")),
        SheetColumn("holds_until", "终止日期", "Holds until", "date", also=("拆除日期", "停用日期", "失效日期")),
        SheetColumn("source", "来源", "Source", "text", also=("来源文件", "依据", "文件", "document")),
        SheetColumn(
            "key",
            "唯一编号",
            "Key",
            "text",
            also=("序列号", "主键", "id", "uuid"),
            hint_zh="重复导入时据此识别;留空则用名称",
            hint_en="tells rows apart when a sheet comes again; the name, if empty",
        ),
    )


def suggested(headings: Sequence[str], columns: Sequence[SheetColumn]) -> dict[str, str]:
    """Which heading is likely which column: heading to column id, by names in both languages, then by likeness."""
    names: dict[str, str] = {}
    for column in columns:
        for name in (column.name_zh, column.name_en, column.id):
            names.setdefault(folded(name), column.id)
    for column in columns:
        for name in column.also:
            names.setdefault(folded(name), column.id)
    found: dict[str, str] = {}
    open_headings = []
    for heading in headings:
        plain = folded(_UNIT.sub("", heading).rstrip("*"))
        if heading and plain in names and names[plain] not in found.values():
            found[heading] = names[plain]
        elif heading:
            open_headings.append((heading, plain))
    for heading, plain in open_headings:
        near = difflib.get_close_matches(plain, names, n=1, cutoff=_NEAR)
        if near and names[near[0]] not in found.values():
            found[heading] = names[near[0]]
    return found


def missing(mapping: Mapping[str, str], columns: Sequence[SheetColumn], given: frozenset[str]) -> list[SheetColumn]:
    """Columns that must be filled and are neither mapped nor given for all rows."""
    return [one for one in columns if one.required and one.id not in mapping.values() and one.id not in given]


def _of_field(field: FieldText, kind: KindText) -> SheetColumn:
    return SheetColumn(
        id=field.id,
        name_zh=field.name_zh,
        name_en=field.name_en,
        type=field.type,
        required=field.required and not kind.lists,
        also=field.also,
        unit_zh=field.unit,
        unit_en=field.unit_en or field.unit,
        choices=field.choices,
        many=field.many,
        hint_zh=field.hint_zh or "",
        hint_en=field.hint_en or "",
        field=field,
    )
