"""Answers as they lie in the database, read by the ten thousand: typed, and not checked against a pack again."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from millmark.programmes.assessment.answers import Answers, Chosen, ItemAnswer, Ratio, Ticked

_MILLION = 1_000_000


class StoredItem(msgspec.Struct, frozen=True, gc=False):
    """One item's answer in one of its three forms; see `answers`."""

    option: str | None = None
    options: tuple[str, ...] | None = None
    numerator: str | None = None
    denominator: str | None = None

    def ratio(self) -> tuple[int, int]:
        """Two whole numbers with the same share; (0, 0) where there is no ratio."""
        numerator, denominator = self.numerator, self.denominator
        if numerator is None or denominator is None:
            return 0, 0
        if numerator.isdecimal() and denominator.isdecimal():
            return int(numerator), int(denominator)
        # At most six decimals are kept.
        return int(Decimal(numerator) * _MILLION), int(Decimal(denominator) * _MILLION)


class StoredAnswers(msgspec.Struct, frozen=True):
    """All answers of one version, as `Answers.to_json` wrote them."""

    items: dict[str, StoredItem] = {}
    scenarios: dict[str, int] = {}
    requirements: dict[str, str] = {}

    @classmethod
    def of(cls, answers: Answers) -> StoredAnswers:
        return cls(
            {key: _stored(answer) for key, answer in answers.items.items()},
            dict(answers.scenarios),
            dict(answers.requirements),
        )


_decoder = msgspec.json.Decoder(StoredAnswers)


def read_stored(text: str) -> StoredAnswers:
    """The answers in a column's text."""
    return _decoder.decode(text)


def _stored(answer: ItemAnswer) -> StoredItem:
    match answer:
        case Chosen(option):
            return StoredItem(option=option)
        case Ticked(options):
            return StoredItem(options=tuple(options))
        case Ratio(numerator, denominator):
            return StoredItem(numerator=format(numerator, "f"), denominator=format(denominator, "f"))
