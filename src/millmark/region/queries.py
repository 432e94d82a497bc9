"""What a figure is, computed: pure functions over records. Nothing here knows a database or a clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from millmark.programmes import Counting, weakest
from millmark.region.catalogue import (
    Balance,
    CityPack,
    Count,
    FigureDefinition,
    Ratio,
    Total,
    UniformAmount,
    UnitText,
    Years,
    plain,
)
from millmark.region.figure import Figure, FigureQualifier, RecordRef


@dataclass(frozen=True, slots=True)
class _Answer:
    """Value in the base unit; `low` and `high` are set where there is no single one."""

    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None


def covers(definition: FigureDefinition, record: RecordRef, as_of: date) -> bool:
    """Whether the figure's query takes this record in, on the day asked for."""
    query = definition.query
    return (
        record.kind == query.records
        and record.topic in query.topics
        and (not query.areas or record.area in query.areas)
        and (not query.subjects or record.subject in query.subjects)
        and (definition.period is None or definition.period.contains(record.span))
        and record.holds_from <= as_of
    )


def evaluate(definition: FigureDefinition, records: Iterable[RecordRef], as_of: date, pack: CityPack) -> Figure:
    """The figure as of a day, from all records there are; it keeps those that its query covers."""
    covered = tuple(record for record in records if covers(definition, record, as_of))
    unit = pack.unit_of(definition)
    answer = _answer(definition, covered) if covered else _Answer(None)
    notes = _notes(covered)
    return Figure(
        id=definition.id,
        section=definition.section,
        subject_zh=definition.subject_zh,
        subject_en=definition.subject_en,
        definition_zh=definition.definition_zh,
        definition_en=definition.definition_en,
        value=_shown(answer.value, unit, pack),
        low=_shown(answer.low, unit, pack),
        high=_shown(answer.high, unit, pack),
        unit=definition.unit_en if definition.unit_en is not None else unit.en,
        unit_zh=definition.unit_zh if definition.unit_zh is not None else unit.zh,
        qualifier=_qualifier(definition, covered, answer),
        as_of=as_of,
        period=definition.period,
        latest=max((record.span.last for record in covered), default=None),
        grade=weakest(record.grade for record in covered),
        records=covered,
        demonstration=any(record.demonstration for record in covered),
        notes_zh=tuple(zh for zh, _ in notes),
        notes_en=tuple(en for _, en in notes),
    )


def _notes(records: Sequence[RecordRef]) -> list[tuple[str, str]]:
    """What a reader must know beside the value: fictional sources, and money that came back."""
    notes = []
    if demonstration := sum(1 for record in records if record.demonstration):
        notes.append(
            (
                f"{len(records)}条记录中有{demonstration}条来自示范(虚构)工厂,仅供演示。",
                f"{demonstration} of {len(records)} records come from demonstration (fictional) factories.",
            )
        )
    back = [record.recovered for record in records if record.recovered is not None]
    if back:
        total = plain(sum(back, Decimal(0)))
        notes.append(
            (
                f"按授予金额统计;其中{len(back)}条奖补已追回{total:f}元。",
                f"Counted as granted; {total:f} yuan of {len(back)} awards among them were recovered since.",
            )
        )
    return notes


def _answer(definition: FigureDefinition, records: Sequence[RecordRef]) -> _Answer:
    match definition.query:
        case Total():
            return _Answer(sum((record.quantity or Decimal(0) for record in records), Decimal(0)))
        case Count():
            return _Answer(_subjects(records))
        case Years():
            return _Answer(Decimal(len({year for record in records for year in record.span.years})))
        case Balance() as balance:
            left = [record for record in records if record.topic in balance.removals]
            came = [record for record in records if record.topic not in balance.removals]
            return _Answer(sum((r.count for r in came), Decimal(0)) - sum((r.count for r in left), Decimal(0)))
        case UniformAmount():
            return _uniform(records)
        case Ratio():
            return _ratio(records)


def _subjects(records: Sequence[RecordRef]) -> Decimal:
    """Named subjects count once however often they are recorded; a record that stands for none adds nothing."""
    named = {record.identity for record in records if record.counting is Counting.INDIVIDUAL and record.count > 0}
    return sum((record.count for record in records if record.counting is Counting.BULK), Decimal(len(named)))


def _uniform(records: Sequence[RecordRef]) -> _Answer:
    amounts = {record.each for record in records if record.each is not None}
    if len(amounts) == 1:
        return _Answer(amounts.pop())
    return _Answer(None, min(amounts, default=None), max(amounts, default=None))


def _ratio(records: Sequence[RecordRef]) -> _Answer:
    """In percent, rounded to a ten-thousandth of one."""
    denominator = sum((record.denominator or Decimal(0) for record in records), Decimal(0))
    if denominator == 0:
        return _Answer(None)
    numerator = sum((record.numerator or Decimal(0) for record in records), Decimal(0))
    return _Answer((100 * numerator / denominator).quantize(Decimal("0.0001")))


def _qualifier(definition: FigureDefinition, records: Sequence[RecordRef], answer: _Answer) -> FigureQualifier:
    if answer.low is not None:
        return FigureQualifier.RANGE
    if definition.named_examples_only and all(record.counting is Counting.INDIVIDUAL for record in records):
        return FigureQualifier.NAMED_EXAMPLES_ONLY
    if any(record.at_least for record in records):
        return FigureQualifier.AT_LEAST
    return FigureQualifier.EXACT


def _shown(value: Decimal | None, unit: UnitText, pack: CityPack) -> Decimal | None:
    return None if value is None else plain(pack.units.from_base(value, unit))
