"""Checking an expression of a pack: that it compiles, reads only facts, and comes to what its place needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from millmark.programmes.errors import InvalidPack
from millmark.programmes.packs.expressions import Answered, Expression, sample_values
from millmark.programmes.packs.facts import FactType
from millmark.programmes.packs.findings import Finding, error
from millmark.programmes.packs.model import PolicyPack


def reads_truth(answered: Answered) -> str:
    """What is wrong with an answer that must be true or false; empty when nothing is."""
    return answered.problem or ("" if isinstance(answered.value, bool) else "is neither true nor false")


def reads_number(answered: Answered) -> str:
    return answered.problem or ("" if isinstance(answered.value, Decimal) else "comes to no number")


def check_expression(
    pack: PolicyPack, file: str, table: str, text: str, reads: Callable[[Answered], str]
) -> Iterator[Finding]:
    try:
        expression = Expression(text, pack.facts_by_id)
    except InvalidPack as wrong:
        yield error(file, table, "expression", str(wrong))
        return
    facts = [pack.facts_by_id[name] for name in expression.facts]
    if problem := reads(expression.answer(sample_values(facts))):
        yield error(file, table, "expression", f"{text!r} {problem}")
        return
    if facts and all(fact.type not in (FactType.TEXT, FactType.DATE) for fact in facts):
        known = {choice.id for fact in facts for choice in fact.choices}
        for literal in sorted(expression.literals - known):
            problem = f"{literal!r} is no choice of {', '.join(fact.id for fact in facts)}, in {text!r}"
            yield error(file, table, "expression", problem)
