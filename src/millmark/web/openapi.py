"""Writes the API's description: `python -m millmark.web.openapi > console/openapi.json`."""

from __future__ import annotations

import json
import sys

from millmark.web.app import describe_api


def api_description() -> str:
    """The OpenAPI document as text, the same for the same routes; the console's types are generated from it."""
    document = describe_api().openapi()
    # The version of the program would change the file at every release without any change of the API.
    document["info"]["version"] = "1"
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(api_description())
