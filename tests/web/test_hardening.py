"""Headers of every answer, and writes from other pages."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from millmark.web.hardening import CONTENT_SECURITY_POLICY, is_foreign


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({"host": "mill.example:8443", "origin": "https://mill.example:8443"}, False),
        ({"host": "mill.example:8443", "origin": "https://evil.example"}, True),
        ({"host": "mill.example:8443", "origin": "https://mill.example:9000"}, True),
        ({"host": "mill.example:8443", "origin": "null"}, True),
        ({"host": "mill.example", "sec-fetch-site": "cross-site"}, True),
        ({"host": "mill.example", "sec-fetch-site": "same-site"}, True),
        ({"host": "mill.example", "sec-fetch-site": "same-origin"}, False),
        ({"host": "mill.example"}, False),
    ],
)
def test_a_write_is_foreign_when_its_page_is(headers: dict[str, str], foreign: bool) -> None:
    assert is_foreign(Headers(headers)) is foreign


def test_scripts_come_from_the_platform_alone() -> None:
    directives = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))
    assert directives["script-src"] == "'self'"
    assert "'unsafe" not in directives["default-src"]
    assert "blob:" in directives["worker-src"]
    assert {"data:", "blob:"} <= set(directives["img-src"].split())
