"""The API's description: committed, current, and precise."""

from __future__ import annotations

import json
from pathlib import Path

from millmark.web.app import describe_api
from millmark.web.description import api_description

COMMITTED = Path(__file__).parents[2] / "console" / "openapi.json"


def test_the_committed_description_is_the_one_that_the_routes_give() -> None:
    assert COMMITTED.read_text() == api_description(describe_api()), (
        "the API changed: run `python -m millmark.web.openapi > console/openapi.json` and generate the console's types"
    )


def test_every_object_says_what_it_holds() -> None:
    document = json.loads(api_description(describe_api()))
    loose = [
        name
        for name, schema in document["components"]["schemas"].items()
        if schema.get("type") == "object" and not schema.get("properties")
    ]
    assert loose == []


def test_every_operation_has_a_name_and_a_sentence() -> None:
    document = json.loads(api_description(describe_api()))
    operations = [one for path in document["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names) > 25
    assert all(one["description"].strip() for one in operations)
