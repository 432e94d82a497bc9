"""The API's description as text, from the routes themselves."""

from __future__ import annotations

import json

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from millmark.web.rooms import api_routes


def api_description(app: FastAPI) -> str:
    """The OpenAPI document of an application, the same for the same routes; the console's types come from it."""
    # The version of the program would change the file at every release without any change of the API.
    document = get_openapi(title=app.title, version="1", routes=list(api_routes(app)))
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
