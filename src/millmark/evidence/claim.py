"""A claim: a signed statement of a measure over sealed days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as calendar_date
from typing import Annotated, Any, Final, Literal

import msgspec

from millmark.evidence.leaf import Hash
from millmark.evidence.seal import Count, Span, Text, TimeUs
from millmark.measures import NAMES, Coverage, Day, InputRef, MeasureResult, Question
from millmark.model import AssetPath, Origin, Period, SeriesRole

CLAIM: Final = "millmark.claim/1"


class ClaimedEnterprise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose measure it is; `credit_code` is the unified social credit code, if the enterprise has one."""

    slug: Text
    name_zh: str
    name_en: str
    credit_code: Text | None
    is_demonstration: bool


class ClaimedDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    date: calendar_date
    span: Span

    @property
    def day(self) -> Day:
        return Day(self.date, self.span.period)


class ClaimedInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A series the value was computed from and the rows it brought."""

    series: Text
    role: SeriesRole
    unit: Text
    origin: Origin
    rows: Count
    first_us: TimeUs | None
    last_us: TimeUs | None

    @classmethod
    def of(cls, ref: InputRef) -> ClaimedInput:
        return cls(ref.series, ref.role, ref.unit, ref.origin, ref.rows, ref.first_us, ref.last_us)


class ClaimedValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A measure's outcome; `span` is the part of the claim's period it stands for."""

    measure: Text
    span: Span
    value: float | None
    numerator: float
    denominator: float
    unit: Text
    covered_us: Count
    expected_us: Count

    @classmethod
    def of(cls, result: MeasureResult) -> ClaimedValue:
        return cls(
            result.measure,
            Span.of(result.period),
            result.value,
            result.numerator,
            result.denominator,
            result.unit,
            result.coverage.covered_us,
            result.coverage.expected_us,
        )


class SealRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A seal of a site's chain, by number and hash."""

    site: Text
    sequence: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    hash: Hash


class ClaimStatement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a claim signs.

    `seals` are all seals (amendments included) of the claimed days, and of `lead_date`, the day before the first,
    whose last rows tell how the period began (None when that day is not sealed: then nothing tells). `heads` are the
    newest seals of the sites' chains when the claim was issued: no amendment up to them is left out.
    """

    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    issuer: Text
    issued_at_us: TimeUs
    enterprise: ClaimedEnterprise
    subject: Text
    formula_version: Text
    days: Annotated[tuple[ClaimedDay, ...], msgspec.Meta(min_length=1)]
    lead_date: calendar_date | None
    result: ClaimedValue
    parts: tuple[ClaimedValue, ...]
    flags: tuple[Text, ...]
    inputs: tuple[ClaimedInput, ...]
    origins: tuple[Origin, ...]
    parameters: dict[str, Any]  # any JSON; each formula checks its own
    seals: Annotated[tuple[SealRef, ...], msgspec.Meta(min_length=1)]
    heads: Annotated[tuple[SealRef, ...], msgspec.Meta(min_length=1)]
    type: Literal["millmark.claim/1"] = CLAIM

    @property
    def measure(self) -> str:
        return self.result.measure

    @property
    def question(self) -> Question:
        """The question the claim answers; raises ValueError when its parts contradict each other."""
        days = tuple(claimed.day for claimed in self.days)
        subject = AssetPath.parse(self.subject)
        return Question(self.result.measure, self.formula_version, subject, days, self.parameters)


def origins_of(inputs: tuple[ClaimedInput, ...]) -> tuple[Origin, ...]:
    """Where the rows of the inputs came from, each origin once."""
    return tuple(sorted({one.origin for one in inputs}))


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A claim as the platform lists it. `document` is the canonical claim document, proofs included."""

    id: str
    enterprise_id: int
    issuer: str
    subject: AssetPath
    measure: str
    formula_version: str
    period: Period
    first_date: calendar_date
    last_date: calendar_date
    value: float | None
    numerator: float
    denominator: float
    unit: str
    coverage: Coverage
    inputs: tuple[InputRef, ...]
    flags: tuple[str, ...]
    origins: tuple[Origin, ...]
    seals: tuple[SealRef, ...]
    issued_at_us: int
    document: bytes

    @property
    def coverage_share(self) -> float:
        return self.coverage.share


def measure_names(measure: str) -> tuple[str, str]:
    """What people call a claim's measure, in Chinese and English; its id where a newer node claims an unknown one."""
    return NAMES.get(measure, (measure, measure))


def claim_of(statement: ClaimStatement, enterprise_id: int, document: bytes) -> Claim:
    """A statement with its document, as the platform lists it."""
    result = statement.result
    return Claim(
        statement.id,
        enterprise_id,
        statement.issuer,
        AssetPath.parse(statement.subject),
        result.measure,
        statement.formula_version,
        result.span.period,
        statement.days[0].date,
        statement.days[-1].date,
        result.value,
        result.numerator,
        result.denominator,
        result.unit,
        Coverage(result.covered_us, result.expected_us),
        tuple(_input_ref(one) for one in statement.inputs),
        statement.flags,
        statement.origins,
        statement.seals,
        statement.issued_at_us,
        document,
    )


def _input_ref(one: ClaimedInput) -> InputRef:
    return InputRef(one.series, one.role, one.unit, one.origin, one.rows, one.first_us, one.last_us)
