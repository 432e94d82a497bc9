"""A city with its books open: ledger, programme records, decisions and claims, on a real database."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.region.city import City, open_city

from millmark.registry import Database


@pytest.fixture
def city(database: Database) -> City:
    """The sample city on both databases, nothing imported yet."""
    return open_city(database)


@pytest.fixture
def facts_file() -> Path:
    return Path(__file__).parents[2] / "src/millmark/demo/data/city/facts.csv"
