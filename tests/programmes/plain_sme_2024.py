"""The 2024 rules of the digital level written down a second time, plainly, from the published table: no pack is read.

Answers are told by position in the table's order, 0 being "none" or the lowest band. It exists to be compared with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

D = Decimal

# item -> (points of 100, shares in percent by position); "sum" items may have several answers at once
SINGLE: dict[str, tuple[Decimal, list[int]]] = {
    "equipment-digitalisation": (D("6"), [0, 25, 50, 75, 100]),
    "equipment-connection": (D("6"), [0, 25, 50, 75, 100]),
    "system-coverage": (D("10"), [0, 25, 50, 75, 100]),
    "planning": (D("7.5"), [0, 20, 40, 60, 80, 100]),
    "funding": (D("7.5"), [0, 25, 50, 75, 100]),
    "energy-intensity": (D("7"), [0, 50, 100]),
    "quality": (D("7"), [0, 50, 100]),
    "revenue-per-head": (D("3"), [0, 50, 100]),
    "cost-per-revenue": (D("3"), [0, 50, 100]),
}
SEVERAL: dict[str, tuple[Decimal, list[int]]] = {
    "network": (D("8"), [0, 25, 25, 25, 25]),
    "data-collection": (D("10"), [0, *[7] * 13, 9]),
    "network-security": (D("5"), [0, 25, 25, 25, 25]),
    "data-security": (D("5"), [0, 25, 25, 25, 25]),
    "mechanism": (D("7.5"), [0, 25, 25, 25, 25]),
    "talent": (D("7.5"), [0, 20, 20, 20, 20, 20]),
}
CONSTRAINED = (
    "产品设计",
    "营销管理",
    "生产管控",
    "质量管理",
    "设备管理",
    "安全生产",
    "能耗管理",
    "采购管理",
    "仓储物流",
    "财务管理",
)
FREE = ("工艺设计", "售后服务", "计划排程", "人力资源", "协同办公", "决策支持")


def band(numerator: Decimal, denominator: Decimal) -> int:
    """The position of a percentage among (0–10, –20, –40, –60, –100], upper ends included."""
    if numerator * 100 <= denominator * 10:
        return 0
    if numerator * 100 <= denominator * 20:
        return 1
    if numerator * 100 <= denominator * 40:
        return 2
    if numerator * 100 <= denominator * 60:
        return 3
    return 4


def score(single: Mapping[str, int], several: Mapping[str, Sequence[int]]) -> Decimal:
    """Points of 100; what is not answered brings none."""
    total = D(0)
    for item, position in single.items():
        points, shares = SINGLE[item]
        total += points * shares[position] / 100
    for item, positions in several.items():
        points, shares = SEVERAL[item]
        for position in positions:
            total += points * shares[position] / 100
    return total


def level(points: Decimal, scenarios: Mapping[str, int]) -> int:
    """The highest level whose score and counts both hold; 0 for none. `scenarios` by Chinese name."""

    def enough(at: int, all_of_them: int, constrained: int) -> bool:
        there = [name for name, reached in scenarios.items() if reached >= at]
        return len(there) >= all_of_them and len([name for name in there if name in CONSTRAINED]) >= constrained

    if points >= 80 and enough(4, 10, 6):
        return 4
    if points >= 60 and enough(3, 8, 5):
        return 3
    if points >= 40 and enough(2, 6, 3):
        return 2
    if points >= 20 and enough(1, 6, 3):
        return 1
    return 0
