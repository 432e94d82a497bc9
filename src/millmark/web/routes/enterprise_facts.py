"""Facts told of enterprises: headcount, revenue, machines; as of a day, with a grade, never overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, status

from millmark.programmes.assessment.errors import InvalidFact
from millmark.programmes.assessment.facts import FactRecord, NewFact, fact_json, fact_value
from millmark.programmes.documents.errors import UnknownFile
from millmark.programmes.grade import Grade
from millmark.programmes.packs import Fact
from millmark.web.access import Permission, Principal, requires
from millmark.web.assessing import demand_enterprise
from millmark.web.audit import audit_result
from millmark.web.services import Platform, Services
from millmark.web.shapes.assessments import FactList, FactView, NewFactEntry, NewFacts
from millmark.web.shapes.shape import Id

router = APIRouter(prefix="/enterprises/{enterprise_id}/facts", tags=["assessments"])


@router.get("")
def enterprise_facts(
    who: Annotated[Principal, Depends(requires(Permission.READ_FACTS))],
    enterprise_id: Id,
    request: Request,
    platform: Platform,
) -> FactList:
    """What holds of each fact of an enterprise: the one with the latest day."""
    demand_enterprise(platform, who, enterprise_id, where=request.url.path)
    return _list(platform, platform.enterprise_facts.latest(enterprise_id).values())


@router.post("", status_code=status.HTTP_201_CREATED)
def tell_facts(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_FACTS))],
    enterprise_id: Id,
    form: NewFacts,
    request: Request,
    platform: Platform,
) -> FactList:
    """Adds facts, all or none; those told before stay to be read."""
    demand_enterprise(platform, who, enterprise_id, where=request.url.path)
    platform.registry.enterprise(enterprise_id)
    known = _known(platform)
    facts = [_new(platform, who, enterprise_id, known, entry) for entry in form.facts]
    kept = platform.enterprise_facts.record(enterprise_id, facts, recorded_by=who.name)
    audit_result(request, f"enterprise:{enterprise_id} {', '.join(one.fact for one in kept)}")
    return _list(platform, kept)


def _new(
    platform: Services, who: Principal, enterprise_id: int, known: dict[str, Fact], entry: NewFactEntry
) -> NewFact:
    fact = known.get(entry.fact)
    if fact is None:
        raise InvalidFact(f"{entry.fact}: no pack asks this fact; look them up in a pack: GET /api/packs")
    grade, source = Grade.SELF_REPORTED, entry.source or who.name
    if entry.document is not None:
        file = platform.files.file(entry.document)
        if file.owner_enterprise_id not in (None, enterprise_id):
            raise UnknownFile(f"there is no file {entry.document}")
        grade, source = Grade.DOCUMENT_BACKED, f"file:{file.id}"
    return NewFact(fact.id, fact_value(fact, entry.value), fact.unit, entry.as_of, grade, source)


def _known(platform: Services) -> dict[str, Fact]:
    """A fact's id means the same in every pack."""
    return {fact.id: fact for pack in platform.policy_packs for fact in pack.facts}


def _list(platform: Services, records: Iterable[FactRecord]) -> FactList:
    known = _known(platform)
    return FactList(facts=[_view(one, known.get(one.fact)) for one in records])


def _view(record: FactRecord, fact: Fact | None) -> FactView:
    return FactView(
        fact=record.fact,
        value=fact_json(record.value),
        unit=record.unit,
        as_of=record.as_of,
        grade=record.grade.value,
        source=record.source,
        recorded_at_us=record.recorded_at_us,
        recorded_by=record.recorded_by,
        name_zh=record.fact if fact is None else fact.name_zh,
        name_en=record.fact if fact is None else fact.name_en,
    )
