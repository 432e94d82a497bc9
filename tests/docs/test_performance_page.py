"""The page on performance shows what the kept results say, and nothing that was typed by hand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_benchmarks", ROOT / "scripts" / "draw_benchmarks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look their module up by name.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "draw_benchmarks", module)
        spec.loader.exec_module(module)
    return module


def test_the_tables_are_those_of_the_results(drawing: ModuleType) -> None:
    text = drawing.PAGE.read_text("utf-8")
    assert all(f"<!-- measured:{name} -->" in text for name in drawing.SECTIONS)
    assert drawing.page(text, drawing.read_results()) == text


def test_the_charts_are_those_of_the_results(drawing: ModuleType) -> None:
    results = drawing.read_results()
    for name, draw in drawing.CHARTS.items():
        drawn = draw(results[name])
        assert (drawing.IMAGES / f"performance-{name}.svg").read_text("utf-8") == drawn
        assert len(ET.fromstring(drawn).findall("{*}rect")) > 1  # noqa: S314 - drawn here
