"""Taking a backup."""

from __future__ import annotations

from pydantic import Field

from millmark.web.shapes.shape import Shape


class BackupForm(Shape):
    """With a passphrase a signing key that lies in the clear is in the backup, encrypted by it; otherwise it is not."""

    key_passphrase: str | None = Field(default=None, min_length=12, max_length=1_000, repr=False)
