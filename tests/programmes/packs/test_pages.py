"""Differences between packs, packs as pages, and the schemas that editors read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from millmark.programmes import shipped_packs
from millmark.programmes.packs import PolicyPack, read_policy_pack, read_shelf
from millmark.programmes.packs.difference import differences
from millmark.programmes.packs.explaining import explain
from millmark.programmes.packs.schema import schema_texts

PACKS = list(read_shelf([shipped_packs()]))
SME = shipped_packs() / "sme-digital-level" / "2024"


def test_two_packs_differ_in_what_was_changed_and_in_nothing_else(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SME, tmp_path / "sme-digital-level" / "2024"))
    levels = folder / "levels.toml"
    text = levels.read_text("utf-8").replace("score_min = 60", "score_min = 65", 1)
    levels.write_text(text.replace("at_least = 10", "at_least = 12", 1), "utf-8")
    before, after = read_policy_pack(SME), read_policy_pack(folder)
    assert [str(one) for one in differences(before, after)] == [
        "levels.toml: [[levels]] 3, score_min: 60 -> 65",
        "levels.toml: [[levels]] 4 gates 4, at_least: 10 -> 12",
    ]
    assert before.ref.digest != after.ref.digest
    assert differences(before, before) == ()


def test_a_table_that_is_new_and_one_that_is_gone_are_told(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SME, tmp_path / "sme-digital-level" / "2024"))
    facts = folder / "facts.toml"
    facts.write_text(facts.read_text("utf-8").replace('id = "digital_machines"', 'id = "smart_machines"'), "utf-8")
    changes = [str(one) for one in differences(read_policy_pack(SME), read_policy_pack(folder))]
    assert "facts.toml: [[facts]] digital_machines, id: gone, was digital_machines" in changes
    assert "facts.toml: [[facts]] smart_machines, id: new, smart_machines" in changes


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: str(pack.ref))
def test_every_pack_is_a_page_in_both_languages_with_its_labels_and_sources(pack: PolicyPack) -> None:
    chinese, english = explain(pack, "zh"), explain(pack, "en")
    assert chinese.startswith(f"# {pack.header.name_zh}\n")
    assert english.startswith(f"# {pack.header.name_en}\n")
    for source in pack.sources:
        assert source.title_zh in chinese
        assert f"{source.title_en}" in english
    for condition in pack.conditions:
        assert f"{condition.text_zh}" in chinese
        assert f"{condition.text_en}" in english
    assert pack.ref.digest in chinese


def test_the_page_of_the_2024_pack_tells_points_gates_and_what_is_unverified() -> None:
    page = explain(read_policy_pack(SME), "en")
    assert "- Network: 40% = 8 points [A-copy]" in page
    assert "    - more than 40 up to 60 %: 75% = 4.5 [A-copy]" in page
    assert "at least 10 scenarios at level 4 or above, 6 of them constrained [U]" in page
    assert "- [U] unverified: 2" in page


def test_the_page_of_a_pack_with_empty_thresholds_says_so() -> None:
    page = explain(read_policy_pack(shipped_packs() / "five-g-factory" / "2022"), "zh")
    assert page.count("(数值未填写,无法判定)") == 12
    assert "阈值留空(无法判定)" in page


def test_the_schemas_beside_the_packs_are_those_of_the_models() -> None:
    folder = shipped_packs() / "schema"
    kept = {path.name: path.read_text("utf-8") for path in folder.iterdir()}
    assert kept == dict(schema_texts()), "run scripts/write_pack_schemas.py"


def test_every_file_of_a_shipped_pack_names_its_schema() -> None:
    for pack in PACKS:
        for path in pack.folder.glob("*.toml"):
            first = path.read_text("utf-8").partition("\n")[0]
            named = first.removeprefix("#:schema ")
            assert (path.parent / named).resolve() == (shipped_packs() / "schema" / f"{path.stem}.json").resolve()
