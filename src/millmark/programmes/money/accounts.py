"""Double entry for one budget line: which accounts there are, what may move between them, what must always hold.

Pure; the book that keeps entries is `budget.py`. Every entry takes one amount from one account and gives it to
another, so its two postings add up to nothing, and so does everything that was ever posted on a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from millmark.programmes.errors import Overspent
from millmark.programmes.money.amount import yuan


class Account(StrEnum):
    """Where a budget line's money stands.

    `appropriated` is where it comes from and is posted negatively; the other four say what became of it, so that
    appropriated = available + committed + paid + recovered at any moment.
    """

    APPROPRIATED = "appropriated"
    AVAILABLE = "available"
    COMMITTED = "committed"
    PAID = "paid"
    RECOVERED = "recovered"


class EntryKind(StrEnum):
    APPROPRIATE = "appropriate"
    CUT = "cut"
    COMMIT = "commit"
    RELEASE = "release"
    PAY = "pay"
    RECOVER = "recover"
    REUSE = "reuse"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True)
class Route:
    """From which account to which an entry takes its amount."""

    origin: Account
    target: Account

    @property
    def back(self) -> Route:
        return Route(self.target, self.origin)


ROUTES: Mapping[EntryKind, Route] = {
    EntryKind.APPROPRIATE: Route(Account.APPROPRIATED, Account.AVAILABLE),
    EntryKind.CUT: Route(Account.AVAILABLE, Account.APPROPRIATED),
    EntryKind.COMMIT: Route(Account.AVAILABLE, Account.COMMITTED),
    EntryKind.RELEASE: Route(Account.COMMITTED, Account.AVAILABLE),
    EntryKind.PAY: Route(Account.COMMITTED, Account.PAID),
    EntryKind.RECOVER: Route(Account.PAID, Account.RECOVERED),
    EntryKind.REUSE: Route(Account.RECOVERED, Account.AVAILABLE),
}
"""Every movement there is; a reversal takes the route of the entry that it reverses back."""

OF_AN_AWARD = frozenset({EntryKind.COMMIT, EntryKind.RELEASE, EntryKind.PAY, EntryKind.RECOVER})
"""Movements that belong to one award; the others belong to the line as a whole."""


@dataclass(frozen=True, slots=True)
class Posting:
    account: Account
    fen: int


@dataclass(frozen=True, slots=True)
class Balances:
    """What stands on each account; fen, never negative."""

    appropriated: int = 0
    available: int = 0
    committed: int = 0
    paid: int = 0
    recovered: int = 0

    @classmethod
    def of(cls, postings: Iterable[Posting]) -> Balances:
        """The balances that postings add up to."""
        sums = dict.fromkeys(Account, 0)
        for posting in postings:
            sums[posting.account] += posting.fen
        sums[Account.APPROPRIATED] = -sums[Account.APPROPRIATED]
        return cls(**{account.value: fen for account, fen in sums.items()})

    def on(self, account: Account) -> int:
        fen: int = getattr(self, account.value)
        return fen

    @property
    def is_balanced(self) -> bool:
        return self.appropriated == self.available + self.committed + self.paid + self.recovered


@dataclass(frozen=True, slots=True)
class Movement:
    """One amount on its way; `fen` is 1 or more."""

    kind: EntryKind
    fen: int
    route: Route = field(compare=False)

    @classmethod
    def of(cls, kind: EntryKind, fen: int) -> Movement:
        return cls(kind, _positive(fen), ROUTES[kind])

    @classmethod
    def reversing(cls, route: Route, fen: int) -> Movement:
        return cls(EntryKind.REVERSE, _positive(fen), route.back)

    @property
    def postings(self) -> tuple[Posting, Posting]:
        return Posting(self.route.origin, -self.fen), Posting(self.route.target, self.fen)


def applied(balances: Balances, movement: Movement, *, where: str) -> Balances:
    """The balances after a movement; raises `Overspent` where an account does not hold what is asked of it."""
    sums = {account: balances.on(account) for account in Account}
    sums[Account.APPROPRIATED] = -sums[Account.APPROPRIATED]
    for posting in movement.postings:
        sums[posting.account] += posting.fen
    sums[Account.APPROPRIATED] = -sums[Account.APPROPRIATED]
    if any(fen < 0 for fen in sums.values()):
        origin = movement.route.origin
        held = balances.on(origin if sums[origin] < 0 else movement.route.target)
        raise Overspent(
            f"{where}: {movement.kind} of {yuan(movement.fen)} yuan asks for more than the {yuan(held)} yuan that are "
            f"{origin} there; {_ADVICE[origin]}",
            f"{where.replace('budget line', '预算指标')}:现有 {yuan(held)} 元,不足 {yuan(movement.fen)} 元;"
            f"{_IN_CHINESE[origin]}",
        )
    return Balances(**{account.value: fen for account, fen in sums.items()})


_ADVICE: Mapping[Account, str] = {
    Account.APPROPRIATED: "look at what was appropriated",
    Account.AVAILABLE: "raise the line by a document, use another line, or lower the amount",
    Account.COMMITTED: "pay or release no more than was committed",
    Account.PAID: "recover no more than was paid",
    Account.RECOVERED: "use no more than came back",
}
_IN_CHINESE: Mapping[Account, str] = {
    Account.APPROPRIATED: "请核对下达金额",
    Account.AVAILABLE: "请追加指标、改用其他指标或核减金额",
    Account.COMMITTED: "付款或释放不得超过已承诺金额",
    Account.PAID: "收回不得超过已拨付金额",
    Account.RECOVERED: "使用不得超过已收回金额",
}


def _positive(fen: int) -> int:
    if fen < 1:
        raise Overspent(f"an entry moves 1 fen or more, not {fen}; say the amount without a sign")
    return fen
