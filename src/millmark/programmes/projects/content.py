"""What an enterprise says of its project: contracts, milestones with dates and money, planned costs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from millmark.programmes.errors import InvalidRecord
from millmark.programmes.money.amount import yuan
from millmark.programmes.money.calculation import instalments
from millmark.programmes.packs.money import Money


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract with a supplier; `file_id` is the scan."""

    number: str
    supplier: str
    signed_on: date
    amount_fen: int
    file_id: str | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A part of the work with a date; an `instalment` named here waits until the milestone is confirmed."""

    key: str
    name_zh: str
    name_en: str
    due_on: date
    amount_fen: int
    instalment: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedCost:
    category: str
    fen: int


@dataclass(frozen=True, slots=True)
class ProjectContent:
    """One version of a project. `pledge` is the promise that everything said is true."""

    title_zh: str
    title_en: str
    starts_on: date
    ends_on: date
    contracts: tuple[Contract, ...]
    milestones: tuple[Milestone, ...]
    costs: tuple[PlannedCost, ...]
    pledge: bool

    def as_json(self) -> dict[str, Any]:
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        return cls(
            title_zh=document["title_zh"],
            title_en=document["title_en"],
            starts_on=date.fromisoformat(document["starts_on"]),
            ends_on=date.fromisoformat(document["ends_on"]),
            contracts=tuple(
                Contract(**{**one, "signed_on": date.fromisoformat(one["signed_on"])}) for one in document["contracts"]
            ),
            milestones=tuple(
                Milestone(**{**one, "due_on": date.fromisoformat(one["due_on"])}) for one in document["milestones"]
            ),
            costs=tuple(PlannedCost(**one) for one in document["costs"]),
            pledge=document["pledge"],
        )

    @property
    def file_ids(self) -> Iterable[str]:
        return [contract.file_id for contract in self.contracts if contract.file_id is not None]


def check_content(content: ProjectContent, money: Money | None) -> None:
    """Raises `InvalidRecord`, naming the first thing that is wrong."""
    for problem, applies in (*_of_the_whole(content), *_of_contracts(content), *_of_milestones(content, money)):
        if applies:
            raise InvalidRecord(problem)
    known = None if money is None or not money.cost_categories else {one.id for one in money.cost_categories}
    for cost in content.costs:
        if cost.fen < 1:
            raise InvalidRecord(f"costs: {cost.category} needs an amount of 1 fen or more")
        if known is not None and cost.category not in known:
            raise InvalidRecord(
                f"costs: {cost.category!r} is no category of the pack; it has {', '.join(sorted(known))}"
            )


def _of_the_whole(content: ProjectContent) -> Sequence[tuple[str, bool]]:
    return (
        ("title_zh: name the project", not content.title_zh.strip()),
        ("pledge: the promise that everything said is true must be given", not content.pledge),
        (
            f"ends_on: a project must not end ({content.ends_on}) before it starts ({content.starts_on})",
            content.ends_on < content.starts_on,
        ),
        ("contracts: name at least one contract", not content.contracts),
        ("milestones: name at least one milestone", not content.milestones),
    )


def _of_contracts(content: ProjectContent) -> Iterable[tuple[str, bool]]:
    numbers = [contract.number.strip() for contract in content.contracts]
    yield "contracts: each contract stands once", len(set(numbers)) != len(numbers)
    for contract in content.contracts:
        yield "contracts: give number and supplier of each", not (contract.number.strip() and contract.supplier.strip())
        yield f"contracts: {contract.number} needs an amount of 1 fen or more", contract.amount_fen < 1
        yield (
            f"contracts: {contract.number} was signed on {contract.signed_on}, after the project ends",
            contract.signed_on > content.ends_on,
        )


def _of_milestones(content: ProjectContent, money: Money | None) -> Iterable[tuple[str, bool]]:
    keys = [milestone.key for milestone in content.milestones]
    yield "milestones: each key stands once", len(set(keys)) != len(keys)
    dates = [milestone.due_on for milestone in content.milestones]
    yield "milestones: put them in the order of their dates", dates != sorted(dates)
    for one in content.milestones:
        yield f"milestones: {one.key or 'one'} needs a key and a name", not (one.key.strip() and one.name_zh.strip())
        yield (
            f"milestones: {one.key} is due on {one.due_on}, outside of {content.starts_on} .. {content.ends_on}",
            not content.starts_on <= one.due_on <= content.ends_on,
        )
        yield f"milestones: {one.key} has a negative amount", one.amount_fen < 0
    planned = sum(milestone.amount_fen for milestone in content.milestones)
    agreed = sum(contract.amount_fen for contract in content.contracts)
    yield (
        f"milestones: they come to {yuan(planned)} yuan, the contracts only to {yuan(agreed)}",
        planned > agreed,
    )
    known = set() if money is None else {one.id for one in instalments(money, 0)}
    for one in content.milestones:
        yield (
            f"milestones: {one.key} names an unknown instalment; known: {', '.join(sorted(known)) or 'none'}",
            one.instalment is not None and one.instalment not in known,
        )


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
