"""What a table can count or add up, and in which unit it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Measure:
    """Contributions are whole numbers of a base unit; `shown_per` of them make one of the unit that people read.

    `source` says where they come from: `monthly_reports`, `roster`, `programmes`, `claims` or `levels`.
    """

    id: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    shown_per: int
    decimals: int
    adds_up_over_months: bool
    source: str


def _of(*measures: Measure) -> dict[str, Measure]:
    return {one.id: one for one in measures}


_WAN: Final = 1_000_000
"""Fen in ten thousand yuan."""

MEASURES: Final = _of(
    Measure("revenue_fen", "营业收入", "Revenue", "万元", "10,000 yuan", _WAN, 1, True, "monthly_reports"),
    Measure("output_fen", "工业总产值", "Gross output", "万元", "10,000 yuan", _WAN, 1, True, "monthly_reports"),
    Measure(
        "electricity_kwh", "用电量", "Electricity used", "万千瓦时", "10,000 kWh", 10_000, 2, True, "monthly_reports"
    ),
    Measure("orders_fen", "新增订单", "New orders", "万元", "10,000 yuan", _WAN, 1, True, "monthly_reports"),
    Measure("staff", "期末用工人数", "Staff at month's end", "人", "people", 1, 0, False, "monthly_reports"),
    Measure("tax_fen", "税收", "Taxes paid", "万元", "10,000 yuan", _WAN, 1, True, "monthly_reports"),
    Measure("reporting", "报送企业数", "Enterprises reporting", "家", "enterprises", 1, 0, False, "roster"),
    Measure("recognitions", "获得认定数", "Recognitions", "项", "recognitions", 1, 0, True, "programmes"),
    Measure("connected_equipment", "已联网设备数", "Connected equipment", "台", "machines", 1, 0, False, "claims"),
    Measure("equipment", "设备总数", "Equipment", "台", "machines", 1, 0, False, "claims"),
    Measure(
        "at_digital_level",
        "有数字化水平评估的企业数",
        "Enterprises with a digital level",
        "家",
        "enterprises",
        1,
        0,
        False,
        "levels",
    ),
)
"""By id. Whatever is not negative by nature: the bounds of an outsider begin at nothing."""
