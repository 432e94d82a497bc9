"""What a table can count or add up, and in which unit it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from millmark.programmes.grade import Grade


@dataclass(frozen=True, slots=True)
class Measure:
    """Contributions are whole numbers of a base unit; `shown_per` of them make one of the unit that people read.

    `source` says where they come from: `monthly_reports`, `roster`, `programmes`, `claims`, `machines`, `levels`, or
    `ratio`: one sum over another, of the two measures in `parts`, with `per` base units where both are equal. `grade`
    is that of the weakest evidence it can be made of.
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
    grade: Grade = Grade.SELF_REPORTED
    parts: tuple[str, ...] = ()
    per: int = 1

    @property
    def sums(self) -> tuple[str, ...]:
        """What must be protected when it is told: the sums that it is made of."""
        return self.parts or (self.id,)


def _of(*measures: Measure) -> dict[str, Measure]:
    return {one.id: one for one in measures}


_WAN: Final = 1_000_000
"""Fen in ten thousand yuan."""
_PROVEN: Final = Grade.MACHINE_PROVEN
"""Of claims those alone count that verify, that no challenge stands against, and that machines alone speak in."""

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
    Measure(
        "recognitions",
        "获得认定数",
        "Recognitions",
        "项",
        "recognitions",
        1,
        0,
        True,
        "programmes",
        Grade.DOCUMENT_BACKED,
    ),
    Measure(
        "connected_equipment", "已联网设备数", "Connected equipment", "台", "machines", 1, 0, False, "claims", _PROVEN
    ),
    Measure("equipment", "设备总数", "Equipment", "台", "machines", 1, 0, False, "claims", _PROVEN),
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
    Measure(
        "proven_energy_kwh",
        "机器证明的能耗",
        "Energy proven by machines",
        "万千瓦时",
        "10,000 kWh",
        10_000,
        2,
        True,
        "machines",
        _PROVEN,
    ),
    Measure(
        "running_seconds",
        "有效运行时间",
        "Effective running time",
        "小时",
        "hours",
        3_600,
        0,
        True,
        "machines",
        _PROVEN,
    ),
    Measure("busy_seconds", "计划负荷时间", "Planned busy time", "小时", "hours", 3_600, 0, True, "machines", _PROVEN),
    Measure(
        "oee",
        "设备综合效率(OEE)",
        "OEE",
        "%",
        "%",
        100,
        1,
        True,
        "ratio",
        _PROVEN,
        ("running_seconds", "busy_seconds"),
        10_000,
    ),
    Measure(
        "energy_per_running_hour",
        "单位有效运行时间能耗",
        "Energy per effective running hour",
        "千瓦时/小时",
        "kWh per hour",
        100,
        1,
        True,
        "ratio",
        _PROVEN,
        ("proven_energy_kwh", "running_seconds"),
        360_000,
    ),
    Measure(
        "energy_per_output",
        "单位产值电耗",
        "Electricity per output",
        "千瓦时/万元",
        "kWh per 10,000 yuan",
        100,
        1,
        True,
        "ratio",
        Grade.SELF_REPORTED,
        ("electricity_kwh", "output_fen"),
        100 * _WAN,
    ),
)
"""By id. Whatever is not negative by nature: the bounds of an outsider begin at nothing."""
