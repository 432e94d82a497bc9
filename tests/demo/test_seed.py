"""What the demonstration fills a platform with before the first point comes."""

from __future__ import annotations

from pathlib import Path

from millmark.composition import Platform
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
