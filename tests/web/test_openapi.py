"""The API's description: committed, current, and precise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from millmark.web.app import describe_api
from millmark.web.description import api_description

COMMITTED = Path(__file__).parents[2] / "console" / "openapi.json"


@pytest.fixture(scope="module")
def given() -> str:
    """What the routes give; it takes some seconds to write."""
    return api_description(describe_api())


def test_the_committed_description_is_the_one_that_the_routes_give(given: str) -> None:
    assert COMMITTED.read_text() == given, (
        "the API changed: run `python -m millmark.web.openapi > console/openapi.json` and generate the console's types"
    )


def test_every_object_says_what_it_holds(given: str) -> None:
    document = json.loads(given)
    loose = [
        name
        for name, schema in document["components"]["schemas"].items()
        if schema.get("type") == "object" and not schema.get("properties")
    ]
    assert loose == []


def test_every_operation_has_a_name_and_a_sentence(given: str) -> None:
    document = json.loads(given)
    operations = [one for path in document["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names) > 25
    assert all(one["description"].strip() for one in operations)
