"""What revealed rows say of a claim: upheld, refuted, or not all of them shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from millmark.evidence import chain_checks
from millmark.evidence.inspection import Inspection
from millmark.evidence.leaf import Leaf, leaves_of
from millmark.evidence.report import CheckFailed, VerificationReport
from millmark.evidence.rows_file import read_rows
from millmark.evidence.verification import verify_document
from millmark.measures import MeasureError
from millmark.model import UnitSystem

_LISTED = 20


class RevealedOutcome(StrEnum):
    """What the rows did to the claim."""

    UPHELD = "upheld"
    REFUTED = "refuted"
    PARTLY_REVEALED = "partly_revealed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as claimed: a sealed hour that is missing or altered, or a value."""

    kind: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Revelation:
    """`differences` are the first of them, in the order of the seals; none when the claim is upheld."""

    outcome: RevealedOutcome
    report: VerificationReport
    differences: tuple[Difference, ...]

    @property
    def recomputed_value(self) -> float | None:
        return self.report.recomputed_value


def examine(document: bytes, rows: bytes | None, trusted_keys: list[str], units: UnitSystem) -> Revelation:
    """Hold rows against the claim they are revealed for. Pure; raises nothing for whatever bytes it is given.

    Rows that are missing while all others are the sealed ones leave the claim unproven; rows that are not the sealed
    ones, or that give another value, refute it.
    """
    report = verify_document(document, rows if rows is not None else b"", trusted_keys, units=units)
    if report.verified:
        return Revelation(RevealedOutcome.UPHELD, report, ())
    if rows is None:
        nothing = Difference("not_revealed", "the rows were not revealed", "未出示数据行")
        return Revelation(RevealedOutcome.PARTLY_REVEALED, report, (nothing,))
    missing, altered = _leaves_apart(document, rows, trusted_keys, units)
    only_missing = bool(missing) and not altered and not _other_failures(report)
    outcome = RevealedOutcome.PARTLY_REVEALED if only_missing else RevealedOutcome.REFUTED
    differences = [*altered, *missing][:_LISTED] or _failed(report)
    return Revelation(outcome, report, tuple(differences))


def _other_failures(report: VerificationReport) -> bool:
    """Whether more failed than that rows are missing, and what could not be checked without them."""
    return bool(set(report.failures) - {"rows_in_leaves", "value_recomputed"})


def _failed(report: VerificationReport) -> list[Difference]:
    return [
        Difference(check.name, check.detail_en, check.detail_zh)
        for check in report.checks
        if not check.ok and not check.detail_en.startswith("not checked, because")
    ]


def _leaves_apart(
    document: bytes, rows: bytes, trusted_keys: list[str], units: UnitSystem
) -> tuple[list[Difference], list[Difference]]:
    """The sealed hours that are not among the rows, and those that are there with other content."""
    inspection = Inspection(document, rows, frozenset(trusted_keys), units)
    missing: list[Difference] = []
    altered: list[Difference] = []
    try:
        for site, date, expected, found in _by_day(inspection):
            for place in sorted(set(expected) | set(found)):
                sealed, shown = expected.get(place), found.get(place)
                if sealed is not None and shown is None:
                    missing.append(_difference("rows_missing", site, date, sealed, "is missing", "缺失"))
                elif sealed is None and shown is not None:
                    altered.append(_difference("rows_added", site, date, shown, "was never sealed", "从未封存"))
                elif sealed != shown and sealed is not None:
                    altered.append(_difference("rows_altered", site, date, sealed, "is altered", "被改动"))
    except (CheckFailed, MeasureError, ValueError, LookupError, TypeError, ArithmeticError):
        return [], []  # the report has named what cannot be read
    return missing, altered


def _by_day(
    inspection: Inspection,
) -> Iterator[tuple[str, str, dict[tuple[bytes, int], Leaf], dict[tuple[bytes, int], Leaf]]]:
    chain_checks.leaves_in_seals(inspection)
    chain_checks.leaves_complete(inspection)
    given_rows = read_rows(inspection.rows_data or b"", most_rows=2**40)
    for day in inspection.used_days:
        given = {key.series: rows for key, rows in given_rows.items() if (key.site, key.sequence) == day.number}
        expected = {leaf.place: leaf for leaf in inspection.needed.get(day.number, [])}
        found = {leaf.place: leaf for leaf in leaves_of(given, day.statement.span.period)}
        yield day.statement.site, str(day.statement.date), expected, found


def _difference(kind: str, site: str, date: str, leaf: Leaf, en: str, zh: str) -> Difference:
    return Difference(
        kind,
        f"of {date} at {site}, the hour of {leaf.series} that begins at {leaf.hour_us} us {en}",
        f"{site} 在 {date}：{leaf.series} 起于 {leaf.hour_us} 微秒的小时数据{zh}",
    )
