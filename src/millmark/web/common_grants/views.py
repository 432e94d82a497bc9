"""The platform's objects as the protocol shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from common_grants_sdk.schemas.pydantic.fields import CustomField, CustomFieldType, Money, SingleDateEvent
from common_grants_sdk.schemas.pydantic.fields.event import DateRangeEvent
from common_grants_sdk.schemas.pydantic.models import (
    ApplicantType,
    ApplicantTypeOptions,
    AppRef,
    AwardBase,
    AwdFunding,
    AwdRef,
    AwdStatus,
    AwdStatusOptions,
    AwdTimeline,
    OppFunding,
    OpportunityBase,
    OpportunityDetails,
    OppRef,
    OppStatus,
    OppStatusOptions,
    OppTimeline,
    OrgRef,
    OrgRefCollection,
)

from millmark.model.period import utc_datetime
from millmark.programmes.packs import FactType, MoneyKind
from millmark.web.common_grants.ids import ObjectIds
from millmark.web.common_grants.shapes import (
    AppFormResponse,
    ApplicationBase,
    AppStatus,
    AppStatusOptions,
    Form,
    FormResponseStatus,
)

if TYPE_CHECKING:
    from millmark.programmes.life.application_files import ApplicationFile
    from millmark.programmes.life.calls import CallFile
    from millmark.programmes.life.terms import AskedFact
    from millmark.programmes.packs import PolicyPack
    from millmark.reports.awarded import Awarded

_IN_PROGRESS = frozenset({"draft", "returned"})
_REJECTED = frozenset({"rejected", "revoked"})
_TYPES: Mapping[FactType, Mapping[str, Any]] = {
    FactType.NUMBER: {"type": "number"},
    FactType.INTEGER: {"type": "integer"},
    FactType.BOOLEAN: {"type": "boolean"},
    FactType.TEXT: {"type": "string"},
    FactType.DATE: {"type": "string", "format": "date"},
    FactType.CHOICE: {"type": "string"},
    FactType.CHOICES: {"type": "array", "items": {"type": "string"}},
}


class Views:
    """Shows objects under this platform's UUIDs; `office` is who funds."""

    def __init__(self, ids: ObjectIds, office: str) -> None:
        self.ids = ids
        self._office = office

    def opportunity(self, call: CallFile, pack: PolicyPack | None, today: date, changed_at_us: int) -> OpportunityBase:
        terms = call.terms
        return OpportunityBase(
            id=self.ids.give("opportunity", call.id),
            title=terms.title_zh,
            description=f"{call.programme_zh} / {call.programme_en}",
            status=_opportunity_status(call, today),
            funding=_funding(call, pack),
            funders=self._funders(),
            key_dates=OppTimeline(
                post_date=_day("开始申报 / opens", terms.opens_on),
                close_date=None if terms.closes_on is None else _day("截止申报 / closes", terms.closes_on),
            ),
            accepted_applicant_types=[ApplicantType(value=ApplicantTypeOptions.organization)],
            custom_fields={
                "titleEn": _text("titleEn", terms.title_en, "the title in English"),
                "programme": _text("programme", call.programme, "the programme's name in addresses"),
                "level": _text("level", call.level.value, "of which level the programme is"),
                "demonstration": CustomField(
                    name="demonstration",
                    field_type=CustomFieldType.BOOLEAN,
                    value=call.is_demonstration,
                    description="whether it is part of a demonstration and nothing real",
                ),
            },
            created_at=_at(call.recorded_at_us),
            last_modified_at=_at(max(changed_at_us, call.recorded_at_us)),
        )

    def details(self, base: OpportunityBase, awards: list[Awarded]) -> OpportunityDetails:
        wire = base.model_dump(mode="json", by_alias=True, exclude_none=True)
        references = [AwdRef(id=self.ids.give("award", one.id), title=_award_title(one)) for one in awards]
        shown = [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in references]
        return OpportunityDetails.model_validate({**wire, "awards": shown})

    def application(self, file: ApplicationFile, enterprise: str, changed_at_us: int) -> ApplicationBase:
        title = f"{file.call.terms.title_zh} — {enterprise}"
        created, changed = _at(file.started_at_us), _at(max(changed_at_us, file.started_at_us))
        application_id, form_id = self.ids.give("application", file.id), self.ids.give("form", file.call.id)
        missing = file.missing
        response = AppFormResponse(
            id=self.ids.give("response", file.id),
            application_id=application_id,
            form_id=form_id,
            response=dict(file.current.content.facts),
            status=FormResponseStatus(value="inProgress" if missing else "complete"),
            created_at=created,
            last_modified_at=changed,
        )
        return ApplicationBase(
            id=application_id,
            title=title,
            name=title,
            competition_id=self.ids.give("competition", file.call.id),
            opportunity_id=self.ids.give("opportunity", file.call.id),
            form_responses={str(form_id): response},
            status=_application_status(file.state),
            submitted_at=None if file.submitted_at_us is None else _at(file.submitted_at_us),
            validation_errors=[{"field": part, "message": "required and missing"} for part in missing],
            custom_fields={"state": _text("state", file.state, "where it stands on this platform")},
            created_at=created,
            last_modified_at=changed,
        )

    def form(self, call: CallFile) -> Form:
        facts = call.terms.facts
        return Form(
            id=self.ids.give("form", call.id),
            name=call.terms.title_zh,
            description=call.terms.title_en,
            json_schema={
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": {fact.id: _property(fact) for fact in facts},
                "required": [fact.id for fact in facts if fact.required],
            },
        )

    def award(self, one: Awarded) -> AwardBase:
        recipient = OrgRef(id=self.ids.give("organization", one.enterprise_id), name=one.enterprise_zh)
        return AwardBase(
            id=self.ids.give("award", one.id),
            title=_award_title(one),
            description=f"{one.call_zh} / {one.call_en}",
            status=_award_status(one),
            funding=AwdFunding(awarded_amount=_money(one.amount_fen), disbursed_amount=_money(one.paid_fen)),
            key_dates=AwdTimeline(
                award_date=None if one.awarded_on is None else _day("批准 / approved", one.awarded_on),
                period_of_performance=None
                if one.valid_until is None
                else DateRangeEvent(name="有效期 / valid", start_date=one.valid_from, end_date=one.valid_until),
            ),
            opportunity=OppRef(id=self.ids.give("opportunity", one.call_id), title=one.call_zh),
            application=AppRef(
                id=self.ids.give("application", one.application_id), title=f"{one.call_zh} — {one.enterprise_zh}"
            ),
            funders=self._funders(),
            recipient_organizations=OrgRefCollection(primary=recipient),
            created_at=_at(one.created_at_us),
            last_modified_at=_at(one.changed_at_us),
        )

    def _funders(self) -> OrgRefCollection:
        return OrgRefCollection(primary=OrgRef(id=self.ids.give("office", 1), name=self._office))


def _opportunity_status(call: CallFile, today: date) -> OppStatus:
    if call.is_open(today):
        return OppStatus(value=OppStatusOptions.OPEN)
    if call.state == "published" and call.terms.opens_on > today:
        return OppStatus(value=OppStatusOptions.FORECASTED)
    if call.state == "cancelled":
        return OppStatus(value=OppStatusOptions.CUSTOM, custom_value="cancelled", description="The call was cancelled.")
    return OppStatus(value=OppStatusOptions.CLOSED)


def _application_status(state: str) -> AppStatus:
    if state in _IN_PROGRESS:
        return AppStatus(value=AppStatusOptions.IN_PROGRESS)
    if state == "recognised":
        return AppStatus(value=AppStatusOptions.ACCEPTED)
    if state in _REJECTED:
        return AppStatus(value=AppStatusOptions.REJECTED)
    if state == "withdrawn":
        return AppStatus(value=AppStatusOptions.CUSTOM, custom_value=state)
    return AppStatus(value=AppStatusOptions.SUBMITTED)


def _award_status(one: Awarded) -> AwdStatus:
    if one.state == "paid":
        return AwdStatus(value=AwdStatusOptions.COMPLETED)
    if one.state == "withdrawn":
        return AwdStatus(value=AwdStatusOptions.CANCELLED)
    return AwdStatus(value=AwdStatusOptions.AWARDED)


def _funding(call: CallFile, pack: PolicyPack | None) -> OppFunding | None:
    """What the pack says of the money; nothing where it has none, and no figure that it does not have."""
    quota = call.terms.quota
    if pack is None or pack.money is None or pack.money.rule.kind is MoneyKind.NONE:
        return None if quota is None else OppFunding(max_award_count=quota)
    rule = pack.money.rule
    amounts = [tier.amount_fen for tier in pack.money.tiers]
    amounts += [fen for fen in (rule.amount_fen if rule.kind is MoneyKind.FIXED else None,) if fen is not None]
    highest = rule.cap_fen if rule.cap_fen is not None else max(amounts, default=None)
    share = None if rule.percent is None else f"{rule.percent} % of the eligible input"
    return OppFunding(
        details=share,
        min_award_amount=_money(min(amounts)) if amounts else None,
        max_award_amount=None if highest is None else _money(highest),
        max_award_count=quota,
    )


def _property(fact: AskedFact) -> dict[str, Any]:
    shown = {**_TYPES[fact.type], "title": fact.name_zh, "description": fact.name_en}
    return {**shown, "x-unit": fact.unit} if fact.unit else shown


def _award_title(one: Awarded) -> str:
    return f"{one.recognition} {one.enterprise_zh}"


def _money(fen: int) -> Money:
    sign = "-" if fen < 0 else ""
    return Money(amount=f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}", currency="CNY")


def _day(name: str, on: date) -> SingleDateEvent:
    return SingleDateEvent(name=name, date=on)


def _text(name: str, value: str, description: str) -> CustomField:
    return CustomField(name=name, field_type=CustomFieldType.STRING, value=value, description=description)


def _at(us: int) -> datetime:
    return utc_datetime(us)
