"""How well solutions are put in order for demands: a labelled set, four ways of ordering, and how sure that is."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TypedDict

from millmark.bench.machine import Machine, this_machine, versions
from millmark.programmes import shipped_packs
from millmark.programmes.packs import read_shelf
from millmark.region.suppliers.fit import Offer, Want
from millmark.region.suppliers.matching import Basis, Matcher
from millmark.region.suppliers.ranking import best_precision_at, ndcg_at, precision_at, recall_at, reciprocal_rank
from millmark.region.suppliers.scenarios import scenario_names
from millmark.region.suppliers.terms import read_terms
from millmark.region.suppliers.words import Cutter

DATA = Path(__file__).parents[3] / "benchmarks" / "data" / "matching"
GOOD = 2
SEED = 20_261_128
FEN_OF_WAN = 1_000_000
_RESAMPLED = 2_000
_RANDOM_ORDERS = 20

Order = Sequence[int]
Ranker = Callable[[Want], Order]


@dataclass(frozen=True, slots=True)
class LabelledDemand:
    """A demand with the grades (1..3) of the solutions that are of any use to it."""

    name: str
    split: str
    want: Want
    grades: Mapping[int, int]


class Quality(TypedDict):
    """Means over demands; good is grade 2 or more. `ndcg10_low` and `ndcg10_high` enclose 95 % of the means of
    resampled demands; `best_precision5` is what an order that makes no mistake would reach."""

    precision1: float
    precision3: float
    precision5: float
    best_precision5: float
    recall5: float
    recall10: float
    reciprocal_rank: float
    ndcg10: float
    ndcg10_low: float
    ndcg10_high: float


class MatchingReport(TypedDict):
    """`quality` by split (`test`, `tune`) and way of ordering; `match_ms` one demand against all solutions."""

    machine: Machine
    versions: Mapping[str, str]
    solutions: int
    demands: Mapping[str, int]
    quality: Mapping[str, Mapping[str, Quality]]
    index_ms: float
    match_ms: float


def measure_matching(data: Path = DATA, *, tell: Callable[[str], None] = lambda _: None) -> MatchingReport:
    """Reads the labelled set and measures every way of ordering on both halves of it."""
    offers, demands = read_labelled(data)
    names = scenario_names(read_shelf([shipped_packs()]))
    cutter = Cutter(read_terms(shipped_packs() / "supplier-pool"))
    begin = time.perf_counter()
    matcher = Matcher(offers, cutter, names)
    index_ms = (time.perf_counter() - begin) * 1000
    splits = {split: [one for one in demands if one.split == split] for split in ("test", "tune")}
    tell("orders")
    quality = {
        split: {basis.value: quality_of(rank_by(matcher, basis), some) for basis in Basis}
        | {"random": _random_quality(offers, some)}
        for split, some in splits.items()
    }
    begin = time.perf_counter()
    for one in demands:
        matcher.matches(one.want, limit=10)
    match_ms = (time.perf_counter() - begin) * 1000 / len(demands)
    return MatchingReport(
        machine=this_machine(data),
        versions=versions(()),
        solutions=len(offers),
        demands={split: len(some) for split, some in splits.items()},
        quality=quality,
        index_ms=round(index_ms, 2),
        match_ms=round(match_ms, 3),
    )


def read_labelled(data: Path = DATA) -> tuple[list[Offer], list[LabelledDemand]]:
    """The labelled set: solutions in the order of their file, and demands whose grades name them by number."""
    rows = _rows(data / "solutions.csv")
    numbers = {row["id"]: number for number, row in enumerate(rows, 1)}
    offers = [_offer(numbers[row["id"]], row) for row in rows]
    demands = [
        LabelledDemand(
            row["id"],
            row["split"],
            Want(
                scenarios={one: int(level) for one, level in _pairs(row["scenarios"])},
                industry=row["industry"],
                budget_fen=int(row["budget_wan"]) * FEN_OF_WAN,
                area_code=row["area"],
                text=row["text"],
            ),
            {numbers[one]: int(grade) for one, grade in _pairs(row["labels"])},
        )
        for row in _rows(data / "demands.csv")
    ]
    return offers, demands


def rank_by(matcher: Matcher, basis: Basis) -> Ranker:
    return lambda want: [one.offer_id for one in matcher.matches(want, basis=basis)]


def quality_of(rank: Ranker, demands: Sequence[LabelledDemand]) -> Quality:
    """How well an order does, over demands."""
    orders = [(rank(one.want), one.grades) for one in demands]
    gains = [ndcg_at(order, grades, 10) or 0.0 for order, grades in orders]
    low, high = _interval(gains)
    return Quality(
        precision1=_mean(precision_at(order, grades, 1, least=GOOD) for order, grades in orders),
        precision3=_mean(precision_at(order, grades, 3, least=GOOD) for order, grades in orders),
        precision5=_mean(precision_at(order, grades, 5, least=GOOD) for order, grades in orders),
        best_precision5=_mean(best_precision_at(grades, 5, least=GOOD) for _, grades in orders),
        recall5=_mean(recall_at(order, grades, 5, least=GOOD) for order, grades in orders),
        recall10=_mean(recall_at(order, grades, 10, least=GOOD) for order, grades in orders),
        reciprocal_rank=_mean(reciprocal_rank(order, grades, least=GOOD) for order, grades in orders),
        ndcg10=_mean(gains),
        ndcg10_low=low,
        ndcg10_high=high,
    )


def _random_quality(offers: Sequence[Offer], demands: Sequence[LabelledDemand]) -> Quality:
    """The mean over many orders by chance."""
    chance = random.Random(SEED)  # noqa: S311 - a baseline, no secret
    numbers = [offer.id for offer in offers]
    many = [quality_of(lambda _: chance.sample(numbers, len(numbers)), demands) for _ in range(_RANDOM_ORDERS)]
    return Quality(
        precision1=_mean(one["precision1"] for one in many),
        precision3=_mean(one["precision3"] for one in many),
        precision5=_mean(one["precision5"] for one in many),
        best_precision5=_mean(one["best_precision5"] for one in many),
        recall5=_mean(one["recall5"] for one in many),
        recall10=_mean(one["recall10"] for one in many),
        reciprocal_rank=_mean(one["reciprocal_rank"] for one in many),
        ndcg10=_mean(one["ndcg10"] for one in many),
        ndcg10_low=_mean(one["ndcg10_low"] for one in many),
        ndcg10_high=_mean(one["ndcg10_high"] for one in many),
    )


def _interval(values: Sequence[float]) -> tuple[float, float]:
    """95 % of the means of samples drawn with replacement (Efron's percentile bootstrap)."""
    chance = random.Random(SEED)  # noqa: S311 - resampling, no secret
    means = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(_RESAMPLED))
    return round(means[_RESAMPLED // 40], 3), round(means[-_RESAMPLED // 40 - 1], 3)


def _mean(values: Iterable[float | None]) -> float:
    known = [value for value in values if value is not None]
    return round(fmean(known), 3) if known else 0.0


def _offer(number: int, row: Mapping[str, str]) -> Offer:
    return Offer(
        id=number,
        scenarios={one: int(level) for one, level in _pairs(row["scenarios"])},
        industries=_list(row["industries"]),
        price_min_fen=int(row["price_min_wan"]) * FEN_OF_WAN,
        price_max_fen=int(row["price_max_wan"]) * FEN_OF_WAN,
        areas=[area.ljust(6, "0") for area in _list(row["areas"])],
        text=f"{row['title']}\n{row['summary']}",
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _list(text: str) -> list[str]:
    return text.split("|") if text else []


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(one, value) for one, _, value in (pair.partition(":") for pair in _list(text))]
