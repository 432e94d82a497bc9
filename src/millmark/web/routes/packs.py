"""The shelf of policy packs, each number with its confidence label."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from millmark.web.access import Permission, Principal, requires
from millmark.web.pack_views import pack_summary, pack_view
from millmark.web.services import Platform
from millmark.web.shapes.packs import BrokenPackView, PackList, PackView

router = APIRouter(prefix="/packs", tags=["packs"])

Reader = Annotated[Principal, Depends(requires(Permission.READ_PROGRAMMES))]


@router.get("")
def packs(_who: Reader, platform: Platform) -> PackList:
    """Every edition of every pack, and the folders that cannot be read with what is wrong there."""
    shelf = platform.policy_packs
    return PackList(
        packs=[pack_summary(pack) for pack in shelf],
        broken=[
            BrokenPackView(folder=f"{path.parent.name}/{path.name}", problem=str(error).replace(str(path), path.name))
            for path, error in shelf.broken.items()
        ],
    )


@router.get("/{pack_id}/{edition}")
def pack(
    _who: Reader,
    pack_id: str,
    edition: str,
    platform: Platform,
    variant: Annotated[str | None, Query(max_length=64)] = None,
) -> PackView:
    """One edition whole: the questionnaire as a tree, scenarios, levels with gates, facts, conditions, money.

    `variant` chooses the table of weights of a pack that has several; without it, the first.
    """
    return pack_view(platform.policy_packs.pack(pack_id, edition), variant)
