"""Demands and solutions brought together: the index of what is shown, kept until a solution or supplier changes."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from millmark.region.suppliers.demands import Demand
from millmark.region.suppliers.fit import ScenarioNames, Want
from millmark.region.suppliers.matching import Match, Matcher
from millmark.region.suppliers.solutions import Solution, SolutionBook
from millmark.region.suppliers.words import Cutter


@dataclass(frozen=True, slots=True)
class MatchedSolution:
    """A solution that fits a demand, with the reasons."""

    solution: Solution
    match: Match


@dataclass(frozen=True, slots=True)
class _Standing:
    marks: tuple[tuple[int, int], ...]
    solutions: dict[int, Solution]
    matcher: Matcher


class Exchange:
    """Matches demands with the solutions that everybody sees, and the other way round."""

    def __init__(self, solutions: SolutionBook, cutter: Cutter, names: ScenarioNames) -> None:
        self._book = solutions
        self._cutter = cutter
        self.names = names
        self._standing: _Standing | None = None
        self._building = Lock()

    def solutions_for(self, want: Want, *, limit: int = 10) -> list[MatchedSolution]:
        """The solutions that fit a demand by a scenario or by words, the best first."""
        standing = self._now()
        found = [one for one in standing.matcher.matches(want) if one.is_relevant][:limit]
        return [MatchedSolution(standing.solutions[one.offer_id], one) for one in found]

    def search(self, text: str, *, limit: int = 50) -> list[MatchedSolution]:
        """The solutions that share words with a text."""
        return self.solutions_for(Want(text=text), limit=limit)

    def demands_for(self, supplier_id: int, demands: list[Demand]) -> list[tuple[Demand, MatchedSolution | None]]:
        """Demands with the best of a supplier's own solutions for each, the best fit first."""
        standing = self._now()
        own = {key for key, one in standing.solutions.items() if one.supplier_id == supplier_id}
        found: list[tuple[Demand, MatchedSolution | None]] = []
        for demand in demands:
            best = standing.matcher.matches(self._as_shown(demand), limit=1, only=own) if own else []
            fits = bool(best) and best[0].is_relevant
            fit = MatchedSolution(standing.solutions[best[0].offer_id], best[0]) if fits else None
            found.append((demand, fit))
        return sorted(found, key=lambda one: (-(one[1].match.score if one[1] else 0.0), -one[0].id))

    @staticmethod
    def _as_shown(demand: Demand) -> Want:
        """The demand as suppliers see it: what is hidden from them must not show through their order either."""
        want, shows = demand.as_want(), {one.value for one in demand.content.shows}
        return Want(
            scenarios=want.scenarios,
            industry=want.industry if "industry" in shows else None,
            budget_fen=want.budget_fen if "budget" in shows else None,
            area_code=want.area_code if "area" in shows else None,
            text=want.text,
        )

    def _now(self) -> _Standing:
        marks = self._book.standing_marks()
        with self._building:
            if self._standing is None or self._standing.marks != marks:
                solutions = self._book.solutions(shown_only=True)
                matcher = Matcher([one.as_offer() for one in solutions], self._cutter, self.names)
                marks = tuple((one.id, one.version) for one in solutions)
                self._standing = _Standing(marks, {one.id: one for one in solutions}, matcher)
            return self._standing
