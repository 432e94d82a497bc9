"""Files as the API shows them."""

from __future__ import annotations

from millmark.web.shapes.shape import Id, Shape, TimeUs


class FileView(Shape):
    """A kept file; `media_type` was told by its content."""

    id: str
    name: str
    media_type: str
    bytes: int
    sha256: str
    owner_enterprise_id: Id | None
    purpose: str
    kept_at_us: TimeUs
    kept_by: str


class FileList(Shape):
    """The latest first. `used_bytes` of `quota_bytes` are spent; the office's own files have no quota."""

    files: list[FileView]
    used_bytes: int
    quota_bytes: int | None
    file_bytes: int
