"""Checks of the rows: that they are the sealed ones, all of them, and give the claimed value again."""

from __future__ import annotations

from collections.abc import Mapping

from millmark.evidence.chain_checks import rows_of
from millmark.evidence.claim import ClaimedInput, ClaimedValue
from millmark.evidence.errors import Malformed
from millmark.evidence.inspection import Inspection
from millmark.evidence.leaf import leaves_of
from millmark.evidence.report import CheckFailed, Sentence
from millmark.evidence.rows_file import Sealed, check_digest, read_rows
from millmark.measures import MeasureError, MeasureResult, SeriesRows, compute, joined


def rows_file(inspection: Inspection) -> Sentence:
    try:
        check_digest(inspection.rows_data or b"")
    except Malformed as error:
        raise CheckFailed(f"the rows file is not as it was written: {error}", f"数据文件已变化：{error}") from error
    return Sentence("the rows file is as it was written", "数据文件完好")


def rows_in_leaves(inspection: Inspection) -> Sentence:
    """The file holds the rows of the needed leaves, no others, and they hash to these leaves."""
    most = sum(rows_of(leaves) for leaves in inspection.needed.values())
    try:
        inspection.rows = read_rows(inspection.rows_data or b"", most_rows=most)
    except Malformed as error:
        raise CheckFailed(f"the rows are not those that were sealed: {error}", f"数据行与封存不符：{error}") from error
    for day in inspection.used_days:
        expected = inspection.needed.get(day.number, [])
        given = {key.series: rows for key, rows in inspection.rows.items() if (key.site, key.sequence) == day.number}
        found = leaves_of(given, day.statement.span.period)
        odd = set(expected) ^ set(found)
        if odd:
            leaf = min(odd, key=lambda one: one.place)
            raise CheckFailed(
                f"the rows of {leaf.series} of {day.statement.date} are not those that were sealed "
                f"(hour beginning at {leaf.hour_us} us)",
                f"{leaf.series} 在 {day.statement.date} 的数据行与封存不符（小时起点 {leaf.hour_us} 微秒）",
            )
    sealed = {day.number for day in inspection.used_days}
    for key in inspection.rows:
        if (key.site, key.sequence) not in sealed:
            raise CheckFailed(
                f"the file holds rows of {key.site} of another seal", f"文件含有其他封存的 {key.site} 数据行"
            )
    return Sentence(f"all {most} rows hash to the sealed leaves", f"全部 {most} 行数据均与封存叶子一致")


def value_recomputed(inspection: Inspection) -> Sentence:
    statement = inspection.statement
    try:
        result = compute(statement.question, rows_by_key(inspection.rows), inspection.units)
    except MeasureError as error:
        raise CheckFailed(f"the value cannot be computed again: {error}", f"无法重新计算：{error}") from error
    inspection.recomputed_value = result.value
    for name, claimed, computed in _compared(inspection, result):
        if claimed != computed:
            raise CheckFailed(
                f"computed again from the rows, its {name} differs: claimed {claimed}, computed {computed}",
                f"由数据行重新计算，{name} 不一致：凭证为 {claimed}，计算为 {computed}",
            )
    return Sentence(
        f"computed again from the rows, the value is {result.value} {result.unit}, as claimed",
        f"由数据行重新计算，数值为 {result.value} {result.unit}，与凭证一致",
    )


def rows_by_key(rows: Mapping[Sealed, SeriesRows]) -> dict[str, SeriesRows]:
    """The rows of each series, those of the day's seal and of its amendments together."""
    parts: dict[str, list[SeriesRows]] = {}
    for key, found in rows.items():
        parts.setdefault(key.series, []).append(found)
    return {series: joined(found) for series, found in parts.items()}


def _compared(inspection: Inspection, result: MeasureResult) -> list[tuple[str, object, object]]:
    statement = inspection.statement
    claimed, computed = statement.result, ClaimedValue.of(result)
    members = ("value", "numerator", "denominator", "unit", "covered_us", "expected_us", "span")
    return [
        *((name, getattr(claimed, name), getattr(computed, name)) for name in members),
        ("parts", statement.parts, tuple(ClaimedValue.of(part) for part in result.parts)),
        ("flags", statement.flags, result.flags),
        ("inputs", statement.inputs, tuple(ClaimedInput.of(one) for one in result.inputs)),
    ]
