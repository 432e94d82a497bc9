"""Months of enterprises that do not exist, with troubles planted at known times: for demonstrations and measurements.

What is modelled: sizes over two orders of magnitude, growth, the seasons of the year, a Spring Festival that moves
between January and February, noise from month to month that lasts a little, single large orders, electricity with a
base load, staff that changes slowly, orders that vary far more than revenue, what customers owe and what lies in store
at a month's end, and reports that do not come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from millmark.region.watch.measuring import Trouble
from millmark.region.watch.warning_rules import Watched

Matrix = npt.NDArray[np.float64]

FESTIVAL_IN_JANUARY: Final = frozenset({2017, 2020, 2023, 2025, 2028, 2031})
"""Years whose Spring Festival holiday falls for the most part into January."""

DIVISIONS: Final = (39, 39, 39, 38, 34, 33, 30, 26, 17, 15, 13, 27, 65, 64, 29, 36)
COUNTIES: Final = ("421202", "421221", "421222", "421223", "421224", "421281")
SIZES: Final = ("large", "medium", "small", "micro")

_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "decline": ("revenue-falling",),
    "shutdown": ("electricity-collapse", "machines-standing"),
    "staff-exodus": ("staff-loss",),
    "orders-gone": ("orders-down",),
    "silence": ("report-missing",),
}


@dataclass(frozen=True, slots=True)
class MadeMonths:
    """One row an enterprise, one column a month from `first_month` on. Money in fen, electricity in kWh.

    `reported` is false where a report did not come; `running_hours` is what claims would prove; `levels` are what some
    enterprises tell besides.
    """

    first_month: int
    values: Mapping[str, Matrix]
    running_hours: Matrix
    reported: npt.NDArray[np.bool_]
    division: npt.NDArray[np.int64]
    county: npt.NDArray[np.str_]
    size: npt.NDArray[np.str_]
    troubles: tuple[Trouble, ...]
    levels: Mapping[str, Matrix]

    def watched(self) -> Watched:
        """As the warning rules see it; January is not asked for."""
        calendar = (self.first_month + np.arange(self.reported.shape[1])) % 12
        seen = {name: np.where(self.reported, matrix, np.nan) for name, matrix in self.values.items()}
        hours = np.where(np.isnan(self.running_hours), np.nan, self.running_hours)
        return Watched(self.first_month, seen | {"running_hours": hours}, ~self.reported & (calendar != 0)[None, :])


def made_months(
    enterprises: int, months: int, *, first_month: int, seed: int, troubled: float = 0.25, connected: float = 0.3
) -> MadeMonths:
    """`troubled` is the share of enterprises with one planted trouble, `connected` of those whose machines prove."""
    random = np.random.default_rng(seed)
    shape = (enterprises, months)
    level = np.exp(random.normal(np.log(2.2e8), 1.1, (enterprises, 1)))  # fen of revenue a month
    growth = random.normal(0.04, 0.08, (enterprises, 1)) * np.arange(months)[None, :] / 12
    activity = np.exp(growth) * _seasons(first_month, months, random, enterprises) * _noise(random, shape, 0.10, 0.4)
    lumps = np.where(random.random(shape) < 0.02, random.uniform(1.3, 2.0, shape), 1.0)
    hit = {name: np.ones(shape) for name in ("revenue", "electricity", "orders", "staff")}
    silent = np.zeros(shape, np.bool_)
    is_connected = random.random(enterprises) < connected
    troubles = _plant(random, hit, silent, first_month, troubled, is_connected)
    busy = activity * hit["revenue"]
    revenue = level * busy * lumps
    base = 0.2
    kwh = level / 100 * random.uniform(0.02, 0.12, (enterprises, 1)) * (base + (1 - base) * busy)
    staff = np.maximum(3, level / 6e6 * np.exp(np.cumsum(random.normal(0.001, 0.006, shape), axis=1)))
    hours = 480 * np.clip(busy, 0.02, 1.6) * _noise(random, shape, 0.08, 0.2) * hit["electricity"]
    hours[~is_connected] = np.nan
    values = {
        "revenue_fen": revenue,
        "output_fen": level * busy * _noise(random, shape, 0.06, 0.0) * 1.05,
        "electricity_kwh": kwh * _noise(random, shape, 0.06, 0.2) * hit["electricity"],
        "orders_fen": level * activity * hit["orders"] * _noise(random, shape, 0.25, 0.0),
        "staff": staff * hit["staff"],
        "tax_fen": revenue * 0.04 * _noise(random, shape, 0.15, 0.0),
    }
    order = np.argsort(-level[:, 0])
    size = np.empty(enterprises, "<U6")
    for name, part in zip(
        SIZES, np.array_split(order, [enterprises // 25, enterprises // 5, 3 * enterprises // 4]), strict=True
    ):
        size[part] = name
    return MadeMonths(
        first_month,
        {name: np.round(matrix) for name, matrix in values.items()},
        hours,
        ~silent & (random.random(shape) >= 0.01),
        random.choice(DIVISIONS, enterprises).astype(np.int64),
        random.choice(COUNTIES, enterprises),
        size,
        tuple(troubles),
        # Of a generator of their own, so that the months are the same with and without them.
        _levels(values, np.random.default_rng([seed, 1])),
    )


def _levels(values: Mapping[str, Matrix], random: np.random.Generator) -> dict[str, Matrix]:
    """Customers pay after one to four months, some sooner than others; stores hold a few weeks' output."""
    revenue, output = values["revenue_fen"], values["output_fen"]
    enterprises, months = revenue.shape
    owed_for = random.uniform(1.2, 4.0, enterprises)
    paid = random.lognormal(0.0, 0.25, revenue.shape)
    receivables = np.empty_like(revenue)
    receivables[:, 0] = owed_for * revenue[:, 0]
    for at in range(1, months):
        share = np.minimum(0.95, paid[:, at] / owed_for)
        receivables[:, at] = receivables[:, at - 1] * (1 - share) + revenue[:, at]
    stored_for = random.uniform(0.3, 2.0, (enterprises, 1))
    inventory = stored_for * output.mean(axis=1, keepdims=True) * _noise(random, output.shape, 0.2, 0.7)
    return {"receivables_fen": np.round(receivables), "inventory_fen": np.round(inventory)}


def _seasons(first_month: int, months: int, random: np.random.Generator, enterprises: int) -> Matrix:
    """A wave over the year with each enterprise's own phase, and the festival's dip."""
    calendar = (first_month + np.arange(months)) % 12
    years = (first_month + np.arange(months)) // 12
    phase = random.uniform(0, 2 * np.pi, (enterprises, 1))
    wave = 1 + random.uniform(0.02, 0.15, (enterprises, 1)) * np.sin(2 * np.pi * calendar / 12 + phase)
    in_january = np.isin(years, sorted(FESTIVAL_IN_JANUARY))
    dip = np.ones(months)
    dip[(calendar == 0) & in_january] = 0.62
    dip[(calendar == 1) & ~in_january] = 0.62
    dip[(calendar == 0) & ~in_january] = 0.95
    dip[(calendar == 1) & in_january] = 0.92
    return np.asarray(wave * dip[None, :], np.float64)


def _noise(random: np.random.Generator, shape: tuple[int, int], sigma: float, lasting: float) -> Matrix:
    """Factors around 1 whose logarithm keeps a share of last month's."""
    shocks = random.normal(0, sigma, shape)
    for at in range(1, shape[1]):
        shocks[:, at] = lasting * shocks[:, at - 1] + np.sqrt(1 - lasting**2) * shocks[:, at]
    return np.exp(shocks)


def _plant(
    random: np.random.Generator,
    hit: Mapping[str, Matrix],
    silent: npt.NDArray[np.bool_],
    first_month: int,
    troubled: float,
    is_connected: npt.NDArray[np.bool_],
) -> list[Trouble]:
    enterprises, months = silent.shape
    found: list[Trouble] = []
    for row in np.flatnonzero(random.random(enterprises) < troubled):
        kind = str(random.choice(sorted(_KINDS)))
        onset = int(random.integers(18, max(19, months - 5)))
        end = min(months, onset + int(random.integers(5, 16)))
        _strike(random, kind, hit, silent, int(row), onset, end)
        told_by = tuple(rule for rule in _KINDS[kind] if rule != "machines-standing" or is_connected[row])
        found.append(Trouble(int(row), kind, first_month + onset, first_month + end - 1, told_by))
    return found


def _strike(
    random: np.random.Generator,
    kind: str,
    hit: Mapping[str, Matrix],
    silent: npt.NDArray[np.bool_],
    row: int,
    onset: int,
    end: int,
) -> None:
    span = slice(onset, end)
    ramp = np.minimum(1.0, (np.arange(end - onset) + 1) / random.integers(1, 4))
    if kind == "decline":
        depth = random.uniform(0.3, 0.6)
        hit["revenue"][row, span] *= 1 - depth * ramp
        hit["orders"][row, span] *= 1 - depth * ramp
    elif kind == "shutdown":
        hit["electricity"][row, span] *= random.uniform(0.1, 0.4)
        hit["revenue"][row, span] *= random.uniform(0.3, 0.6)
    elif kind == "staff-exodus":
        hit["staff"][row, span] *= 1 - random.uniform(0.25, 0.5) * ramp
    elif kind == "orders-gone":
        hit["orders"][row, span] *= random.uniform(0.25, 0.5)
        hit["revenue"][row, min(onset + 3, end) : end] *= 0.8
    else:
        silent[row, span] = True
