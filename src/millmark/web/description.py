"""The API's description as text, from the routes themselves."""

from __future__ import annotations

import json

from fastapi import FastAPI


def api_description(app: FastAPI) -> str:
    """The OpenAPI document of an application, the same for the same routes; the console's types come from it."""
    document = app.openapi()
    # The version of the program would change the file at every release without any change of the API.
    document["info"]["version"] = "1"
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
