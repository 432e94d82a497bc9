"""Shipped packs with random slips of the pen: each is read or refused, checked, and shown; nothing else comes of it."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import pytest

from millmark.programmes import InvalidPack, shipped_packs
from millmark.programmes.packs import PolicyPack, read_policy_pack, read_shelf
from millmark.programmes.packs.difference import differences
from millmark.programmes.packs.explaining import explain
from millmark.programmes.packs.soundness import faults

SHELF = read_shelf([shipped_packs()])
PACKS = list(SHELF)


@pytest.mark.parametrize("seed", range(80))
def test_a_slip_of_the_pen_is_refused_or_found_or_harmless(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    source = draw.choice(PACKS)
    folder = Path(shutil.copytree(source.folder, tmp_path / source.id / source.edition))
    slip(draw, draw.choice(sorted(folder.glob("*.toml"))))
    read = read_or_refused(folder)
    if isinstance(read, str):
        assert str(folder) in read
        return
    pack = read
    assert all(sentence and "\n" not in sentence for sentence in faults(pack, SHELF))
    assert explain(pack, "zh")
    assert explain(pack, "en")
    differences(source, pack)


def read_or_refused(folder: Path) -> PolicyPack | str:
    try:
        return read_policy_pack(folder)
    except InvalidPack as refused:
        return str(refused)


def slip(draw: random.Random, path: Path) -> None:
    """A line lost, a line doubled, a number changed, or a word put where another was."""
    lines = path.read_text("utf-8").split("\n")
    words = re.findall(r'"([^"]*)"', "\n".join(lines))
    number = draw.randrange(len(lines))
    match draw.randrange(4):
        case 0:
            lines.pop(number)
        case 1:
            lines.insert(number, draw.choice(lines))
        case 2:
            lines[number] = re.sub(r"\d+", lambda _: draw.choice(["0", "1", "-1", "7", "1000000000"]), lines[number])
        case _:
            lines[number] = re.sub(r'"[^"]*"', lambda _: f'"{draw.choice(words)}"', lines[number])
    path.write_text("\n".join(lines), "utf-8")
