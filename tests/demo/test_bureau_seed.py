"""What the bureau's desk of the demonstration shows: pages that only officers open have something on them, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from millmark.composition import Platform
from millmark.demo.bureau_briefs import seed_briefs
from millmark.demo.bureau_ledger import seed_ledger
from millmark.demo.bureau_statistics import seed_statistics
from millmark.demo.bureau_watch import seed_watch
from millmark.demo.seed import seed
from millmark.region.stations import STATION_KIND
from millmark.settings import load_settings


@pytest.mark.slow
def test_imports_briefs_and_consents_are_there_once_and_no_figure_moves(tmp_path: Path) -> None:
    platform = Platform.open(load_settings(tmp_path, demonstration=True))
    try:
        seed(platform, tmp_path)
        before = {figure.id: figure.value for figure in platform.figures.compute()}
        for _ in range(2):
            for part in (seed_ledger, seed_watch, seed_statistics, seed_briefs):
                part(platform)
        assert {figure.id: figure.value for figure in platform.figures.compute()} == before

        waiting, done = platform.ledger_imports.latest()
        assert (waiting.kind, waiting.state, done.state, done.added) == (STATION_KIND, "checked", "done", 900)
        assert (waiting.good, waiting.changed, waiting.bad) == (1, 3, 1)
        # The office of the city sees them, not only who may see everything.
        assert {platform.ledger_imports.bound_to(one.id) for one in (waiting, done)} == {"421200"}
        assert [one.state for one in platform.briefs.briefs()] == ["draft", "issued"]
        withdrawn, holds = platform.bureau.statistics.waivers.waivers()
        assert (withdrawn.withdrawal is not None, holds.withdrawal) == (True, None)
    finally:
        platform.close()
