"""Checking the sense of a pack: what its form allows and yet cannot be meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from millmark.measures import UnknownMeasure
from millmark.measures.formulas import MEASURES, formula
from millmark.programmes.packs.asked import (
    ClaimCondition,
    Condition,
    DocumentCondition,
    FactCondition,
    LevelCondition,
    RecognitionCondition,
    ValueCondition,
)
from millmark.programmes.packs.bindings import Answers, Binding
from millmark.programmes.packs.checking_expressions import check_expression, reads_number, reads_truth
from millmark.programmes.packs.checking_levels import check_levels, check_scenarios
from millmark.programmes.packs.checking_money import check_money
from millmark.programmes.packs.checking_tree import check_tree
from millmark.programmes.packs.findings import Finding, Severity, doubled, error, table_of, warning
from millmark.programmes.packs.header import PackKind
from millmark.programmes.packs.labelled import labelled_tables
from millmark.programmes.packs.model import PolicyPack
from millmark.programmes.packs.questions import ItemKind
from millmark.programmes.packs.shelf import PackShelf
from millmark.programmes.packs.stages import StageKind


def check(pack: PolicyPack, shelf: PackShelf | None = None) -> tuple[Finding, ...]:
    """Everything wrong with a pack, then everything left open or unusual, each in the order of the files.

    With a shelf, what a pack says of other packs is looked up there.
    """
    found = [
        *_header(pack),
        *_facts(pack),
        *check_tree(pack),
        *check_scenarios(pack),
        *check_levels(pack),
        *_conditions(pack, shelf),
        *check_money(pack, shelf),
        *_stages(pack),
        *_bindings(pack),
        *_vectors(pack),
        *_sources(pack),
    ]
    return tuple(sorted(found, key=lambda one: one.severity is not Severity.ERROR))


def is_sound(findings: Iterable[Finding]) -> bool:
    return all(one.severity is not Severity.ERROR for one in findings)


def _header(pack: PolicyPack) -> Iterator[Finding]:
    file = "pack.toml"
    yield from doubled(file, "sources", (one.id for one in pack.sources))
    if pack.header.kind is PackKind.PROGRAMME and pack.programme is None:
        yield error(file, "[pack]", "kind", "a programme needs a table [programme] with its slug and names")
    if pack.header.kind is PackKind.ASSESSMENT and not pack.has_assessment:
        yield error(file, "[pack]", "kind", "an assessment needs questions.toml or scenarios.toml")
    if pack.call is not None:
        yield from _inside_validity(pack, file, "[call]", pack.call.opens_on, pack.call.closes_on)


def _facts(pack: PolicyPack) -> Iterator[Finding]:
    yield from doubled("facts.toml", "facts", (one.id for one in pack.facts))
    for fact in pack.facts:
        yield from doubled("facts.toml", f"facts {fact.id} choices", (one.id for one in fact.choices))


def _conditions(pack: PolicyPack, shelf: PackShelf | None) -> Iterator[Finding]:
    file = "conditions.toml"
    yield from doubled(file, "conditions", (one.id for one in (*pack.eligibility, *pack.conditions)))
    for rule in pack.eligibility:
        table = table_of("eligibility", rule.id)
        yield from check_expression(pack, file, table, rule.expression, reads_truth)
    for condition in pack.conditions:
        yield from _condition(pack, condition, shelf)


def _condition(pack: PolicyPack, condition: Condition, shelf: PackShelf | None) -> Iterator[Finding]:
    file, table = "conditions.toml", table_of("conditions", condition.id)
    for number in condition.levels:
        if number not in pack.levels_by_number:
            yield error(file, table, "levels", f"there is no level {number} in levels.toml")
    if isinstance(condition, ClaimCondition | ValueCondition) and condition.threshold is None:
        yield warning(file, table, "threshold", "is empty: the answer is not decidable until an office fills it in")
    match condition:
        case ClaimCondition():
            yield from _measure(file, table, condition.measure, condition.formula_version)
            yield from _period(file, table, condition.period_days_min, condition.period_days_max)
        case FactCondition():
            yield from check_expression(pack, file, table, condition.expression, reads_truth)
        case ValueCondition():
            yield from check_expression(pack, file, table, condition.expression, reads_number)
        case _:
            yield from _reference(pack, condition, shelf)


def _reference(pack: PolicyPack, condition: Condition, shelf: PackShelf | None) -> Iterator[Finding]:
    """What a condition names elsewhere must be there."""
    file, table = "conditions.toml", table_of("conditions", condition.id)
    match condition:
        case DocumentCondition() if condition.document not in pack.documents_by_id:
            yield error(file, table, "document", f"there is no document {condition.document!r} in stages.toml")
        case RecognitionCondition():
            yield from _programme(pack, shelf, file, table, condition.programme)
        case LevelCondition():
            yield from _level_of(shelf, file, table, condition)
        case _:
            return


def _programme(pack: PolicyPack, shelf: PackShelf | None, file: str, table: str, slug: str) -> Iterator[Finding]:
    if shelf is None:
        return
    known = {one.programme.slug for one in (*shelf, pack) if one.programme is not None}
    if slug not in known:
        yield error(
            file, table, "programme", f"no pack has the programme {slug!r}; there are {', '.join(sorted(known))}"
        )


def _level_of(shelf: PackShelf | None, file: str, table: str, condition: LevelCondition) -> Iterator[Finding]:
    if shelf is None:
        return
    other = shelf.packs.get((condition.pack, condition.edition))
    if other is None:
        yield error(file, table, "pack", f"there is no pack {condition.pack}/{condition.edition}")
    elif condition.at_least not in other.levels_by_number:
        yield error(file, table, "at_least", f"pack {other.ref} has no level {condition.at_least}")


def _stages(pack: PolicyPack) -> Iterator[Finding]:
    file = "stages.toml"
    ids = [stage.id for stage in pack.stages]
    yield from doubled(file, "stages", ids)
    yield from doubled(file, "documents", (one.id for one in pack.documents))
    yield from doubled(file, "quotas", (one.id for one in pack.quotas))
    order = list(StageKind)
    # An award may be paid before the project or after its acceptance.
    bound = [stage for stage in pack.stages if stage.kind is not StageKind.AWARD]
    for before, stage in pairwise(bound):
        if order.index(stage.kind) < order.index(before.kind):
            yield error(file, table_of("stages", stage.id), "kind", f"{stage.kind} does not come after {before.kind}")
    yield from _dates(pack)
    for number, stage in enumerate(pack.stages):
        table = table_of("stages", stage.id)
        if stage.after is not None and stage.after not in ids[:number]:
            yield error(file, table, "after", f"there is no stage {stage.after!r} before this one")
        if stage.after is None and (stage.within_days or stage.within_months):
            yield error(file, table, "after", "is missing: a limit is counted from the end of another stage")
        yield from _inside_validity(pack, file, table, stage.opens_on, stage.closes_on)
    for document in pack.documents:
        if document.stage not in ids:
            yield error(file, table_of("documents", document.id), "stage", f"there is no stage {document.stage!r}")
    for quota in pack.quotas:
        if quota.level is not None and quota.level not in pack.levels_by_number:
            yield error(file, table_of("quotas", quota.id), "level", f"there is no level {quota.level}")


def _dates(pack: PolicyPack) -> Iterator[Finding]:
    latest: tuple[date, str] | None = None
    for stage in pack.stages:
        if latest is not None and stage.opens_on is not None and stage.opens_on < latest[0]:
            table = table_of("stages", stage.id)
            problem = (
                f"{stage.opens_on} is before {latest[0]}, when the stage {latest[1]!r} opens; stages follow each other"
            )
            yield error("stages.toml", table, "opens_on", problem)
        if stage.opens_on is not None:
            latest = (stage.opens_on, stage.id)


def _inside_validity(
    pack: PolicyPack, file: str, table: str, opens_on: date | None, closes_on: date | None
) -> Iterator[Finding]:
    header = pack.header
    for key, day in (("opens_on", opens_on), ("closes_on", closes_on)):
        if day is not None and (day < header.valid_from or (header.valid_to is not None and day > header.valid_to)):
            until = header.valid_to or "further notice"
            yield error(file, table, key, f"{day} is outside of the pack's validity, {header.valid_from} to {until}")


def _bindings(pack: PolicyPack) -> Iterator[Finding]:
    yield from doubled("evidence.toml", "bindings", (one.id for one in pack.bindings))
    for binding in pack.bindings:
        yield from _binding(pack, binding)


def _binding(pack: PolicyPack, binding: Binding) -> Iterator[Finding]:
    file, table = "evidence.toml", table_of("bindings", binding.id)
    yield from _measure(file, table, binding.measure, binding.formula_version)
    yield from _period(file, table, binding.period_days_min, binding.period_days_max)
    if binding.item is not None:
        item = pack.items_by_id.get(binding.item)
        if item is None:
            yield error(file, table, "item", f"there is no item {binding.item!r}")
        elif binding.answers is Answers.RATIO and item.kind is not ItemKind.BANDS:
            yield error(file, table, "answers", f"a ratio answers an item of bands; {item.id!r} is {item.kind}")
    if binding.fact is not None and binding.fact not in pack.facts_by_id:
        yield error(file, table, "fact", f"there is no fact {binding.fact!r}")
    if binding.scenario is not None:
        scenario = pack.scenarios_by_id.get(binding.scenario)
        if scenario is None:
            yield error(file, table, "scenario", f"there is no scenario {binding.scenario!r}")
        elif binding.level not in {one.level for one in scenario.levels}:
            yield error(file, table, "level", f"scenario {scenario.id!r} has no level {binding.level}")


def _vectors(pack: PolicyPack) -> Iterator[Finding]:
    file = "vectors.toml"
    yield from doubled(file, "vectors", (one.name for one in pack.vectors), "name")
    if not pack.vectors:
        yield warning(file, "[[vectors]]", "", "there is none: nothing shows that the pack answers as it is meant to")
    answerable = {*pack.conditions_by_id, *(one.id for one in pack.eligibility)}
    for vector in pack.vectors:
        table = table_of("vectors", vector.name)
        for unknown in sorted(vector.facts.keys() - pack.facts_by_id.keys()):
            yield error(file, table, "facts", f"there is no fact {unknown!r}")
        for unknown in sorted(vector.expect.outcomes.keys() - answerable):
            yield error(file, table, "expect.outcomes", f"there is no condition {unknown!r}")
        for unknown in sorted(set(vector.documents) - pack.documents_by_id.keys()):
            yield error(file, table, "documents", f"there is no document {unknown!r}")


def _sources(pack: PolicyPack) -> Iterator[Finding]:
    known = {one.id for one in pack.sources}
    seen: set[tuple[str, str]] = set()
    for file, table, labelled in labelled_tables(pack):
        source = labelled.source
        if source is not None and source not in known and (file, source) not in seen:
            seen.add((file, source))
            there = ", ".join(sorted(known))
            yield error(file, table, "source", f"there is no source {source!r} in pack.toml; there are {there}")


def _measure(file: str, table: str, measure: str, version: str | None) -> Iterator[Finding]:
    if measure not in MEASURES:
        yield error(file, table, "measure", f"there is no measure {measure!r}; there are {', '.join(MEASURES)}")
    elif version is not None:
        try:
            formula(measure, version)
        except UnknownMeasure as unknown:
            yield error(file, table, "formula_version", str(unknown))


def _period(file: str, table: str, least: int, most: int | None) -> Iterator[Finding]:
    if most is not None and most < least:
        yield error(file, table, "period_days_max", f"{most} days is less than period_days_min, {least} days")
