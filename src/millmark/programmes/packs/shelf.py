"""The shelf of policy packs: those that come with the platform, and those of the city's own folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from millmark.programmes.errors import InvalidPack, RecordNotFound
from millmark.programmes.packs.model import PolicyPack
from millmark.programmes.packs.reading import read_policy_pack


@dataclass(frozen=True, slots=True)
class PackShelf:
    """All packs by id and edition. `broken` are the folders that cannot be read, each with what is wrong."""

    packs: Mapping[tuple[str, str], PolicyPack]
    broken: Mapping[Path, InvalidPack]

    def pack(self, pack_id: str, edition: str) -> PolicyPack:
        """Raises `RecordNotFound` naming what is on the shelf."""
        found = self.packs.get((pack_id, edition))
        if found is None:
            known = ", ".join(f"{one}/{other}" for one, other in sorted(self.packs)) or "none"
            raise RecordNotFound(f"there is no pack {pack_id}/{edition}; packs here: {known}")
        return found

    def editions(self, pack_id: str) -> Sequence[PolicyPack]:
        """Every edition of a pack, oldest first by the day it became valid."""
        found = [pack for pack in self.packs.values() if pack.id == pack_id]
        return sorted(found, key=lambda pack: (pack.header.valid_from, pack.edition))

    def __iter__(self) -> Iterator[PolicyPack]:
        return iter(self.packs[key] for key in sorted(self.packs))


def read_shelf(folders: Iterable[Path]) -> PackShelf:
    """The packs in `<folder>/<id>/<edition>/` of each folder; a later folder's pack stands before an earlier one's.

    A pack that cannot be read is set aside in `broken`: one city's mistake must not keep the others' packs away. Raises
    `InvalidPack` for a folder that is not there.
    """
    packs: dict[tuple[str, str], PolicyPack] = {}
    broken: dict[Path, InvalidPack] = {}
    for folder in folders:
        if not folder.is_dir():
            raise InvalidPack(f"{folder}: there is no such folder of packs; look at policy_packs in the settings")
        for path in sorted(folder.glob("*/*/pack.toml")):
            try:
                pack = read_policy_pack(path.parent)
            except InvalidPack as error:
                broken[path.parent] = error
            else:
                packs[pack.id, pack.edition] = pack
    return PackShelf(packs, broken)
