"""What somebody was reminded of, and how far they have read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from millmark.web.access import Permission, Principal, requires
from millmark.web.life_views import LifeViews
from millmark.web.services import Platform, Services
from millmark.web.shapes.reminders import DeskReminder, DeskReminders, ReadReminders

if TYPE_CHECKING:
    from millmark.programmes.reminders import Notice

router = APIRouter(prefix="/desk/reminders", tags=["desk"])


@router.get("")
def reminders(who: Annotated[Principal, Depends(requires(Permission.USE_DESK))], platform: Platform) -> DeskReminders:
    """Deadlines that whoever asks was reminded of, the latest first."""
    return _list(platform, who)


@router.post("/read")
def read_reminders(
    who: Annotated[Principal, Depends(requires(Permission.USE_DESK, action="reminders.read"))],
    form: ReadReminders,
    platform: Platform,
) -> DeskReminders:
    """Notes that whoever asks has read their reminders up to one; those still to come are not read with them."""
    there = platform.reminders.notices(LifeViews(platform, who).actor, who.scope.admits, limit=1)
    if there:
        platform.reminders.mark_read(who.name, min(form.up_to, there[0].id))
    return _list(platform, who)


def _list(platform: Services, who: Principal) -> DeskReminders:
    views = LifeViews(platform, who)
    found = platform.reminders.notices(views.actor, who.scope.admits)
    read = platform.reminders.read_up_to(who.name)
    return DeskReminders(
        unread=sum(one.id > read for one in found), reminders=[_view(views, one, read) for one in found]
    )


def _view(views: LifeViews, one: Notice, read: int) -> DeskReminder:
    enterprise = None if one.enterprise_id is None else views.enterprise(one.enterprise_id)
    return DeskReminder(
        id=one.id,
        stage=one.stage,
        object_kind=one.object_kind,
        object_id=one.object_id,
        action=one.action,
        deadline=one.deadline,
        text_zh=one.text_zh,
        text_en=one.text_en,
        title_zh=one.title_zh,
        title_en=one.title_en,
        enterprise_id=one.enterprise_id,
        enterprise_zh=None if enterprise is None else enterprise.name_zh,
        enterprise_en=None if enterprise is None else enterprise.name_en,
        created_at_us=one.created_at_us,
        unread=one.id > read,
    )
