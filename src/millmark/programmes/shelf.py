"""Where the packs that come with the platform lie."""

from __future__ import annotations

from pathlib import Path

from millmark.programmes.errors import InvalidPack


def shipped_packs() -> Path:
    """The folder of the shipped packs: inside an installed package, or beside `src` in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "packs", package.parents[1] / "packs"):
        if folder.is_dir():
            return folder
    raise InvalidPack(f"no packs beside {package}: the installation is incomplete; install the package again")
