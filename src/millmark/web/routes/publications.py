"""Publishing figures: what the public sees, what has changed since, and taking a version back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Request, status

from millmark.region import FigureQualifier
from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.errors import NotAllowed
from millmark.web.services import Platform, Services
from millmark.web.shapes.publications import (
    FigurePublicationView,
    NewPublication,
    PublicationDesk,
    PublicationVersions,
    PublicationWithdrawal,
    PublishableFigure,
    PublishedPoint,
    PublishedSource,
)
from millmark.web.shapes.shape import Id

if TYPE_CHECKING:
    from millmark.region import Figure
    from millmark.region.publications import Obstacle, PublishedFigure

router = APIRouter(prefix="/publications", tags=["publications"])


@router.get("")
def publications(
    _who: Annotated[Principal, Depends(requires(Permission.PUBLISH, action="publications.read"))],
    platform: Platform,
    as_of: date | None = None,
) -> PublicationDesk:
    """Every figure as it holds now, beside what is public of it."""
    public = platform.bureau.publications.latest()
    found = platform.figures.compute(as_of)
    obstacle = platform.bureau.publications.obstacle
    return PublicationDesk(figures=[_beside(one, public.get(one.id), obstacle(one)) for one in found])


@router.get("/{figure_id}")
def publication_versions(
    _who: Annotated[Principal, Depends(requires(Permission.PUBLISH, action="publications.read"))],
    figure_id: str,
    platform: Platform,
) -> PublicationVersions:
    """What was public of a figure, the latest version first."""
    book = platform.bureau.publications
    return PublicationVersions(versions=[_view(one) for one in book.versions(figure_id)], broken=book.breaks(figure_id))


@router.post("", status_code=status.HTTP_201_CREATED)
def publish_figure(
    who: Annotated[Principal, Depends(requires(Permission.PUBLISH, action="publications.publish"))],
    form: NewPublication,
    request: Request,
    platform: Platform,
) -> FigurePublicationView:
    """Makes a figure public, frozen as it holds on the day asked for, with how it came to be over the past year."""
    _demand_city_office(who, platform, request)
    figure = platform.figures.figure(form.figure_id, form.as_of)
    past = platform.figures.past(form.figure_id, figure.as_of)
    kept = platform.bureau.publications.publish(figure, past, by=who.name, note_zh=form.note_zh, note_en=form.note_en)
    platform.public.cache.forget()
    audit_result(request, f"publication:{kept.id} {kept.figure_id} version {kept.version}")
    return _view(kept)


@router.post("/{publication_id}/withdraw")
def withdraw_publication(
    who: Annotated[Principal, Depends(requires(Permission.PUBLISH, action="publications.withdraw"))],
    publication_id: Id,
    form: PublicationWithdrawal,
    request: Request,
    platform: Platform,
) -> FigurePublicationView:
    """Takes a version off the public pages; that it was withdrawn, and why, stays to be seen."""
    _demand_city_office(who, platform, request)
    kept = platform.bureau.publications.withdraw(publication_id, reason=form.reason, by=who.name)
    platform.public.cache.forget()
    audit_result(request, f"publication:{kept.id} {kept.figure_id} version {kept.version}")
    return _view(kept)


def _demand_city_office(who: Principal, platform: Services, request: Request) -> None:
    """The city's figures are the city's to publish, not a county's or the province's."""
    if who.scope.area_code not in (None, platform.city_pack.city.area_code):
        raise NotAllowed(
            "Figures of the city are published by the city's own office.",
            where=request.url.path,
            next_step="Ask an officer of the city's bureau.",
        )


def _beside(figure: Figure, public: PublishedFigure | None, obstacle: Obstacle | None) -> PublishableFigure:
    return PublishableFigure(
        figure_id=figure.id,
        subject_zh=figure.subject_zh,
        subject_en=figure.subject_en,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        unit=figure.unit,
        unit_zh=figure.unit_zh,
        qualifier=figure.qualifier.value,
        as_of=figure.as_of,
        grade=None if figure.grade is None else figure.grade.value,
        state=_state(figure, public),
        obstacle=None if obstacle is None else obstacle.value,
        public=None if public is None else _view(public),
    )


def _state(figure: Figure, public: PublishedFigure | None) -> Literal["never", "current", "changed", "withdrawn"]:
    from millmark.region.publications.content import records_digest

    if public is None:
        return "never"
    if public.withdrawn_at_us is not None:
        return "withdrawn"
    same = (public.value, public.low, public.high) == (figure.value, figure.low, figure.high)
    return "current" if same and public.records_sha256 == records_digest(figure.records) else "changed"


def _view(kept: PublishedFigure) -> FigurePublicationView:
    return FigurePublicationView(
        id=kept.id,
        figure_id=kept.figure_id,
        version=kept.version,
        subject_zh=kept.subject_zh,
        subject_en=kept.subject_en,
        value=kept.value,
        low=kept.low,
        high=kept.high,
        unit=kept.unit_en,
        unit_zh=kept.unit_zh,
        qualifier=FigureQualifier(kept.qualifier).value,
        as_of=kept.as_of,
        grade=None if kept.grade is None else kept.grade.value,
        sources=[
            PublishedSource(source=one.source, book=one.book, grade=one.grade.value, records=one.records)
            for one in kept.sources
        ],
        trend=[PublishedPoint(as_of=point.as_of, value=point.value) for point in kept.trend],
        records=kept.records,
        records_sha256=kept.records_sha256,
        demonstration=kept.demonstration,
        note_zh=kept.note_zh,
        note_en=kept.note_en,
        digest=kept.digest,
        published_at_us=kept.published_at_us,
        published_by=kept.published_by,
        withdrawn_at_us=kept.withdrawn_at_us,
        withdrawn_reason=kept.withdrawn_reason,
    )
