"""What a call says: dates, quotas, who recommends, what is asked, how it is judged; frozen when it is published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import Field, model_validator

from millmark.programmes.errors import InvalidRecord
from millmark.programmes.life.parties import Party
from millmark.programmes.pack import Level
from millmark.programmes.packs import FactType, PolicyPack, RuleKind, StageKind
from millmark.programmes.packs.facts import FactChoice
from millmark.programmes.toml_file import Frozen

_LADDER = (Party.COUNTY, Party.CITY, Party.PROVINCE)


class AskedFact(Frozen):
    """A fact that the form asks; `required` ones are those that eligibility reads."""

    id: str
    type: FactType
    unit: str
    name_zh: str
    name_en: str
    help_zh: str = ""
    help_en: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[FactChoice, ...] = ()
    required: bool


class AskedDocument(Frozen):
    id: str
    name_zh: str
    name_en: str
    required: bool
    media_types: tuple[str, ...]


class AskedClaim(Frozen):
    """A condition that a claim of a measure answers."""

    id: str
    measure: str
    text_zh: str
    text_en: str


class AskedLevel(Frozen):
    """A level, grade or class that an enterprise may apply for."""

    number: int
    name_zh: str
    name_en: str


class Criterion(Frozen):
    """What reviewers give points for, from 0 to `most`."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)
    name_zh: str = Field(min_length=1, max_length=200)
    name_en: str = Field(min_length=1, max_length=200)
    most: Decimal = Field(gt=0, le=1000, max_digits=7, decimal_places=3)


_WHOLE = Criterion(id="overall", name_zh="综合评价", name_en="Overall", most=Decimal(100))


class StageDates(Frozen):
    """The day by which a stage must be done, where the call says so."""

    completeness: date | None = None
    county: date | None = None
    city: date | None = None
    province: date | None = None
    review: date | None = None


class CallTerms(Frozen):
    """One version of a call's content.

    `offices` recommend in this order; `host` decides. Where the decision is made elsewhere (`decided_here` false, as
    for a provincial programme on a city's platform) it is only recorded, with the document that says so.
    `quota` bounds how many may pass, `area_quotas` how many an area (by code) may recommend.
    """

    title_zh: str = Field(min_length=1, max_length=200)
    title_en: str = Field(min_length=1, max_length=200)
    opens_on: date
    closes_on: date | None = None
    quota: int | None = Field(default=None, ge=1)
    budget_line: str | None = Field(default=None, min_length=1, max_length=64)
    offices: tuple[Party, ...] = (Party.COUNTY,)
    host: Party = Party.CITY
    decided_here: bool = True
    area_quotas: dict[str, int] = Field(default_factory=dict)
    criteria: tuple[Criterion, ...] = (_WHOLE,)
    reviewers_min: int = Field(default=3, ge=0, le=50)
    publicity_days: int = Field(default=5, ge=0, le=90)
    validity_months: int | None = Field(default=None, ge=1, le=240)
    correction_days: int = Field(default=10, ge=1, le=365)
    dates: StageDates = StageDates()
    pledge: bool = True
    facts: tuple[AskedFact, ...] = ()
    documents: tuple[AskedDocument, ...] = ()
    claims: tuple[AskedClaim, ...] = ()
    levels: tuple[AskedLevel, ...] = ()

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.closes_on is not None and self.closes_on < self.opens_on:
            raise ValueError(f"closes_on: a call must not close ({self.closes_on}) before it opens ({self.opens_on})")
        days = [self.closes_on, self.dates.completeness, *(self._by(one) for one in self.offices), self.dates.review]
        given = [day for day in days if day is not None]
        if given != sorted(given):
            raise ValueError("dates: closing, completeness, recommendations and review must follow each other")
        if any(office not in _LADDER for office in (*self.offices, self.host)):
            raise ValueError("offices: county, city and province recommend and decide, nobody else")
        if list(self.offices) != sorted(set(self.offices), key=_LADDER.index):
            raise ValueError("offices: each recommends once, county before city before province")
        ids = [one.id for one in self.criteria]
        if len(set(ids)) != len(ids):
            raise ValueError("criteria: each needs an id of its own")
        if self.reviewers_min and not ids:
            raise ValueError("criteria: reviewers need at least one")
        if bad := [code for code in self.area_quotas if not (len(code) == 6 and code.isdecimal())]:
            raise ValueError(f"area_quotas: {', '.join(bad)} is no administrative division code such as 421202")
        return self

    def in_charge(self, state: str) -> Party:
        """The office whose turn it is with an application in this state."""
        first = self.offices[0] if self.offices else self.host
        if state in ("draft", "submitted", "returned", "withdrawn"):
            return first
        last = recommended_by(state)
        if state != "complete" and last is None:
            return self._decider
        following = [one for one in self.offices if last is None or _LADDER.index(one) > _LADDER.index(last)]
        return following[0] if following else self._decider

    def next_office(self, state: str) -> Party | None:
        """The office that recommends next; None when all have, or when it is not time."""
        last = recommended_by(state)
        if state != "complete" and last is None:
            return None
        following = (one for one in self.offices if last is None or _LADDER.index(one) > _LADDER.index(last))
        return next(following, None)

    def due_on(self, state: str) -> date | None:
        """The day by which an application should leave this state, as far as the call says."""
        if state == "draft":
            return self.closes_on
        if state == "submitted":
            return self.dates.completeness
        if (office := self.next_office(state)) is not None:
            return self._by(office)
        return self.dates.review if state in ("under_review", "panel") else None

    def full_marks(self) -> Decimal:
        return sum((one.most for one in self.criteria), Decimal(0))

    @property
    def _decider(self) -> Party:
        """Who decides, or, where that is done elsewhere, who takes down what was decided."""
        return self.host if self.decided_here or not self.offices else self.offices[-1]

    def _by(self, office: Party) -> date | None:
        by: date | None = getattr(self.dates, office.value, None)
        return by


def drafted(pack: PolicyPack, opens_on: date, changes: Mapping[str, Any]) -> CallTerms:
    """The terms that a pack leads to, with what the office changes; raises `InvalidRecord` naming what cannot be."""
    if pack.call is None or pack.programme is None:
        raise InvalidRecord(f"pack: {pack.ref} is an assessment; it has no call to draft")
    year = changes.get("opens_on", pack.call.opens_on or opens_on).year
    publicity = next((one for one in pack.stages if one.kind is StageKind.PUBLICITY), None)
    city = pack.programme.level is Level.CITY
    base: dict[str, Any] = {
        "title_zh": pack.call.title_zh.replace("{year}", str(year)),
        "title_en": pack.call.title_en.replace("{year}", str(year)),
        "opens_on": pack.call.opens_on or opens_on,
        "closes_on": pack.call.closes_on,
        "quota": pack.call.select_at_most,
        "offices": (Party.COUNTY,) if city else (Party.COUNTY, Party.CITY),
        "host": Party.CITY if city else Party.PROVINCE,
        "decided_here": city,
        "facts": _facts(pack),
        "documents": _documents(pack),
        "claims": _claims(pack),
        "levels": _levels(pack),
    }
    if publicity is not None and publicity.lasts_days is not None:
        base["publicity_days"] = publicity.lasts_days
    return checked({**base, **changes})


def checked(content: Mapping[str, Any]) -> CallTerms:
    """Content as terms; raises `InvalidRecord` naming the field and what is wrong with it."""
    try:
        return CallTerms.model_validate(dict(content))
    except ValueError as error:
        raise InvalidRecord(_explained(error)) from error


def _explained(error: ValueError) -> str:
    errors = getattr(error, "errors", None)
    if errors is None:
        return str(error)
    return "; ".join(
        f"{'.'.join(str(part) for part in one['loc']) or 'call'}: {one['msg'].removeprefix('Value error, ')}"
        for one in errors()
    )


def _facts(pack: PolicyPack) -> tuple[AskedFact, ...]:
    read = {name for rule in pack.eligibility for name in pack.expression(rule.expression).facts}
    return tuple(
        AskedFact(
            id=fact.id,
            type=fact.type,
            unit=fact.unit,
            name_zh=fact.name_zh,
            name_en=fact.name_en,
            help_zh=fact.help_zh,
            help_en=fact.help_en,
            minimum=fact.minimum,
            maximum=fact.maximum,
            choices=fact.choices,
            required=fact.id in read,
        )
        for fact in pack.facts
    )


def _documents(pack: PolicyPack) -> tuple[AskedDocument, ...]:
    stages = {stage.id for stage in pack.stages if stage.kind is StageKind.APPLICATION}
    return tuple(
        AskedDocument(
            id=one.id,
            name_zh=one.name_zh,
            name_en=one.name_en,
            required=one.required,
            media_types=one.media_types,
        )
        for one in pack.documents
        if one.stage in stages
    )


def _claims(pack: PolicyPack) -> tuple[AskedClaim, ...]:
    return tuple(
        AskedClaim(id=one.id, measure=one.measure, text_zh=one.text_zh, text_en=one.text_en)
        for one in pack.conditions
        if one.kind == "claim_threshold"
    )


def _levels(pack: PolicyPack) -> tuple[AskedLevel, ...]:
    """Only where conditions decide the levels; those of an assessment are reached, not applied for."""
    if pack.rule is None or pack.rule.kind not in (RuleKind.LADDER, RuleKind.CLASSES):
        return ()
    return tuple(AskedLevel(number=one.number, name_zh=one.name_zh, name_en=one.name_en) for one in pack.levels)


def recommended_by(state: str) -> Party | None:
    """The office whose recommendation was the last, as long as nothing came after it."""
    office = state.removesuffix("_recommended")
    return Party(office) if office != state else None
