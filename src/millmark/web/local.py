"""How commands on the same machine reach a running platform: its address and a token, in a file only its user reads."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

LOCAL_ACTOR_HEADER = "x-millmark-actor"
"""Says which of the operators of a platform runs a command, for the audit log."""


@dataclass(frozen=True, slots=True)
class LocalAccess:
    url: str
    token: str
    pid: int


def access_file(folder: Path) -> Path:
    return folder / "run" / "local.json"


def publish(folder: Path, access: LocalAccess) -> None:
    """Writes the file whole or not at all, readable by its owner alone."""
    path = access_file(folder)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(access), file)
    draft.replace(path)


def withdraw(folder: Path) -> None:
    access_file(folder).unlink(missing_ok=True)


def read(folder: Path) -> LocalAccess | None:
    """The access that a platform published, whether it still runs or not; None when there is none to read."""
    try:
        content = json.loads(access_file(folder).read_text())
        return LocalAccess(url=str(content["url"]), token=str(content["token"]), pid=int(content["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
