"""The page on Sparkplug names tests that exist, and says of limits what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from millmark.wire.sparkplug import LONGEST_TEXT, SessionCounts, SparkplugType
from millmark.wire.sparkplug.session import LONGEST_PROPERTIES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "sparkplug.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(\w+/test_\w+\.py)::(test_\w+)`", PAGE)))


def test_the_page_names_many_tests() -> None:
    assert len(NAMED) > 30


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_each_test_that_the_page_names_is_there(file: str, test: str) -> None:
    assert re.search(rf"^(async )?def {test}\(", (ROOT / "tests" / file).read_text("utf-8"), re.MULTILINE)


def test_each_statement_stands_with_a_test() -> None:
    table = PAGE.split("## Statements of the specification")[1].split("###")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert all("::test_" in row for row in rows)


def test_the_page_tells_the_limits_and_the_counts() -> None:
    plain = PAGE.replace(" ", "")
    assert f"{LONGEST_TEXT}bytes" in plain
    assert f"{LONGEST_PROPERTIES}bytes" in plain
    for name in SessionCounts().by_name():
        assert f"`{name}`" in PAGE, name


def test_every_data_type_has_its_place() -> None:
    assert {kind.name for kind in SparkplugType} >= {"INT8", "DATE_TIME_ARRAY"}
    for name in ("Boolean", "DateTime", "UUID", "Bytes", "File", "DataSet", "Template", "StringArray", "BooleanArray"):
        assert name in PAGE
