"""Data centres: what the ledger says is there, and scenarios of demand against it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator
from sqlalchemy import select

from millmark.programmes.toml_file import Frozen
from millmark.region.coverage.errors import CoverageNotFound, InvalidParameters
from millmark.region.coverage.growth import LONGEST_YEARS, CapacityStep, GrowthCase, Outlook, outlook
from millmark.region.coverage.tables import DataCentreScenarioRow
from millmark.region.entry import LedgerEntry
from millmark.region.ledger import Ledger
from millmark.registry import Database

Resource = Literal["egress", "racks"]
UNITS: Final[dict[Resource, str]] = {"egress": "Tbit/s", "racks": "1"}

_EGRESS_KIND: Final = "data-centre-egress"
_CENTRE_KIND: Final = "data-centre"


class Case(Frozen):
    id: str = Field(pattern=r"^[a-z0-9-]{1,32}$")
    name_zh: str = Field(min_length=1, max_length=60)
    name_en: str = Field(min_length=1, max_length=60)
    growth: Annotated[float, Field(ge=-0.9, le=10)]


class Scenario(Frozen):
    """`demand` in the resource's unit (Tbit/s, racks) in `first_year`, said by `source`; `fill_share` the share of the
    capacity up to which it may be used."""

    centre: str = Field(min_length=1, max_length=200)
    resource: Resource
    first_year: int = Field(ge=2000, le=2100)
    demand: Annotated[float, Field(ge=0, le=1e9)]
    fill_share: Annotated[float, Field(gt=0, le=1)]
    years: int = Field(ge=1, le=LONGEST_YEARS)
    cases: tuple[Case, ...] = Field(min_length=1, max_length=6)
    source: str = Field(min_length=1, max_length=2_000)
    placeholder: bool = False

    @model_validator(mode="after")
    def _cases_differ(self) -> Self:
        if len({case.id for case in self.cases}) < len(self.cases):
            raise ValueError("cases: an id stands more than once")
        return self


@dataclass(frozen=True, slots=True)
class KeptScenario:
    id: int
    name: str
    scenario: Scenario
    reason: str
    saved_by: str
    saved_at_us: int


@dataclass(frozen=True, slots=True)
class CentreRecord:
    """What a ledger entry adds to a centre: from `year` on, in the resource's unit."""

    ref: str
    resource: Resource
    year: int
    on: date
    added: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Centre:
    """A data centre of the ledger with the entries that speak of its egress and racks."""

    name: str
    records: tuple[CentreRecord, ...]
    racks_used: int | None = None

    def of(self, resource: Resource) -> tuple[CentreRecord, ...]:
        return tuple(one for one in self.records if one.resource == resource)

    def steps(self, resource: Resource) -> tuple[CapacityStep, ...]:
        return tuple(CapacityStep(one.year, float(one.added)) for one in self.of(resource))


class CentreDesk:
    def __init__(self, database: Database, ledger: Ledger, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._ledger = ledger
        self._now_us = now_us

    def centres(self, as_of: date) -> list[Centre]:
        """By name, as the ledger stands on a day; a planned one counts from the day it is due."""
        return centres_of(self._ledger.standing(as_of))

    def scenarios(self) -> list[KeptScenario]:
        """The latest version of each, by name."""
        query = select(DataCentreScenarioRow).order_by(DataCentreScenarioRow.id)
        with self._database.reading() as session:
            latest = {row.name: row for row in session.scalars(query)}
        return [_kept(row) for _, row in sorted(latest.items())]

    def scenario(self, scenario_id: int) -> KeptScenario:
        """Raises `CoverageNotFound`."""
        with self._database.reading() as session:
            row = session.get(DataCentreScenarioRow, scenario_id)
        if row is None:
            raise CoverageNotFound(f"there is no scenario {scenario_id}")
        return _kept(row)

    def save(self, name: str, scenario: Scenario, *, reason: str, saved_by: str) -> KeptScenario:
        """A new version of the scenario of that name; raises `InvalidParameters`."""
        if not 0 < len(name.strip()) <= 200:
            raise InvalidParameters("name: give the scenario a name of at most 200 characters")
        if not reason.strip():
            raise InvalidParameters("reason: say where these numbers come from, or why they change")
        row = DataCentreScenarioRow(
            name=name.strip(),
            content=scenario.model_dump(mode="json"),
            reason=reason.strip(),
            saved_by=saved_by,
            saved_at_us=self._now_us(),
        )
        with self._database.transaction() as session:
            session.add(row)
            session.flush()
            return _kept(row)


def outlooks(scenario: Scenario, centre: Centre | None) -> tuple[Outlook, ...]:
    """Each case of a scenario against what the ledger knows of the centre."""
    steps = () if centre is None else centre.steps(scenario.resource)
    return tuple(
        outlook(
            GrowthCase(case.id, case.growth),
            steps,
            first_year=scenario.first_year,
            demand=scenario.demand,
            fill_share=scenario.fill_share,
            years=scenario.years,
        )
        for case in scenario.cases
    )


def centres_of(entries: Sequence[LedgerEntry]) -> list[Centre]:
    """Egress is that of the entries about egress alone; where a centre has none, that of its own entry."""
    records: dict[str, list[CentreRecord]] = {}
    own_egress: dict[str, list[CentreRecord]] = {}
    used: dict[str, int] = {}
    for entry in entries:
        if entry.subject is None:
            continue
        if entry.kind == _EGRESS_KIND and entry.quantity is not None:
            records.setdefault(entry.subject, []).append(_record(entry, "egress", entry.quantity))
        elif entry.kind == _CENTRE_KIND:
            found = records.setdefault(entry.subject, [])
            if (racks := _number(entry.fields.get("racks"))) is not None:
                found.append(_record(entry, "racks", racks))
            if (egress := _number(entry.fields.get("egress"))) is not None:
                own_egress.setdefault(entry.subject, []).append(_record(entry, "egress", egress))
            if (in_use := _number(entry.fields.get("racks_used"))) is not None:
                used[entry.subject] = used.get(entry.subject, 0) + int(in_use)
    for name, own in own_egress.items():
        if not any(one.resource == "egress" for one in records[name]):
            records[name] += own
    return [Centre(name, tuple(found), used.get(name)) for name, found in sorted(records.items())]


def _record(entry: LedgerEntry, resource: Resource, added: Decimal) -> CentreRecord:
    return CentreRecord(entry.ref, resource, entry.span.last.year, entry.span.last, added, entry.source)


def _number(value: Any) -> Decimal | None:
    return None if value in (None, "") else Decimal(str(value))


def _kept(row: DataCentreScenarioRow) -> KeptScenario:
    return KeptScenario(
        row.id, row.name, Scenario.model_validate(row.content), row.reason, row.saved_by, row.saved_at_us
    )
