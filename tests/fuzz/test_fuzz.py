"""A short run of each target, so that a fault that is easily found is found before it is anybody's.

`make fuzz` runs ten minutes.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from tests.fuzz.run import fuzz
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import NAMES

SHORT_RUN_S = 1


def test_every_target_has_seeds() -> None:
    assert set(seeds()) == set(NAMES)


REGRESSIONS = sorted(path for path in (Path(__file__).parent / "regressions").glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: f"{path.parent.name}: {path.name}")
def test_what_once_broke_a_target_does_so_no_more(path: Path) -> None:
    importlib.import_module(f"tests.fuzz.targets.{path.parent.name}").run(path.read_bytes())


@pytest.mark.parametrize("target", NAMES)
def test_nothing_breaks_in_a_second(target: str, tmp_path: Path) -> None:
    done = fuzz(target, SHORT_RUN_S, tmp_path)
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-2_000:]
    assert "number_of_executed_units" in done.stderr
