"""Bounds on how a fund is split over its uses, e.g. at least 80 % for retrofits and at most 20 % for services. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from millmark.programmes.money.amount import yuan
from millmark.programmes.pack import ProgrammeText
from millmark.programmes.packs.labels import Confidence
from millmark.programmes.packs.model import PolicyPack
from millmark.programmes.packs.money import BudgetSplit
from millmark.programmes.packs.shelf import PackShelf

_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Share:
    """A bound on the part of a fund's year that one purpose may take, in percent, and how sure the pack is of it."""

    purpose: str
    at_least: Decimal | None
    at_most: Decimal | None
    confidence: Confidence
    source: str | None = None

    @classmethod
    def of(cls, split: BudgetSplit) -> Share:
        return cls(split.id, split.at_least_percent, split.at_most_percent, split.confidence, split.source)


def splits_of(shelf: PackShelf, programme: str) -> list[Share]:
    """The bounds that the latest edition of a programme's pack puts on the uses of its budget."""
    latest = _latest(shelf, programme)
    return [] if latest is None or latest.money is None else [Share.of(split) for split in latest.money.splits]


def programme_in(shelf: PackShelf, programme: str) -> ProgrammeText | None:
    """A programme as the latest edition of its pack describes it."""
    latest = _latest(shelf, programme)
    return None if latest is None else latest.programme


def _latest(shelf: PackShelf, programme: str) -> PolicyPack | None:
    packs = [pack for pack in shelf if pack.programme is not None and pack.programme.slug == programme]
    return max(packs, key=lambda pack: (pack.header.valid_from, pack.edition), default=None)


@dataclass(frozen=True, slots=True)
class ShareFinding:
    """How one fund's year keeps one bound."""

    source: str
    year: int
    share: Share
    fen: int
    total_fen: int
    kept: bool

    @property
    def sentence(self) -> str:
        bounds = [
            f"{word} {format(bound.normalize(), 'f')} %"
            for word, bound in (("at least", self.share.at_least), ("at most", self.share.at_most))
            if bound is not None
        ]
        return (
            f"{self.source} money of {self.year}: {yuan(self.fen)} of {yuan(self.total_fen)} yuan would be for "
            f"{self.share.purpose!r}, of which there must be {' and '.join(bounds)} (confidence "
            f"{self.share.confidence}); appropriate the other use first, or change the amount"
        )


def shares_found(
    shares: Sequence[Share], appropriated: Mapping[tuple[str, int], Mapping[str, int]]
) -> list[ShareFinding]:
    """Every bound held against every fund's year that has money for one of the uses that bounds name."""
    findings = []
    for (source, year), by_purpose in sorted(appropriated.items()):
        total = sum(by_purpose.values())
        if not total:
            continue
        findings += [_finding(source, year, share, by_purpose.get(share.purpose, 0), total) for share in shares]
    return findings


def _finding(source: str, year: int, share: Share, fen: int, total: int) -> ShareFinding:
    low = share.at_least is None or fen * _HUNDRED >= share.at_least * total
    high = share.at_most is None or fen * _HUNDRED <= share.at_most * total
    return ShareFinding(source, year, share, fen, total, kept=low and high)
