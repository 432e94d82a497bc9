"""What suppliers, solutions, demands and answers say, one version at a time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self, TypeAlias

from pydantic import Field, model_validator

from millmark.programmes.toml_file import Frozen
from millmark.registry import LARGEST_ID

Title: TypeAlias = Annotated[str, Field(max_length=120)]
Text: TypeAlias = Annotated[str, Field(max_length=4000)]
Fen: TypeAlias = Annotated[int, Field(ge=0, le=10**14)]
AreaCode: TypeAlias = Annotated[str, Field(pattern=r"^[1-8][0-9]{5}$")]
IndustryCode: TypeAlias = Annotated[str, Field(pattern=r"^([A-T]([0-9]{2,4})?|[0-9]{2,4})$")]
FileId: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
ScenarioId: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Level: TypeAlias = Annotated[int, Field(ge=1, le=4)]

_MOST: Final = 20


class PriceRange(Frozen):
    """From and to, in fen; None is not told."""

    price_min_fen: Fen | None = None
    price_max_fen: Fen | None = None
    delivery_days: Annotated[int, Field(ge=1, le=3650)] | None = None

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if (
            self.price_min_fen is not None
            and self.price_max_fen is not None
            and self.price_min_fen > self.price_max_fen
        ):
            raise ValueError(f"price_max_fen: {self.price_max_fen} is less than price_min_fen {self.price_min_fen}")
        return self


class SupplierProfile(Frozen):
    """A supplier as it presents itself; `documents` are ids of files by the kinds of the pool's rules, `pledge` the
    promise that all of it is true. Contact details are for signed-in offices and for who agreed to talk."""

    intro_zh: Annotated[str, Field(min_length=1, max_length=4000)]
    intro_en: Text = ""
    contact_name: Title = ""
    contact_phone: Title = ""
    website: Title = ""
    staff: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    founded: Annotated[int, Field(ge=1900, le=2100)] | None = None
    areas: Annotated[tuple[AreaCode, ...], Field(max_length=_MOST)] = ()
    qualifications: Annotated[tuple[Title, ...], Field(max_length=_MOST)] = ()
    documents: Mapping[str, tuple[FileId, ...]] = {}
    pledge: bool = False

    @property
    def file_ids(self) -> Iterable[str]:
        return [one for files in self.documents.values() for one in files]


class ScenarioReach(Frozen):
    """A scenario with the highest level that a solution brings an enterprise to."""

    scenario: ScenarioId
    level: Level


class Reference(Frozen):
    """Where a solution is at work, as its supplier tells it."""

    customer: Annotated[str, Field(min_length=1, max_length=120)]
    year: Annotated[int, Field(ge=1990, le=2100)]
    told: Annotated[str, Field(max_length=500)] = ""


class SolutionContent(PriceRange):
    """A solution: what it does, for whom, at what price. No industries and no areas mean any."""

    title_zh: Annotated[str, Field(min_length=1, max_length=120)]
    title_en: Title = ""
    summary_zh: Annotated[str, Field(min_length=1, max_length=500)]
    summary_en: Annotated[str, Field(max_length=500)] = ""
    text_zh: Text = ""
    scenarios: Annotated[tuple[ScenarioReach, ...], Field(max_length=16)] = ()
    industries: Annotated[tuple[IndustryCode, ...], Field(max_length=_MOST)] = ()
    areas: Annotated[tuple[AreaCode, ...], Field(max_length=_MOST)] = ()
    references: Annotated[tuple[Reference, ...], Field(max_length=_MOST)] = ()
    file_ids: Annotated[tuple[FileId, ...], Field(max_length=_MOST)] = ()

    @model_validator(mode="after")
    def _scenarios_stand_once(self) -> Self:
        ids = [one.scenario for one in self.scenarios]
        if len(set(ids)) != len(ids):
            raise ValueError("scenarios: each stands once")
        return self


class Shown(StrEnum):
    """What an enterprise may let suppliers see of a demand beside its words; its name is never among them."""

    AREA = "area"
    INDUSTRY = "industry"
    LEVEL = "level"
    BUDGET = "budget"


class WantedScenario(Frozen):
    """A scenario with the level that is wanted; None when any will do."""

    scenario: ScenarioId
    level: Level | None = None


class DemandContent(Frozen):
    """A demand in the enterprise's own words. `level` is where it stands by its assessment, `shows` what suppliers may
    see beside title, text, scenarios and date; `consent` says that the enterprise agrees to showing this."""

    title: Annotated[str, Field(min_length=1, max_length=120)]
    text: Annotated[str, Field(min_length=1, max_length=4000)]
    scenarios: Annotated[tuple[WantedScenario, ...], Field(max_length=16)] = ()
    industry: IndustryCode | None = None
    area_code: AreaCode | None = None
    level: Annotated[int, Field(ge=0, le=4)] | None = None
    budget_max_fen: Fen | None = None
    wanted_by: date | None = None
    shows: Annotated[tuple[Shown, ...], Field(max_length=4)] = ()
    consent: bool = False

    @model_validator(mode="after")
    def _scenarios_stand_once(self) -> Self:
        ids = [one.scenario for one in self.scenarios]
        if len(set(ids)) != len(ids):
            raise ValueError("scenarios: each stands once")
        return self


class AnswerContent(PriceRange):
    """A supplier's answer to a demand, at the version of it that `demand_version` names."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]
    solution_id: Annotated[int, Field(ge=1, le=LARGEST_ID)] | None = None
    demand_version: Annotated[int, Field(ge=1)] = 1
    valid_until: date | None = None
    file_ids: Annotated[tuple[FileId, ...], Field(max_length=_MOST)] = ()
