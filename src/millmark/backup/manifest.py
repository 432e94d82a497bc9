"""What a backup says of itself."""

from __future__ import annotations

from typing import Literal

import msgspec

FORMAT = 1
MANIFEST = "manifest.json"
CARRIED_WEBHOOKS_KEY = "webhooks-key.closed"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first member of an archive.

    `barrier_us` is the received time of the newest row in it. `history` and `registry` say how they are kept here, or
    that they live on a server of their own and are not here. `key` says whether the signing key is in it and which
    passphrase opens it: the node's own or the one given for the backup. `left_out` are sentences for the operator.
    """

    format: int
    version: str
    taken_us: int
    barrier_us: int
    history: Literal["folder", "server"]
    registry: Literal["sqlite", "pg_dump"]
    key: Literal["none", "node_passphrase", "backup_passphrase"]
    left_out: tuple[str, ...]
