"""Broken packs: each mistake is one clear sentence that names file, table and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from millmark.programmes import InvalidPack, shipped_packs
from millmark.programmes.packs import read_policy_pack, read_shelf
from millmark.programmes.packs.checking import check, is_sound
from millmark.programmes.packs.soundness import faults
from millmark.programmes.packs.trying import try_vectors

SME, CMMM, GRADIENT = "sme-digital-level/2024", "cmmm/2020", "smart-factory-gradient/2025"
ZHONGSHAN, HANGZHOU, FIVE_G = "pilot-city-zhongshan/2024", "pilot-city-hangzhou/2024", "five-g-factory/2022"
DEMO = "connected-factory-demo/1"

FORM = [
    (SME, "questions.toml", 'kind = "multi"', 'kind = "many"', "table [items[0]], key kind"),
    (SME, "questions.toml", "weight = 50", 'weight = "half"', "table [branches[0]], key weight"),
    (SME, "questions.toml", "weight = 50", "weight = 150", "table [branches[0]], key weight"),
    (SME, "questions.toml", "share = 25", "shere = 25", "key shere: this key is not known here"),
    (SME, "questions.toml", 'confidence = "A-copy"\n', "", "key confidence: this key is missing"),
    (SME, "levels.toml", 'confidence = "B"', 'confidence = "certain"', "key confidence"),
    (SME, "pack.toml", 'edition = "2024"', 'edition = "2023"', "table [pack], key edition"),
    (SME, "pack.toml", 'id = "sme-digital-level"', 'id = "other"', "table [pack], key id"),
    (SME, "pack.toml", "[pack]", "[pack", "is not TOML"),
    (ZHONGSHAN, "pack.toml", "valid_to = 2026-12-31", "valid_to = 2020-12-31", "must not end (2020-12-31) before"),
    (ZHONGSHAN, "money.toml", "amount_yuan = 300000", "amount_yuan = 300000.005", "no whole number of fen"),
    (GRADIENT, "pack.toml", "closes_on = 2025-07-18", "closes_on = 2025-06-01", "must not close"),
    (GRADIENT, "conditions.toml", 'kind = "level"', 'kind = "grade"', "table [conditions[2]]"),
    (GRADIENT, "evidence.toml", 'fact = "equipment_utilisation"\n', "", "exactly one of item, fact and scenario"),
    (DEMO, "pack.toml", 'level = "city"', 'level = "village"', "table [programme], key level"),
    (DEMO, "conditions.toml", "threshold = 0.60", 'threshold = "most"', "table [conditions[0]]"),
    (DEMO, "conditions.toml", 'comparator = ">="', 'comparator = "=>"', "table [conditions[0]]"),
    (DEMO, "conditions.toml", "min_coverage = 0", "min_coverage = 1.5", "table [conditions[0]]"),
    (DEMO, "vectors.toml", "days = 400", "days = 0", "key days"),
]

SENSE = [
    (
        SME,
        "questions.toml",
        "weight = 50",
        "weight = 49",
        "[[branches]], key weight: the weights under the top add up to 99",
    ),
    (SME, "questions.toml", "weight = 50\n", "", "[[branches]] 'foundation', key weight: this key is missing"),
    (
        SME,
        "questions.toml",
        'id = "foundation"\n',
        'id = "foundation"\nparent = "equipment-systems"\n',
        "[[branches]] 'foundation', key parent: is a cycle: foundation under equipment-systems under foundation",
    ),
    (SME, "questions.toml", 'parent = "foundation"', 'parent = "nowhere"', "there is no branch 'nowhere'"),
    (SME, "questions.toml", 'id = "equipment-systems"', 'id = "network"', "'network', key id: stands 2 times"),
    (
        SME,
        "questions.toml",
        "above = 10, up_to = 20",
        "above = 5, up_to = 20",
        "'equipment-digitalisation', key options: bands 'b0' and 'b1' overlap between 5 and 10",
    ),
    (SME, "questions.toml", "above = 10, up_to = 20", "above = 15, up_to = 20", "leave a gap between 10 and 15"),
    (SME, "questions.toml", "above = 10, up_to = 20", "above = 10, up_to = 10", "band 'b1' ends at 10, not above 10"),
    (
        SME,
        "questions.toml",
        "share = 25",
        "share = 30",
        "'network', key options: the shares of all options add up to 105",
    ),
    (SME, "questions.toml", 'numerator = "digital_machines"', 'numerator = "robots"', "there is no fact 'robots'"),
    (SME, "questions.toml", ', trend = "flat"', "", "options for the trends down, flat and up"),
    (SME, "scenarios.toml", 'group = "production"', 'group = "office"', "key group: there is no group 'office'"),
    (SME, "scenarios.toml", "level = 2", "level = 3", "levels must be 1, 2, 3"),
    (SME, "levels.toml", "score_min = 60", "score_min = 40", "[[levels]] 3, key score_min: 40 is not above 40"),
    (SME, "levels.toml", "score_min = 80", "score_min = 101", "more than the highest score, 100"),
    (SME, "levels.toml", "at_least = 10", "at_least = 17", "[[levels]] 4 gates, key at_least: 17 is more than the 16"),
    (
        SME,
        "levels.toml",
        "constrained_at_least = 6",
        "constrained_at_least = 11",
        "more than the 10 constrained scenarios",
    ),
    (SME, "levels.toml", 'kind = "score_and_gates"', 'kind = "cumulative"', "needs passes_at and degrees"),
    (
        SME,
        "levels.toml",
        'source = "assessment-page"',
        'source = "hearsay"',
        "key source: there is no source 'hearsay'",
    ),
    (SME, "evidence.toml", 'measure = "oee"', 'measure = "oea"', "key measure: there is no measure 'oea'"),
    (SME, "evidence.toml", 'formula_version = "1"', 'formula_version = "9"', "key formula_version"),
    (SME, "evidence.toml", "period_days_min = 28", "period_days_min = 400", "366 days is less than period_days_min"),
    (SME, "evidence.toml", 'item = "equipment-connection"', 'item = "connection"', "key item: there is no item"),
    (SME, "evidence.toml", 'item = "equipment-connection"', 'item = "network"', "a ratio answers an item of bands"),
    (
        SME,
        "vectors.toml",
        'name = "nothing at all"',
        'name = "no"\nfacts = { robots = 1 }',
        "there is no fact 'robots'",
    ),
    (CMMM, "questions.toml", "weight = 68", "weight = 60", "in the variant 'process' add up to 92"),
    (CMMM, "questions.toml", 'variant = "discrete"', 'variant = "mixed"', "there is no variant 'mixed'"),
    (GRADIENT, "conditions.toml", 'pack = "cmmm"', 'pack = "cmm"', "key pack: there is no pack cmm/2020"),
    (GRADIENT, "conditions.toml", "at_least = 4", "at_least = 6", "pack cmmm/2020 has no level 6"),
    (GRADIENT, "conditions.toml", 'programme = "smart-factory"', 'programme = "factory"', "no pack has the programme"),
    (GRADIENT, "conditions.toml", "levels = [4]", "levels = [7]", "key levels: there is no level 7"),
    (GRADIENT, "conditions.toml", "ai_use == 'deep'", "ai_use == 'depe'", "'depe' is no choice of ai_use"),
    (GRADIENT, "conditions.toml", '"above_scale"', '"above_scal"', "above_scal is no fact of this pack"),
    (GRADIENT, "conditions.toml", '"above_scale"', '"above_scale > 3.0"', "key expression"),
    (FIVE_G, "conditions.toml", '"five_g_scenes"', '"five_g_scenes > 1.0"', "comes to no number"),
    (HANGZHOU, "conditions.toml", 'document = "application-form"', 'document = "form"', "there is no document 'form'"),
    (HANGZHOU, "money.toml", "percent = 40\n", "", "[rule], key percent: this key is missing"),
    (
        ZHONGSHAN,
        "money.toml",
        "[[tiers]]\nlevel = 4",
        "[[tiers]]\nlevel = 5",
        "there is no level 5 in pack sme-digital-level",
    ),
    (ZHONGSHAN, "money.toml", "[[tiers]]\nlevel = 4", "[[tiers]]\nlevel = 3", "[[tiers]] 3, key level: stands 2 times"),
    (ZHONGSHAN, "money.toml", '"scheme_2022"', '"scheme_2023"', "scheme_2023 is no fact"),
    (HANGZHOU, "stages.toml", 'after = "execution"', 'after = "cultivation"', "there is no stage 'cultivation' before"),
    (HANGZHOU, "stages.toml", 'stage = "acceptance"', 'stage = "end"', "key stage: there is no stage 'end'"),
    (HANGZHOU, "stages.toml", 'kind = "publicity"', 'kind = "application"', "application does not come after review"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(shipped_packs(), tmp_path / "packs")
    return tmp_path / "packs"


def change(folder: Path, pack: str, file: str, was: str, becomes: str) -> Path:
    path = folder / pack / file
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes, 1), "utf-8")
    return path


@pytest.mark.parametrize(("pack", "file", "was", "becomes", "named"), FORM)
def test_a_mistake_of_form_keeps_the_pack_from_being_read(
    folder: Path, pack: str, file: str, was: str, becomes: str, named: str
) -> None:
    path = change(folder, pack, file, was, becomes)
    with pytest.raises(InvalidPack) as caught:
        read_policy_pack(folder / pack)
    assert str(path) in str(caught.value)
    assert named in str(caught.value)


@pytest.mark.parametrize(("pack", "file", "was", "becomes", "named"), SENSE)
def test_a_mistake_of_sense_is_found_by_check(
    folder: Path, pack: str, file: str, was: str, becomes: str, named: str
) -> None:
    change(folder, pack, file, was, becomes)
    findings = check(read_policy_pack(folder / pack), read_shelf([folder]))
    assert not is_sound(findings)
    found = [str(one) for one in findings if named in str(one)]
    assert found, [str(one) for one in findings]
    assert all("table" in sentence and "\n" not in sentence for sentence in found)


def test_stages_whose_dates_are_out_of_order_are_found(folder: Path) -> None:
    change(folder, HANGZHOU, "stages.toml", 'kind = "application"\n', 'kind = "application"\nopens_on = 2025-03-01\n')
    change(folder, HANGZHOU, "stages.toml", 'kind = "review"\n', 'kind = "review"\nopens_on = 2025-02-01\n')
    findings = [str(one) for one in check(read_policy_pack(folder / HANGZHOU), read_shelf([folder]))]
    assert any("'review', key opens_on: 2025-02-01 is before 2025-03-01" in one for one in findings)


def test_a_stage_outside_of_the_pack_s_validity_is_found(folder: Path) -> None:
    change(folder, ZHONGSHAN, "stages.toml", 'kind = "application"\n', 'kind = "application"\nopens_on = 2027-01-01\n')
    findings = [str(one) for one in check(read_policy_pack(folder / ZHONGSHAN), read_shelf([folder]))]
    assert any("2027-01-01 is outside of the pack's validity" in one for one in findings)


def test_instalments_that_are_not_the_whole_award_are_found(folder: Path) -> None:
    money = folder / HANGZHOU / "money.toml"
    part = '\n[[instalments]]\nid = "first"\nname_zh = "首款"\nname_en = "First"\npercent = 60\nafter = "recognition"\n'
    money.write_text(money.read_text("utf-8") + part, "utf-8")
    findings = [str(one) for one in check(read_policy_pack(folder / HANGZHOU), read_shelf([folder]))]
    assert any("the instalments add up to 60 %, not 100 %" in one for one in findings)


def test_an_empty_threshold_is_told_and_is_no_error(folder: Path) -> None:
    findings = check(read_policy_pack(folder / FIVE_G), read_shelf([folder]))
    assert is_sound(findings)
    assert sum(one.key == "threshold" for one in findings) == 12


def test_a_file_that_is_no_file_of_a_pack_is_told(folder: Path) -> None:
    (folder / SME / "question.toml").write_text("", "utf-8")
    with pytest.raises(InvalidPack, match=r"question\.toml: is no file of a pack; the files are pack\.toml"):
        read_policy_pack(folder / SME)


def test_a_vector_that_does_not_hold_says_what_came_out(folder: Path) -> None:
    change(folder, SME, "levels.toml", "score_min = 40", "score_min = 41")
    failed = [one for one in try_vectors(read_policy_pack(folder / SME)) if not one.holds]
    assert failed[0].name == "level two: score exactly 40, 6 scenarios, 3 constrained"
    assert failed[0].failures == ("level 1 instead of 2",)


def test_a_folder_of_packs_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidPack, match="there is no such folder of packs"):
        read_shelf([shipped_packs(), tmp_path / "pack"])


def test_a_pack_with_a_mistake_or_a_failing_vector_has_faults_and_a_sound_one_none(folder: Path) -> None:
    assert faults(read_policy_pack(folder / SME), read_shelf([folder])) == ()
    change(folder, SME, "levels.toml", "score_min = 40", "score_min = 41")
    change(folder, SME, "evidence.toml", 'measure = "oee"', 'measure = "oea"')
    found = faults(read_policy_pack(folder / SME), read_shelf([folder]))
    assert any("there is no measure 'oea'" in one for one in found)
    assert any(one.startswith("vector 'level two: score exactly 40") for one in found)
