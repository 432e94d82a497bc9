"""Matching that explains itself: what both sides state, then what their words share. Pure over its inputs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from millmark.region.suppliers.fit import (
    Offer,
    Part,
    PartScore,
    ScenarioNames,
    Want,
    structured_parts,
    structured_score,
)
from millmark.region.suppliers.search import Found, TextIndex
from millmark.region.suppliers.words import Cutter

TEXT_WEIGHT: Final = 0.65
"""What the words count beside the structured parts; chosen on the tuning half of the labelled set."""

_WORDS_SHOWN: Final = 6


class Basis(StrEnum):
    """By what solutions are put in order."""

    STRUCTURED = "structured"
    TEXT = "text"
    COMBINED = "combined"


@dataclass(frozen=True, slots=True)
class Match:
    """A solution for a demand: `score` in 0..1 by all `parts`, the text's last; `words` are those that both share.

    `covers` says that one of the scenarios wanted is among the solution's.
    """

    offer_id: int
    score: float
    parts: tuple[PartScore, ...]
    words: tuple[str, ...]
    covers: bool

    @property
    def is_relevant(self) -> bool:
        """Whether there is more to it than industry, price and area."""
        return self.covers or bool(self.words)

    def part(self, part: Part) -> PartScore:
        return next(one for one in self.parts if one.part is part)


class Matcher:
    """Orders solutions for demands. Build one for a set of solutions; it holds their index and nothing else."""

    def __init__(self, offers: Sequence[Offer], cutter: Cutter, names: ScenarioNames) -> None:
        self._offers = tuple(offers)
        self._cutter = cutter
        self._names = names
        self._index = TextIndex([self._words_of(offer) for offer in self._offers])

    @property
    def offers(self) -> tuple[Offer, ...]:
        return self._offers

    def matches(
        self,
        want: Want,
        *,
        limit: int | None = None,
        only: Collection[int] | None = None,
        basis: Basis = Basis.COMBINED,
        text_weight: float = TEXT_WEIGHT,
    ) -> list[Match]:
        """The solutions that share anything with the demand, the best first; ties by id, for a stable order.

        With `only` some ids alone, scored as among all.
        """
        found = self._index.search(self._cutter.words(want.text))
        best = float(found.scores.max(initial=0.0))
        matches = [
            self._match(want, offer, number, found, best, basis, text_weight)
            for number, offer in enumerate(self._offers)
            if only is None or offer.id in only
        ]
        standing = sorted((one for one in matches if one.score > 0), key=lambda one: (-one.score, one.offer_id))
        return standing[:limit]

    def _match(
        self, want: Want, offer: Offer, number: int, found: Found, best: float, basis: Basis, text_weight: float
    ) -> Match:
        parts = structured_parts(want, offer, self._names)
        stated = structured_score(parts)
        told = self._cutter.shown(word for word, _ in found.told(number))[:_WORDS_SHOWN]
        text = None if best == 0 else float(found.scores[number]) / best
        parts = (*parts, _text_part(text, told, text_weight))
        covers = any(scenario in offer.scenarios for scenario in want.scenarios)
        return Match(offer.id, _combined(stated, text, basis, text_weight), parts, tuple(told), covers)

    def _words_of(self, offer: Offer) -> list[str]:
        return self._cutter.words(f"{offer.text}\n{self._names.zh(list(offer.scenarios))}")


def _combined(stated: float | None, text: float | None, basis: Basis, text_weight: float) -> float:
    if basis is Basis.STRUCTURED or text is None:
        return stated or 0.0
    if basis is Basis.TEXT or stated is None:
        return text
    return (1 - text_weight) * stated + text_weight * text


def _text_part(score: float | None, words: Sequence[str], weight: float) -> PartScore:
    if score is None:
        return PartScore(Part.TEXT, weight, None, "没有可比的文字", "no words to compare")
    if not words:
        return PartScore(Part.TEXT, weight, score, "没有共同的词", "no words in common")
    return PartScore(
        Part.TEXT,
        weight,
        score,
        f"共同的词:{'、'.join(words)}",
        f"words in common: {', '.join(words)}",
    )
