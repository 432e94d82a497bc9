"""The monthly dispatch brief: begun, edited, issued, and read as it was issued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request, Response, status

from millmark.registry import area_prefix
from millmark.reports.briefs.charts import drawn
from millmark.reports.briefs.content import NAMES
from millmark.reports.briefs.desk import Form
from millmark.reports.briefs.errors import UnknownBrief
from millmark.web.access import Permission, Principal, requires, unknown
from millmark.web.acting import actor_of
from millmark.web.audit import audit_result
from millmark.web.errors import NotAllowed
from millmark.web.factor_views import step_view
from millmark.web.services import Platform, Services
from millmark.web.shapes.briefs import (
    BriefContentForm,
    BriefDetail,
    BriefLanguage,
    BriefList,
    BriefRowView,
    BriefStep,
    BriefValueView,
    NewBrief,
    PieceView,
    SavedBrief,
    ShownBlockView,
    ShownBriefView,
)
from millmark.web.shapes.shape import Id
from millmark.web.shapes.steps import AllowedView

if TYPE_CHECKING:
    from millmark.reports.briefs import Brief
    from millmark.reports.briefs.desk import BriefRowView as Row

router = APIRouter(prefix="/briefs", tags=["briefs"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_BRIEFS))]
_MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": dict.fromkeys(_MEDIA.values(), _BINARY)}}
# The browser's own families: the console draws what the documents draw.
_SCREEN_FONTS = ("system-ui", "Noto Sans CJK SC", "Microsoft YaHei", "sans-serif")


@router.get("")
def briefs(who: Reader, platform: Platform) -> BriefList:
    """Briefs of one's area, the latest month first."""
    return BriefList(
        briefs=[BriefRowView(**_row(one)) for one in platform.briefs.briefs() if _sees(platform, who, one.area_code)],
        area_code=_own_area(platform, who),
        may_write=Permission.WRITE_BRIEFS in who.permissions,
    )


@router.post("", status_code=status.HTTP_201_CREATED)
def begin_brief(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_BRIEFS, action="briefs.begin"))],
    form: NewBrief,
    request: Request,
    platform: Platform,
) -> BriefDetail:
    """Begins the brief of a month for one's own area, written from what is kept."""
    if form.replaces is not None:
        _found(platform, who, form.replaces, request)
    made = platform.briefs.begin(form.month, _own_area(platform, who), actor=actor_of(who), replaces=form.replaces)
    audit_result(request, f"brief:{made.id}")
    return _detail(platform, who, made)


@router.get("/{brief_id}")
def brief(who: Reader, brief_id: Id, request: Request, platform: Platform) -> BriefDetail:
    """One brief: a draft with live values, an issued one as it was frozen."""
    return _detail(platform, who, _found(platform, who, brief_id, request))


@router.put("/{brief_id}")
def save_brief(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_BRIEFS, action="briefs.save"))],
    brief_id: Id,
    form: SavedBrief,
    request: Request,
    platform: Platform,
) -> BriefDetail:
    """Keeps the edited text as a new version; unknown slots are refused with the nearest known one."""
    _own(platform, who, brief_id, request)
    done = platform.briefs.save(brief_id, form.content.model_dump(), actor=actor_of(who), version=form.version)
    audit_result(request, f"brief:{brief_id} version {done.version}")
    return _detail(platform, who, done)


@router.post("/{brief_id}/steps")
def act_on_brief(
    who: Annotated[Principal, Depends(requires(Permission.WRITE_BRIEFS, action="briefs.act"))],
    brief_id: Id,
    form: BriefStep,
    request: Request,
    platform: Platform,
) -> BriefDetail:
    """Issues or discards a draft. Issuing freezes every value and keeps Word files and PDFs in both languages."""
    _own(platform, who, brief_id, request)
    actor = actor_of(who)
    if form.action == "discard":
        done = platform.briefs.discard(brief_id, actor=actor)
    else:
        done = platform.briefs.issue(brief_id, actor=actor, version=form.version)
    audit_result(request, f"brief:{brief_id} {form.action} {done.number or ''} {done.digest or ''}".strip())
    return _detail(platform, who, done)


@router.get("/{brief_id}/{language}/{form}", response_class=Response, responses=_FILES)
def brief_file(
    who: Reader, brief_id: Id, language: BriefLanguage, form: Form, request: Request, platform: Platform
) -> Response:
    """The Word file or PDF: as it was issued, or a preview of a draft."""
    found = _found(platform, who, brief_id, request)
    content = platform.briefs.preview(brief_id, language, form)
    name = f"dispatch-brief-{found.month}-{found.area_code}.{language}.{form}"
    return Response(content, media_type=_MEDIA[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _own_area(platform: Services, who: Principal) -> str:
    return who.scope.area_code or platform.city_pack.city.area_code


def _sees(platform: Services, who: Principal, area_code: str) -> bool:
    """An office sees the briefs of its area and of all within it."""
    return area_code.startswith(area_prefix(_own_area(platform, who)))


def _found(platform: Services, who: Principal, brief_id: int, request: Request) -> Brief:
    try:
        found = platform.briefs.brief(brief_id)
    except UnknownBrief as error:
        raise unknown(request.url.path) from error
    if not _sees(platform, who, found.area_code):
        raise unknown(request.url.path)
    return found


def _own(platform: Services, who: Principal, brief_id: int, request: Request) -> Brief:
    found = _found(platform, who, brief_id, request)
    if found.area_code != _own_area(platform, who):
        raise NotAllowed(
            "A brief is written by the office whose area it is of.",
            where=request.url.path,
            next_step="Ask that office, or begin a brief of your own area.",
        )
    return found


def _row(one: Row | Brief) -> dict[str, Any]:
    return {
        "id": one.id,
        "month": one.month,
        "area_code": one.area_code,
        "state": one.state,
        "version": one.version,
        "number": one.number,
        "issued_at_us": one.issued_at_us,
        "issued_by": one.issued_by,
        "replaces": one.replaces,
    }


def _detail(platform: Services, who: Principal, found: Brief) -> BriefDetail:
    writes = Permission.WRITE_BRIEFS in who.permissions and found.area_code == _own_area(platform, who)
    offers = platform.briefs.offers(found, actor_of(who)) if writes else []
    return BriefDetail(
        **_row(found),
        as_of=found.data.as_of,
        frozen=found.digest is not None,
        digest=found.digest,
        begun_by=found.begun_by,
        begun_at_us=found.begun_at_us,
        content=BriefContentForm.model_validate(found.content.model_dump()),
        zh=_shown(found, "zh"),
        en=_shown(found, "en"),
        values=[
            BriefValueView(
                name=one.name,
                label_zh=one.label[0],
                label_en=one.label[1],
                text_zh=one.text[0],
                text_en=one.text[1],
                source=one.source,
                records=list(one.records),
            )
            for one in found.data.values
        ],
        tables=sorted(NAMES["table"]),
        charts=sorted(NAMES["chart"]),
        allowed=[AllowedView.of(one) for one in offers],
        steps=[step_view(one) for one in platform.briefs.steps(found.id)],
    )


def _shown(found: Brief, language: BriefLanguage) -> ShownBriefView:
    at = 0 if language == "zh" else 1
    read = found.shown(language)
    blocks = []
    for one in read.blocks:
        table = found.data.table(one.name) if one.kind == "table" else None
        chart = found.data.chart(one.name) if one.kind == "chart" else None
        blocks.append(
            ShownBlockView(
                kind=one.kind,
                name=one.name,
                pieces=[PieceView(text=piece.text, value=piece.value) for piece in one.pieces],
                title=table.title[at] if table is not None else chart.title[at] if chart is not None else "",
                svg=None if chart is None else drawn(chart, language, _SCREEN_FONTS),
                columns=[] if table is None else [column[at] for column in table.columns],
                rows=[] if table is None else [[cell[at] for cell in row] for row in table.rows],
            )
        )
    return ShownBriefView(title=read.title, blocks=blocks)
