"""A backup of the running platform."""

from __future__ import annotations

from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.backup import BackupForm

router = APIRouter(prefix="/backup", tags=["backup"])

TAR = "application/x-tar"


@router.post(
    "",
    response_class=StreamingResponse,
    responses={200: {"content": {TAR: {"schema": {"type": "string", "format": "binary"}}}}},
)
def take_backup(
    _: Annotated[Principal, Depends(requires(Permission.BACK_UP))], form: BackupForm, platform: Platform
) -> StreamingResponse:
    """All that the platform keeps, of this moment, as a tar archive for `millmark restore`."""
    archive = platform.backup.take(form.key_passphrase)
    # What prevents a backup shows before the first byte; after it, the answer can only break off.
    first = next(archive)
    return StreamingResponse(chain([first], archive), media_type=TAR)
