"""The rules by which a sum of enterprises is safe to tell. Their numbers are confidential."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from millmark.region.disclosure.errors import InvalidRules

_MOST_DOMINATING: Final = 5


class Unsafe(StrEnum):
    """Why a cell is kept back, told to those who publish; the public reads only that it is.

    `few`: too few contributors. `dominant`: the largest contribution could be estimated too closely. `difference`: what
    changed since the version published before would tell on few. `complement`: kept back to protect another.
    """

    FEW = "few"
    DOMINANT = "dominant"
    DIFFERENCE = "difference"
    COMPLEMENT = "complement"


@dataclass(frozen=True, slots=True)
class Dominance:
    """Unsafe when the `largest` contributions exceed `percent` of the sum: the (n, k) rule."""

    largest: int
    percent: float = field(repr=False)


@dataclass(frozen=True, slots=True)
class PriorPosterior:
    """Unsafe when an estimate to within `prior` percent becomes one to within `posterior`: (q, p) of the handbook."""

    posterior: float = field(repr=False)
    prior: float = field(repr=False)


@dataclass(frozen=True, slots=True)
class SafetyRules:
    """Handbook 4.2.1, table of sensitivity rules; a rule that is None does not apply.

    `negative_factor` (f > 1) weakens the concentration rules where contributions may be negative: p/f, (100-k)/f.
    `least_width_percent` is how far, at least, of its own value a suppressed cell must stay uncertain on either side;
    the frequency rule alone would be content with a single unit. `insiders` has the attacks of single contributors
    looked at that know their own part of other suppressed cells. None of the numbers shows in a text of the object.
    """

    least_contributors: int = field(repr=False)
    p_percent: float | None = field(repr=False)
    dominance: Dominance | None = field(default=None, repr=False)
    prior_posterior: PriorPosterior | None = field(default=None, repr=False)
    negative_factor: float = field(default=2.0, repr=False)
    least_width_percent: float = field(default=1.0, repr=False)
    insiders: bool = field(default=True, repr=False)

    def __post_init__(self) -> None:
        faults = [
            (self.least_contributors < 1, "least_contributors must be 1 or more"),
            (not _between(self.p_percent, 0, 1_000), "p_percent must lie between 0 and 1000, or be left out"),
            (self.negative_factor < 1, "negative_factor must be 1 or more"),
            (not _between(self.least_width_percent, 0, 100), "least_width_percent must lie between 0 and 100"),
        ]
        if self.dominance is not None:
            largest, percent = self.dominance.largest, self.dominance.percent
            faults += [
                (not 1 <= largest <= _MOST_DOMINATING, f"dominance.largest must be 1 to {_MOST_DOMINATING}"),
                (not 0 < percent < 100, "dominance.percent must lie between 0 and 100, both excluded"),
            ]
        if self.prior_posterior is not None:
            posterior, prior = self.prior_posterior.posterior, self.prior_posterior.prior
            faults.append((not 0 < posterior < prior, "prior_posterior needs 0 < posterior < prior"))
        for wrong, message in faults:
            if wrong:
                raise InvalidRules(message)

    @property
    def estimate_percents(self) -> tuple[float, ...]:
        """How closely, in percent, the largest contribution must not be estimated: of the p % and (p, q) rules."""
        found = [] if self.p_percent is None else [self.p_percent]
        if self.prior_posterior is not None:
            found.append(100 * self.prior_posterior.posterior / self.prior_posterior.prior)
        return tuple(found)


def _between(value: float | None, low: float, high: float) -> bool:
    return value is None or low <= value <= high
