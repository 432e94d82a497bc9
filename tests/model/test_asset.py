import pytest
from hypothesis import given
from hypothesis import strategies as st

from millmark.model import AssetLevel, AssetPath, InvalidAssetPath

names = st.text(st.characters(categories=["L", "N"], include_characters="-_."), min_size=1, max_size=12)


@given(st.lists(names, min_size=1, max_size=6))
def test_a_path_reads_back_as_it_was_written(segments: list[str]) -> None:
    path = AssetPath(tuple(segments))
    assert AssetPath.parse(str(path)) == path


@pytest.mark.parametrize("text", ["", "a//b", "a/ b", "a/b/", "a/+/c", "a/#", "a/b:c", "a/b\tc", "a/b\n"])
def test_a_path_that_could_be_misread_is_refused_with_the_segment_named(text: str) -> None:
    with pytest.raises(InvalidAssetPath, match=r"segment \d"):
        AssetPath.parse(text)


def test_chinese_names_are_names() -> None:
    assert AssetPath.parse("示范一厂/冲压车间/一号线").name == "一号线"


@given(st.lists(names, min_size=1, max_size=3), st.lists(names, min_size=1, max_size=3))
def test_what_is_joined_below_an_asset_is_under_it(upper: list[str], lower: list[str]) -> None:
    root = AssetPath(tuple(upper))
    joined = root.join("/".join(lower))
    assert joined.is_under(root)
    assert joined == root.child(*lower)
    assert not root.is_under(joined)


def test_an_empty_relative_path_is_the_asset_itself() -> None:
    root = AssetPath.parse("acme/north")
    assert root.join("") == root


def test_a_namesake_with_a_longer_name_is_not_under() -> None:
    assert not AssetPath.parse("acme/north-2/line").is_under(AssetPath.parse("acme/north"))


def test_levels_may_be_skipped_but_never_reversed() -> None:
    assert AssetLevel.SITE.may_contain(AssetLevel.EQUIPMENT)
    assert AssetLevel.EQUIPMENT.may_contain(AssetLevel.EQUIPMENT)
    assert not AssetLevel.LINE.may_contain(AssetLevel.AREA)
    assert not AssetLevel.LINE.may_contain(AssetLevel.LINE)
