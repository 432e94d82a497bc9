"""Reading a policy pack from its folder."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from millmark.programmes.errors import InvalidPack
from millmark.programmes.packs.asked import ConditionsFile
from millmark.programmes.packs.bindings import EvidenceFile
from millmark.programmes.packs.facts import FactsFile
from millmark.programmes.packs.header import HeaderFile
from millmark.programmes.packs.labels import PackFile
from millmark.programmes.packs.levels import LevelsFile
from millmark.programmes.packs.model import PackRef, PolicyPack
from millmark.programmes.packs.money import Money
from millmark.programmes.packs.questions import QuestionsFile
from millmark.programmes.packs.scenarios import ScenariosFile
from millmark.programmes.packs.stages import StagesFile
from millmark.programmes.packs.vectors import VectorsFile
from millmark.programmes.toml_file import read_toml

FILES: Mapping[str, type[PackFile]] = {
    "pack.toml": HeaderFile,
    "facts.toml": FactsFile,
    "questions.toml": QuestionsFile,
    "scenarios.toml": ScenariosFile,
    "levels.toml": LevelsFile,
    "conditions.toml": ConditionsFile,
    "money.toml": Money,
    "stages.toml": StagesFile,
    "evidence.toml": EvidenceFile,
    "vectors.toml": VectorsFile,
}
"""The files a pack may have; only `pack.toml` must be there."""

FileModel = TypeVar("FileModel", bound=PackFile)


def read_policy_pack(folder: Path) -> PolicyPack:
    """The pack in `<id>/<edition>/`; raises `InvalidPack` naming file, table and key of each mistake of form."""
    header = read_toml(folder / "pack.toml", HeaderFile, context=_labels(folder / "pack.toml"))
    _named_like_its_folder(folder, header)
    present = _known_files(folder)
    facts = _optional(folder, "facts.toml", FactsFile)
    questions = _optional(folder, "questions.toml", QuestionsFile)
    scenarios = _optional(folder, "scenarios.toml", ScenariosFile)
    levels = _optional(folder, "levels.toml", LevelsFile)
    conditions = _optional(folder, "conditions.toml", ConditionsFile)
    stages = _optional(folder, "stages.toml", StagesFile)
    evidence = _optional(folder, "evidence.toml", EvidenceFile)
    vectors = _optional(folder, "vectors.toml", VectorsFile)
    return PolicyPack(
        ref=PackRef(header.pack.id, header.pack.edition, _digest(present)),
        header=header.pack,
        sources=header.sources,
        programme=header.programme,
        call=header.call,
        level_source=header.level_source,
        facts=facts.facts if facts else (),
        variants=questions.variants if questions else (),
        branches=questions.branches if questions else (),
        items=questions.items if questions else (),
        groups=scenarios.groups if scenarios else (),
        scenarios=scenarios.scenarios if scenarios else (),
        rule=levels.rule if levels else None,
        levels=levels.levels if levels else (),
        eligibility=conditions.eligibility if conditions else (),
        conditions=conditions.conditions if conditions else (),
        money=_optional(folder, "money.toml", Money),
        stages=stages.stages if stages else (),
        documents=stages.documents if stages else (),
        quotas=stages.quotas if stages else (),
        bindings=evidence.bindings if evidence else (),
        vectors=vectors.vectors if vectors else (),
        folder=folder,
    )


def _optional(folder: Path, name: str, model: type[FileModel]) -> FileModel | None:
    path = folder / name
    return read_toml(path, model, context=_labels(path)) if path.is_file() else None


def _labels(path: Path) -> dict[str, object]:
    """The confidence and source at the top of a file, which its tables take over; what is wrong is told later."""
    try:
        document = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}
    return {name: document[name] for name in ("confidence", "source") if name in document}


def _known_files(folder: Path) -> list[Path]:
    present = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix == ".toml")
    if strange := [path.name for path in present if path.name not in FILES]:
        raise InvalidPack(f"{folder / strange[0]}: is no file of a pack; the files are {', '.join(FILES)}")
    return present


def _named_like_its_folder(folder: Path, header: HeaderFile) -> None:
    path = folder / "pack.toml"
    for key, said, named in (
        ("edition", header.pack.edition, folder.name),
        ("id", header.pack.id, folder.parent.name),
    ):
        if said != named:
            raise InvalidPack(f"{path}: table [pack], key {key}: {said!r} must be the folder's name, {named!r}")


def _digest(files: Iterable[Path]) -> str:
    """SHA-256 over names and contents of the files, in the names' order, each with its length before it."""
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
