"""Writes the API's description: `python -m millmark.web.openapi > console/openapi.json`."""

from __future__ import annotations

import sys

from millmark.web.app import describe_api
from millmark.web.description import api_description

if __name__ == "__main__":
    sys.stdout.write(api_description(describe_api()))
