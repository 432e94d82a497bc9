"""Words that mean the same to who looks for help and who offers it, and words that tell nothing apart."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from millmark.programmes.toml_file import Frozen, read_toml


class Terms(Frozen):
    """The file `terms.toml`. Each of `groups` is one thing under several names."""

    stop: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = Field(default=())


def read_terms(folder: Path) -> Terms:
    """Raises `InvalidPack`."""
    return read_toml(folder / "terms.toml", Terms)
