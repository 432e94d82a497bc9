"""How a solution fits a demand in what both state: scenario, level, industry, price, region. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from millmark.registry import area_prefix


class Part(StrEnum):
    """What a match is made of."""

    SCENARIO = "scenario"
    LEVEL = "level"
    INDUSTRY = "industry"
    PRICE = "price"
    REGION = "region"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A solution as matching sees it. `scenarios` are ids with the highest level that it reaches; no industries and no
    areas mean any. Prices in fen; None is not told."""

    id: int
    scenarios: Mapping[str, int]
    industries: Sequence[str] = ()
    price_min_fen: int | None = None
    price_max_fen: int | None = None
    areas: Sequence[str] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A demand as matching sees it. A scenario's level is the one that is wanted, None when any will do."""

    scenarios: Mapping[str, int | None] = field(default_factory=dict)
    industry: str | None = None
    budget_fen: int | None = None
    area_code: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class PartScore:
    """One part of a match: `score` in 0..1, None where demand or solution says nothing of it, and why."""

    part: Part
    weight: float
    score: float | None
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class ScenarioNames:
    """Names of scenarios and the groups that they belong to, by id."""

    names: Mapping[str, tuple[str, str]]
    groups: Mapping[str, str]

    def zh(self, ids: Sequence[str]) -> str:
        return "、".join(self.names.get(one, (one, one))[0] for one in ids)

    def en(self, ids: Sequence[str]) -> str:
        return ", ".join(self.names.get(one, (one, one))[1] for one in ids)


WEIGHTS: Final[Mapping[Part, float]] = {
    Part.SCENARIO: 0.40,
    Part.LEVEL: 0.10,
    Part.INDUSTRY: 0.25,
    Part.PRICE: 0.15,
    Part.REGION: 0.10,
}

_SAME_GROUP: Final = 0.2
_SLIGHTLY_DEARER: Final = 1.3
_INDUSTRY_SCORES: Final = {4: 1.0, 3: 0.95, 2: 0.9}
_ANY_INDUSTRY: Final = 0.6
# Divisions of GB/T 4754-2017 by their section letter, first and last.
_SECTIONS: Final = (
    ("A", 1, 5),
    ("B", 6, 12),
    ("C", 13, 43),
    ("D", 44, 46),
    ("E", 47, 50),
    ("F", 51, 52),
    ("G", 53, 60),
    ("H", 61, 62),
    ("I", 63, 65),
    ("J", 66, 69),
    ("K", 70, 70),
    ("L", 71, 72),
    ("M", 73, 75),
    ("N", 76, 79),
    ("O", 80, 82),
    ("P", 83, 83),
    ("Q", 84, 85),
    ("R", 86, 90),
    ("S", 91, 96),
    ("T", 97, 97),
)


def structured_parts(want: Want, offer: Offer, names: ScenarioNames) -> tuple[PartScore, ...]:
    """Every structured part of a match, in the order of `Part`."""
    return (
        _scenario(want, offer, names),
        _level(want, offer, names),
        _industry(want, offer),
        _price(want, offer),
        _region(want, offer),
    )


def structured_score(parts: Sequence[PartScore]) -> float | None:
    """The weighted mean of the parts that are known; None when none is. Always in 0..1."""
    known = [(part.weight, part.score) for part in parts if part.score is not None]
    total = sum(weight for weight, _ in known)
    return sum(weight * score for weight, score in known) / total if total else None


def _part(part: Part, score: float | None, reason_zh: str, reason_en: str) -> PartScore:
    return PartScore(part, WEIGHTS[part], score, reason_zh, reason_en)


def _scenario(want: Want, offer: Offer, names: ScenarioNames) -> PartScore:
    if not want.scenarios:
        return _part(Part.SCENARIO, None, "需求未选场景", "the demand names no scenario")
    covered = [one for one in want.scenarios if one in offer.scenarios]
    if covered:
        share = len(covered) / len(want.scenarios)
        return _part(
            Part.SCENARIO,
            share,
            f"覆盖{len(covered)}/{len(want.scenarios)}个场景:{names.zh(covered)}",
            f"covers {len(covered)} of {len(want.scenarios)} scenario{'' if len(want.scenarios) == 1 else 's'}: "
            f"{names.en(covered)}",
        )
    groups = {names.groups.get(one) for one in want.scenarios}
    near = [one for one in offer.scenarios if names.groups.get(one) in groups and names.groups.get(one) is not None]
    if near:
        return _part(
            Part.SCENARIO,
            _SAME_GROUP,
            f"只有同类场景:{names.zh(near)}",
            f"only scenarios of the same group: {names.en(near)}",
        )
    return _part(Part.SCENARIO, 0.0, "不含所需场景", "none of the scenarios wanted")


def _level(want: Want, offer: Offer, names: ScenarioNames) -> PartScore:
    asked = {one: level for one, level in want.scenarios.items() if level is not None and one in offer.scenarios}
    if not asked:
        return _part(Part.LEVEL, None, "未要求等级", "no level to compare")
    reached = [one for one, level in asked.items() if offer.scenarios[one] >= level]
    short = [one for one in asked if one not in reached]
    # One level short is worth half: the next step may be taken later.
    score = sum(max(0.0, 1 - 0.5 * max(0, level - offer.scenarios[one])) for one, level in asked.items()) / len(asked)
    if not short:
        return _part(Part.LEVEL, score, "达到所需等级", "reaches the level wanted")
    return _part(Part.LEVEL, score, f"等级不足:{names.zh(short)}", f"short of the level wanted: {names.en(short)}")


def _industry(want: Want, offer: Offer) -> PartScore:
    if want.industry is None:
        return _part(Part.INDUSTRY, None, "需求未写行业", "the demand names no industry")
    if not offer.industries:
        return _part(Part.INDUSTRY, _ANY_INDUSTRY, "通用方案,不限行业", "a general solution, for any industry")
    score, code = max((industry_nearness(want.industry, one), one) for one in offer.industries)
    if score == 1.0 or score >= _INDUSTRY_SCORES[2]:
        return _part(Part.INDUSTRY, score, f"行业相符:{code}", f"made for the industry: {code}")
    if score:
        return _part(Part.INDUSTRY, score, f"同一门类,行业不同:{code}", f"same section, another industry: {code}")
    return _part(Part.INDUSTRY, 0.0, "为其他行业而做", "made for other industries")


def industry_nearness(one: str, other: str) -> float:
    """How near two codes of GB/T 4754-2017 are: 1 where one contains the other's class or they are the same, less for
    the same group or division, a little for the same section, else 0."""
    (section, digits), (other_section, other_digits) = _code(one), _code(other)
    if not other_digits or not digits:
        return _INDUSTRY_SCORES[2] if section is not None and section == other_section else 0.0
    if digits.startswith(other_digits) or other_digits.startswith(digits):
        return 1.0
    for length in (3, 2):
        if digits[:length] == other_digits[:length] and len(digits[:length]) == length:
            return _INDUSTRY_SCORES[length]
    return 0.15 if section is not None and section == other_section else 0.0


def _code(code: str) -> tuple[str | None, str]:
    """Section letter and digits; the letter follows from the division where it is left out."""
    if code[:1].isalpha():
        return code[0], code[1:]
    division = int(code[:2])
    return next((letter for letter, first, last in _SECTIONS if first <= division <= last), None), code


def _price(want: Want, offer: Offer) -> PartScore:
    if want.budget_fen is None or (offer.price_min_fen is None and offer.price_max_fen is None):
        return _part(Part.PRICE, None, "预算或价格未写", "budget or price is not told")
    least, most = offer.price_min_fen or 0, offer.price_max_fen
    if most is not None and most <= want.budget_fen:
        return _part(Part.PRICE, 1.0, "价格在预算内", "within the budget")
    if least <= want.budget_fen:
        return _part(Part.PRICE, 0.8, "起价在预算内,上限超出", "starts within the budget, may go beyond it")
    if least <= want.budget_fen * _SLIGHTLY_DEARER:
        return _part(Part.PRICE, 0.4, "起价略高于预算", "starts a little above the budget")
    return _part(Part.PRICE, 0.0, "起价高于预算", "starts above the budget")


def _region(want: Want, offer: Offer) -> PartScore:
    if want.area_code is None:
        return _part(Part.REGION, None, "地区未写", "no area to compare")
    if not offer.areas:
        return _part(Part.REGION, 0.9, "不限地区", "serves any area")
    if any(want.area_code.startswith(area_prefix(area)) for area in offer.areas):
        return _part(Part.REGION, 1.0, "服务本地", "serves this area")
    return _part(Part.REGION, 0.0, "不服务本地", "does not serve this area")
