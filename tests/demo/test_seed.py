"""What the demonstration fills a platform with before the first point comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from millmark.composition import Platform
from millmark.demo import seed as demo_seed
from millmark.demo.desk_seed import BUDGET_FEN
from millmark.demo.seed import CONSENTED, seed
from millmark.settings import load_settings


def test_each_fictional_factory_consents_to_what_the_demonstration_shows_and_only_once(tmp_path: Path) -> None:
    platform = Platform.open(load_settings(tmp_path, demonstration=True))
    try:
        seed(platform, tmp_path)
        seed(platform, tmp_path)
        given = platform.consents.consents()
        factories = {one.id for one in platform.registry.enterprises() if one.is_demonstration}
        assert {one.enterprise_id for one in given} <= factories
        for enterprise_id in {one.enterprise_id for one in given}:
            own = [(one.recipient, one.purpose, one.detail) for one in given if one.enterprise_id == enterprise_id]
            assert sorted(own) == sorted(CONSENTED)
        assert len(given) == len(CONSENTED) * 3
    finally:
        platform.close()


def test_the_desk_shows_open_calls_and_applications_on_their_way_and_no_figure_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = Platform.open(load_settings(tmp_path, demonstration=True))
    try:
        with monkeypatch.context() as without:
            without.setattr(demo_seed, "seed_desk", lambda _platform: None)
            seed(platform, tmp_path)
        before = {figure.id: figure.value for figure in platform.figures.compute()}
        records = platform.programme_records.standing()
        for _ in range(2):
            seed(platform, tmp_path)
        assert {figure.id: figure.value for figure in platform.figures.compute()} == before
        assert platform.programme_records.standing() == records

        names = {one.id: one.slug for one in platform.registry.enterprises()}
        seen = sorted(
            (one.call.slug, names[one.enterprise_id], one.state) for one in platform.life.applications.applications()
        )
        assert seen == [
            ("demo-city-smart-manufacturing", "demo-a", "complete"),
            ("demo-city-smart-manufacturing", "demo-b", "returned"),
            ("demo-city-smart-manufacturing", "demo-c", "draft"),
            ("demo-sme-digital-level", "demo-a", "submitted"),
            ("demo-sme-digital-level", "demo-c", "draft"),
        ]
        with_form = [call for call in platform.life.calls.calls() if call.pack_edition is not None]
        assert {call.state for call in with_form} == {"published"}
        assert all("演示" in call.terms.title_zh and "demonstration" in call.terms.title_en for call in with_form)
        (line,) = platform.budget.lines()
        assert ("演示" in line.name_zh, line.balances.available) == (True, BUDGET_FEN)
        (assessment,) = platform.assessments.assessments()
        assert (names[assessment.enterprise_id], assessment.state) == ("demo-a", "submitted")
    finally:
        platform.close()
