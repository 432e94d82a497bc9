"""Measures of an order against graded labels: how much of what is good stands first. Pure.

Sources: Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques (2002) for nDCG with gains
2^grade - 1; Manning, Raghavan and Schütze, Introduction to Information Retrieval, chapter 8, for the others.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import islice
from math import log2
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def precision_at(order: Sequence[Key], grades: Mapping[Key, int], k: int, *, least: int) -> float:
    """The share of the first `k` places that hold something of grade `least` or more; empty places hold nothing."""
    return sum(grades.get(one, 0) >= least for one in order[:k]) / k


def best_precision_at(grades: Mapping[Key, int], k: int, *, least: int) -> float:
    """What `precision_at` can be at most: there may be fewer good ones than places."""
    return min(k, sum(grade >= least for grade in grades.values())) / k


def recall_at(order: Sequence[Key], grades: Mapping[Key, int], k: int, *, least: int) -> float | None:
    """The share of what has grade `least` or more that stands in the first `k` places; None when there is none."""
    good = sum(grade >= least for grade in grades.values())
    return sum(grades.get(one, 0) >= least for one in order[:k]) / good if good else None


def reciprocal_rank(order: Sequence[Key], grades: Mapping[Key, int], *, least: int) -> float:
    """One over the place of the first of grade `least` or more; 0 when it is not there."""
    return next((1 / place for place, one in enumerate(order, 1) if grades.get(one, 0) >= least), 0.0)


def ndcg_at(order: Sequence[Key], grades: Mapping[Key, int], k: int) -> float | None:
    """Discounted gain of the first `k` over that of the best order; None where nothing is worth anything."""
    best = _gain(sorted(grades.values(), reverse=True)[:k])
    return _gain([grades.get(one, 0) for one in islice(order, k)]) / best if best else None


def _gain(grades: Sequence[int]) -> float:
    return sum(((1 << grade) - 1) / log2(place + 1) for place, grade in enumerate(grades, 1))
