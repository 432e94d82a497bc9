"""Chinese and Latin text cut into the words that a search compares."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from millmark.region.suppliers.terms import Terms

if TYPE_CHECKING:
    import rjieba

_LONG_ENOUGH = 2
# As often as makes the cutter keep the term in one piece.
_FREQUENT = 10_000


class Cutter:
    """Cuts text by the dictionary of jieba and the platform's own terms.

    A word of a group of synonyms brings the group's mark as one more word, so that demand and solution meet there.
    """

    def __init__(self, terms: Terms) -> None:
        self._stop = frozenset(_plain(word) for word in terms.stop)
        self._marks: dict[str, str] = {}
        for number, group in enumerate(terms.groups):
            for word in group:
                self._marks[_plain(word)] = f"#{number}"
        self._names = {f"#{number}": group[0] for number, group in enumerate(terms.groups)}

    @cached_property
    def _jieba(self) -> rjieba.Jieba:
        # Read when somebody first looks for a supplier: a dictionary takes a tenth of what a platform's start takes.
        import rjieba

        jieba = rjieba.Jieba()
        for word in self._marks:
            jieba.add_word(word, _FREQUENT, "n")
        return jieba

    def words(self, text: str) -> list[str]:
        """The words in order, in small letters, with marks of synonyms; no stop words, numbers or single signs."""
        found: list[str] = []
        for word in self._jieba.cut_for_search(_plain(text)):
            if len(word) < _LONG_ENOUGH or word in self._stop or not _tells(word):
                continue
            found.append(word)
            if word in self._marks:
                found.append(self._marks[word])
        return found

    def shown(self, words: Iterable[str]) -> list[str]:
        """Words as people read them: a mark as the name of its group, once."""
        return list(dict.fromkeys(self._names.get(word, word) for word in words))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _tells(word: str) -> bool:
    return any(char.isalpha() for char in word)
