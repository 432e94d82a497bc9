"""What coverage is computed with: link budgets by band and area class, measured radii, the rules of statements.

Everything is data that an officer sees and changes; a change is a new version with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from millmark.programmes.toml_file import Frozen, read_toml
from millmark.region.coverage.area_class import AREA_CLASSES, AreaClass
from millmark.region.coverage.errors import InvalidParameters
from millmark.region.coverage.propagation import Scenario, Surroundings, check_validity

SHIPPED: Final = Path(__file__).with_name("data") / "coverage.toml"
CITY_FILE: Final = "coverage.toml"

Decibels = Annotated[float, Field(ge=-60, le=120)]
Loss = Annotated[float, Field(ge=0, le=60)]
Share = Annotated[float, Field(ge=0, le=1)]


class Band(Frozen):
    """A carrier of a station. `transmit_dbm` is the whole carrier's power, spread over `subcarriers`; `antenna_dbi` the
    gain of the beam that carries the synchronisation signals; `feeder_db` what cables take."""

    id: str = Field(pattern=r"^[a-z0-9-]{1,16}$")
    name: str = Field(min_length=1, max_length=60)
    frequency_ghz: float = Field(ge=0.5, le=30)
    transmit_dbm: Decibels
    subcarriers: int = Field(ge=12, le=6600)
    antenna_dbi: Decibels
    feeder_db: Loss


class ClassBudget(Frozen):
    """What holds for places of an area class: where they lie, what stands in the way, and what counts as covered.

    A place is covered when its SS-RSRP is `rsrp_dbm` or more with the probability `reliability`, shadow fading
    considered. `site_m` is the antenna height of stations whose own is not known. `measured_m` are radii by band id
    that drive tests found, which count instead of the model where the method is `measured`.
    """

    area_class: AreaClass
    scenario: Scenario
    site_m: float = Field(ge=1, le=200)
    terminal_m: float = Field(ge=1, le=13)
    building_m: float = Field(ge=5, le=50)
    street_m: float = Field(ge=5, le=50)
    terminal_dbi: Decibels
    penetration_db: Loss
    body_db: Loss
    interference_db: Loss
    rsrp_dbm: float = Field(ge=-140, le=-44)
    reliability: float = Field(ge=0.5, le=0.99)
    measured_m: dict[str, Annotated[float, Field(ge=0, le=20_000)]] = Field(default_factory=dict)

    def around(self, height_m: float | None) -> Surroundings:
        """With a station's own height, where it is known."""
        return Surroundings(height_m or self.site_m, self.terminal_m, self.building_m, self.street_m)


class StatementRule(Frozen):
    """When an area class has continuous coverage: at least `least_share` of its `of` covered over the whole city, and
    no county below `least_county_share`."""

    area_class: AreaClass
    of: Literal["places", "weight"]
    least_share: Share
    least_county_share: Share


class Parameters(Frozen):
    """`default_band` is that of stations which tell none; `counted` are the ledger's states of stations that work."""

    method: Literal["propagation", "measured"]
    default_band: str
    counted: tuple[Literal["in-service", "testing", "suspended", "untold"], ...] = Field(min_length=1)
    bands: tuple[Band, ...] = Field(min_length=1, max_length=20)
    classes: tuple[ClassBudget, ...]
    statements: tuple[StatementRule, ...]
    note: str = Field(default="", max_length=2_000)
    note_en: str = Field(default="", max_length=2_000)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        ids = [band.id for band in self.bands]
        if len(set(ids)) != len(ids):
            raise ValueError("bands: an id stands more than once")
        if self.default_band not in ids:
            raise ValueError(f"default_band: {self.default_band!r} is none of the bands {', '.join(ids)}")
        for name, given in (("classes", self.classes), ("statements", self.statements)):
            if sorted(one.area_class for one in given) != sorted(AREA_CLASSES):
                raise ValueError(f"{name}: each area class must stand once: {', '.join(AREA_CLASSES)}")
        for budget in self.classes:
            if unknown := sorted(set(budget.measured_m) - set(ids)):
                raise ValueError(f"measured_m: {', '.join(unknown)} is no band")
        return self

    def band(self, band_id: str) -> Band | None:
        return next((one for one in self.bands if one.id == band_id), None)

    def budget(self, area_class: AreaClass) -> ClassBudget:
        return next(one for one in self.classes if one.area_class is area_class)

    def rule(self, area_class: AreaClass) -> StatementRule:
        return next(one for one in self.statements if one.area_class is area_class)


def checked(parameters: Parameters) -> Parameters:
    """Raises `InvalidParameters` for what the propagation formulas were not made for, or radii that are missing."""
    for budget, band in _pairs(parameters):
        if parameters.method == "measured":
            if band.id not in budget.measured_m:
                raise InvalidParameters(
                    f"measured_m: {budget.area_class.value} has no radius for {band.id}; measure it or take the model"
                )
            continue
        try:
            check_validity(budget.scenario, band.frequency_ghz, budget.around(None))
        except InvalidParameters as error:
            raise InvalidParameters(f"{budget.area_class.value}, {band.id}: {error}") from error
    return parameters


def read_parameters(city_folder: Path) -> Parameters:
    """Those that a city brings beside its pack, or the shipped ones; raises `InvalidPack`, `InvalidParameters`."""
    own = city_folder / CITY_FILE
    return checked(read_toml(own if own.is_file() else SHIPPED, Parameters))


def _pairs(parameters: Parameters) -> Iterator[tuple[ClassBudget, Band]]:
    return ((budget, band) for budget in parameters.classes for band in parameters.bands)
