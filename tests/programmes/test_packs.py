"""Reading packs: what is wrong is named by file, table and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from millmark.programmes import InvalidPack, read_pack, shipped_packs

SOUND = (shipped_packs() / "connected-factory-demo" / "pack.toml").read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "connected-factory-demo"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("threshold = 0.60", "treshold = 0.60", "table [rules[0]], key treshold: this key is not known here"),
        ("threshold = 0.60", "", "table [rules[0]], key threshold: this key is missing"),
        ("threshold = 0.60", 'threshold = "most"', "table [rules[0]], key threshold"),
        ('level = "city"', 'level = "village"', "table [programme], key level"),
        ('comparator = ">="', 'comparator = "=>"', "table [rules[0]], key comparator"),
        ("min_coverage = 0", "min_coverage = 1.5", "table [rules[0]], key min_coverage"),
        ("opens_on = 2024-01-01", "opens_on = 2024-01-01\ncloses_on = 2023-01-01", "must not close"),
        ("days = 400", "days = 0", "table [vectors[5].claims[0]], key days"),
        ('id = "connected-factory-demo"', 'id = "other"', "must be the folder's name"),
        ("[pack]", "[pack", "is not TOML"),
    ],
)
def test_a_mistake_is_named_by_file_table_and_key(folder: Path, was: str, becomes: str, named: str) -> None:
    assert was in SOUND
    (folder / "pack.toml").write_text(SOUND.replace(was, becomes, 1), "utf-8")
    with pytest.raises(InvalidPack) as caught:
        read_pack(folder)
    assert str(folder / "pack.toml") in str(caught.value)
    assert named in str(caught.value)


def test_a_missing_pack_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InvalidPack, match=r"pack\.toml: cannot be read"):
        read_pack(tmp_path)


def test_a_threshold_is_read_as_the_exact_decimal_that_is_written(folder: Path) -> None:
    (folder / "pack.toml").write_text(SOUND.replace("threshold = 0.60", "threshold = 0.1"), "utf-8")
    assert str(read_pack(folder).rules[0].threshold) == "0.1"
