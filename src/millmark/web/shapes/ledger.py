"""The city's ledger: append-only entries; a correction voids one entry and adds another."""

from __future__ import annotations

from datetime import date as calendar_date
from typing import Any, Literal

from pydantic import Field

from millmark.web.shapes.figures import GradeName
from millmark.web.shapes.shape import ExactNumber, Id, Shape, TimeUs

FieldContent = str | bool | list[str]
"""Numbers, money and days travel as text, choices by their ids."""


class LedgerEntryView(Shape):
    """Either `as_of` or both `period_start` and `period_end` say what time the entry speaks of.

    `fields` are those of its kind. An entry that is `part_of` another lists what that one counts in bulk. `replaces` is
    the entry in whose place it stands; `batch` the import that brought it.
    """

    id: int
    kind: str
    area: str
    area_code: str | None
    period_start: calendar_date | None
    period_end: calendar_date | None
    as_of: calendar_date | None
    holds_until: calendar_date | None
    quantity: ExactNumber | None
    unit: str
    subject: str | None
    counting: Literal["individual", "bulk"]
    qualifier: Literal["exact", "at_least"]
    source: str
    grade: GradeName
    placeholder: bool
    owner: str | None
    longitude: float | None
    latitude: float | None
    fields: dict[str, FieldContent]
    part_of: int | None
    recorded_at_us: TimeUs
    recorded_by: str
    voids: int | None
    voided_by: int | None
    replaces: int | None
    batch: int | None


class LedgerList(Shape):
    """`total` is how many there are in all, where the answer is a page of those that stand."""

    entries: list[LedgerEntryView]
    total: int | None = None


class LedgerHistory(Shape):
    """An entry, and all that happened to it: what it replaced, what voided it and why, what stands in its place."""

    entry: LedgerEntryView
    history: list[LedgerEntryView]
    parts: int = Field(description="How many standing entries list what this one counts in bulk.")


class NewLedgerEntry(Shape):
    """`date` for a moment, or `period_start` and `period_end` (both included) for a span.

    `stated_on` is the day of the document that says so, where it comes before the end of the span. `area` is a code of
    six digits or a name. `fields` are those of the kind.
    """

    kind: str = Field(min_length=1, max_length=64)
    area: str = Field(min_length=1, max_length=64)
    quantity: ExactNumber | None = None
    unit: str | None = Field(default=None, max_length=32, description="The kind's own unit, if not given.")
    subject: str | None = Field(default=None, min_length=1, max_length=200)
    date: calendar_date | None = None
    period_start: calendar_date | None = None
    period_end: calendar_date | None = None
    stated_on: calendar_date | None = None
    holds_until: calendar_date | None = None
    counting: Literal["individual", "bulk"] = "individual"
    qualifier: Literal["exact", "at_least"] = "exact"
    source: str = Field(min_length=1, max_length=500)
    grade: GradeName = "document_backed"
    owner: str | None = Field(default=None, min_length=1, max_length=100)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    latitude: float | None = Field(default=None, ge=-180, le=180)
    fields: dict[str, FieldContent] = Field(default_factory=dict, max_length=100)
    part_of: Id | None = None


class LedgerCorrection(Shape):
    """What stands in an entry's place, and the document that says why."""

    source: str = Field(
        min_length=1, max_length=500, description="Why the entry is corrected: the document that says so."
    )
    replacement: NewLedgerEntry


class ChoiceView(Shape):
    id: str
    name_zh: str
    name_en: str


class KindFieldView(Shape):
    """A field of a kind. `required` ones are needed of every entry that names its subject."""

    id: str
    name_zh: str
    name_en: str
    type: Literal["text", "number", "choice", "date", "money", "yes-no"]
    unit_zh: str | None
    unit_en: str | None
    required: bool
    many: bool
    whole: bool
    minimum: ExactNumber | None
    maximum: ExactNumber | None
    choices: list[ChoiceView]
    hint_zh: str | None
    hint_en: str | None


class KindView(Shape):
    """What an entry can be about; `subjects` are counted one by one, `quantity` is summed in `unit`.

    Entries of a kind that `lists` are single ones by name or many in bulk; `place` says whether they have coordinates.
    `book` is where facts of the kind are entered.
    """

    id: str
    name_zh: str
    name_en: str
    counts: Literal["quantity", "subjects"]
    unit: str
    unit_zh: str | None
    unit_en: str | None
    book: str
    group: str
    subject_zh: str | None
    subject_en: str | None
    place: Literal["none", "optional", "needed"]
    lists: bool
    fields: list[KindFieldView]


class KindList(Shape):
    kinds: list[KindView]


class VoidLedgerEntry(Shape):
    source: str = Field(min_length=1, max_length=500, description="Why the entry is void: the document that says so.")


class KindStanding(Shape):
    """What stands of a kind. `quantity` is its sum, parts of what is counted in bulk left out, in the kind's unit;
    `listed` are single entries, parts included; `located` those with a place."""

    kind: str
    entries: int
    quantity: ExactNumber
    listed: int
    located: int
    placeholders: int
    latest: calendar_date | None
    last_recorded_at_us: TimeUs | None


class LedgerOverview(Shape):
    as_of: calendar_date
    known_at_us: TimeUs | None
    kinds: list[KindStanding]


class GrowthPoint(Shape):
    day: calendar_date
    quantity: ExactNumber
    listed: int


class LedgerGrowth(Shape):
    """How a kind grew: at the end of each month what stood, as known at the moment asked for. `quantity` leaves out
    parts of what is counted in bulk, `listed` counts the single entries."""

    kind: str
    points: list[GrowthPoint]


class LedgerPlaces(Shape):
    """Entries with a place, side by side as columns; words are the ids of the kind's choices."""

    kind: str
    as_of: calendar_date
    ids: list[int]
    longitudes: list[float]
    latitudes: list[float]
    names: list[str]
    area_codes: list[str]
    colour_by: str | None = Field(description="The field that `classes` are of.")
    classes: list[str]
    unplaced: int = Field(description="Entries of the kind that stand and have no place, those in bulk included.")


class PlaceFeatures(Shape):
    """A GeoJSON FeatureCollection (RFC 7946)."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[dict[str, Any]]


class GigabitPart(Shape):
    """One side of an indicator: what was summed, and the entries that it came from."""

    name_zh: str
    name_en: str
    value: ExactNumber | None
    kind: str
    entries: list[int]
    entry_count: int


class GigabitIndicatorView(Shape):
    """An indicator as computed now. `passes` is null without a value or a pass value.

    `confidence` is that of the pass value: A an official notice, B the press, U not verified against the original text.
    """

    id: str
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    value: ExactNumber | None
    threshold: ExactNumber | None
    passes: bool | None
    confidence: Literal["A", "B", "U"]
    note_zh: str
    note_en: str
    source: str
    observed: list[ObservedView]
    numerator: GigabitPart | None
    denominator: GigabitPart | None
    missing: list[str] = Field(description="Kinds of entries that are lacking, by id.")
    placeholder: bool


class ObservedView(Shape):
    """What cities had on average, as somebody published it."""

    year: int
    who_zh: str
    who_en: str
    value: ExactNumber
    confidence: Literal["A", "B", "U"]


class GigabitIndicators(Shape):
    as_of: calendar_date
    known_at_us: TimeUs | None
    pack: str
    pack_version: str
    title_zh: str
    title_en: str
    basis_zh: str
    basis_en: str
    area_code: str
    indicators: list[GigabitIndicatorView]


class TargetView(Shape):
    """A target of a year beside what stands: `progress` is in percent of it, null without a value."""

    entry: LedgerEntryView
    measure: str
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    target: ExactNumber
    value: ExactNumber | None
    progress: ExactNumber | None
    reached: bool | None
    due: calendar_date
    figure_id: str | None


class TargetList(Shape):
    as_of: calendar_date
    known_at_us: TimeUs | None
    targets: list[TargetView]
