"""Full-text search by BM25 over the words of solutions, each score told word by word.

Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009); k1 = 1.5, b = 0.75, with
the idf of Lucene, which is never negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """`scores` of every text for a query; `by_word` has a row for each of `words`, which add up to them."""

    words: tuple[str, ...]
    by_word: Scores
    scores: Scores

    def told(self, text: int) -> list[tuple[str, float]]:
        """The words that a text and the query share, with what each adds, the most telling first."""
        added = [(word, float(self.by_word[row, text])) for row, word in enumerate(self.words)]
        return sorted((one for one in added if one[1] > 0), key=lambda one: (-one[1], one[0]))


class TextIndex:
    """Texts that may be searched, given as their words."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self._count = len(texts)
        self._known = frozenset(word for words in texts for word in words)
        self._index = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        if self._known:
            self._index.index([list(words) for words in texts], show_progress=False)

    def search(self, words: Sequence[str]) -> Found:
        """Scores of all texts; a word counts once however often the query says it."""
        known = tuple(word for word in dict.fromkeys(words) if word in self._known)
        if not known:
            nothing = np.zeros(self._count)
            return Found((), np.zeros((0, self._count)), nothing)
        by_word = np.stack([np.asarray(self._index.get_scores([word]), dtype=np.float64) for word in known])
        return Found(known, by_word, by_word.sum(axis=0))
