"""The city's pack: what is wrong in it is named by file, table and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from millmark.programmes import InvalidPack, shipped_packs
from millmark.region import read_city_pack
from millmark.region.import_rules import read_import_rules


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped_packs() / "xianning-reply", tmp_path / "xianning-reply"))


def edit(path: Path, was: str, becomes: str) -> None:
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes, 1), "utf-8")


@pytest.mark.parametrize(
    ("file", "was", "becomes", "named"),
    [
        ("figures.toml", 'kind = "total"', 'kind = "sum"', "table [figures[0].query]"),
        ("figures.toml", 'period = "2023"', 'period = "last year"', "table [figures[0]], key period"),
        ("figures.toml", 'id = "F02"', 'id = "F01"', "(F01), key id: another figure has this id"),
        ("figures.toml", 'unit = "100M CNY"', 'unit = "1G CNY"', "(F01), key unit: '1G CNY' is no unit"),
        (
            "figures.toml",
            '["5g-base-station"]',
            '["6g-base-station"]',
            "(F02), key query: '6g-base-station' is no ledger",
        ),
        ("figures.toml", '["provincial-5g-factory"]', '["6g-factory"]', "is no recommendation topic"),
        ("figures.toml", "definition_zh", "definiton_zh", "table [figures[0]], key definiton_zh"),
        ("pack.toml", 'counts = "quantity"', 'counts = "things"', "table [kinds[0]], key counts"),
        ("pack.toml", 'base = "CNY"', 'base = "USD"', "has the base 'USD'"),
        ("pack.toml", 'unit = "CNY"', 'unit = "10k CNY"', "is kept in '10k CNY'"),
        ("pack.toml", "factor = 10_000", "factor = 0", "table [units[3]], key factor"),
    ],
)
def test_a_mistake_is_named_by_file_table_and_key(folder: Path, file: str, was: str, becomes: str, named: str) -> None:
    edit(folder / file, was, becomes)
    with pytest.raises(InvalidPack) as caught:
        read_city_pack(folder)
    assert str(folder / file) in str(caught.value)
    assert named in str(caught.value)


def test_a_mistake_in_the_import_rules_is_named_too(folder: Path) -> None:
    edit(folder / "import.toml", 'as = "bulk"', 'as = "bulky"')
    with pytest.raises(InvalidPack, match=r"import\.toml: table \[rows\.F01\]"):
        read_import_rules(folder)


def test_no_figure_is_stored_as_a_number(folder: Path) -> None:
    """Taking every figure's text away from the pack leaves no value behind: definitions hold queries only."""
    text = (folder / "figures.toml").read_text("utf-8")
    keys = {line.split(" = ")[0] for line in text.splitlines() if " = " in line}
    assert keys == {
        "id",
        "section",
        "subject_zh",
        "subject_en",
        "unit",
        "unit_zh",
        "unit_en",
        "period",
        "named_examples_only",
        "definition_zh",
        "definition_en",
        "query",
    }
