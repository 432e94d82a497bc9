"""Looks at every answer, JSON or file: it shows nobody an enterprise that is not theirs to see, and whatever it shows
somebody from outside of an enterprise was recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from tests.fixtures.readable import is_readable, words_of
from tests.web.whose_acts import ALSO_PUBLIC, AS_BROUGHT, NAMING_ALL, OF_NOBODY, SHOWING_DETAIL, SHOWING_NOTHING

from millmark.web.access import Principal, Requires, guard_of
from millmark.web.reading.book import WINDOW_US
from millmark.web.reading.tables import EnterpriseReadRow

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from millmark.composition import Platform

SEEN: set[str] = set()
"""Acts, as `whose_detail.ACTS` names them, whose answers to outsiders were looked at and found recorded."""


class Onlooker:
    """The application as tests speak to it; a test fails, whatever it was about, in either case:

    An answer shows somebody of one enterprise or one area another enterprise, its id or its name in JSON, in a sheet, a
    document, a PDF or an archive, or in what an error says; unless the route names all to everybody.

    An answer shows somebody from outside an enterprise - as above, or anything at all where the route is one that shows
    detail - without a line in the log of reads that this enterprise sees."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._platform.app(scope, receive, send)
            return
        # What the application notes of the request is to be seen here as well.
        scope["state"] = {}
        status, media_type, parts = 0, "", []

        async def looking(message: Message) -> None:
            nonlocal status, media_type
            if message["type"] == "http.response.start":
                status = message["status"]
                media_type = dict(message["headers"]).get(b"content-type", b"").decode()
            elif is_readable(media_type):
                parts.append(message.get("body", b""))
            await send(message)

        await self._platform.app(scope, receive, looking)
        who: Principal | None = scope["state"].get("principal")
        if who is None:
            return
        was_brought = f"{scope['method']} {_template(scope)}" in AS_BROUGHT
        answer = None if was_brought else words_of(media_type, b"".join(parts))
        self._hold_within(scope, who, answer)
        if 200 <= status < 300 and who.scope.enterprise_id is None:
            self._look(scope, who, answer)

    def _hold_within(self, scope: Scope, who: Principal, answer: Any) -> None:
        asked = f"{scope['method']} {_template(scope)}"
        if who.scope.is_everybody or asked in NAMING_ALL:
            return
        others = {one for one in self._shown(answer) if not who.scope.admits(one)}
        if others:
            pytest.fail(f"{asked} showed {who.name} ({who.role}) enterprises {sorted(others)}, which are not theirs")

    def _look(self, scope: Scope, who: Principal, answer: Any) -> None:
        asked = f"{scope['method']} {_template(scope)}"
        if asked in SHOWING_NOTHING:
            return
        guard = guard_of(scope["route"].dependant, scope["path"])
        assert isinstance(guard, Requires)
        kept = self._kept(who, guard.permission, scope["path"])
        if not kept and asked in SHOWING_DETAIL - OF_NOBODY:
            pytest.fail(f"{asked} answered {who.role}, and nothing of it was recorded")
        missed = set() if None in kept or asked in ALSO_PUBLIC else self._shown(answer) - kept
        if missed:
            pytest.fail(f"{asked} showed {who.role} something of enterprises {sorted(missed)}, which was not recorded")
        if kept:
            SEEN.add(asked)

    def _kept(self, who: Principal, action: str, path: str) -> set[int | None]:
        row, since = EnterpriseReadRow, self._platform.now_us() - WINDOW_US
        query = select(row.enterprise_id).where(
            row.actor == who.name, row.action == action, row.path == path, row.at_us >= since
        )
        with self._platform.database.reading() as session:
            return set(session.scalars(query))

    def _shown(self, answer: Any) -> set[int]:
        there = self._platform.registry.enterprises()
        # A name that two share tells of neither.
        shared = Counter(one.name_zh for one in there)
        names = {one.name_zh: one.id for one in there if shared[one.name_zh] == 1}
        return set(enterprises_in(answer, names))


def _template(scope: Scope) -> str:
    path = str(scope["route"].path)
    prefix = "/api" if scope["path"].startswith("/api/") and not path.startswith("/api/") else ""
    return prefix + path


def enterprises_in(value: Any, names: Mapping[str, int]) -> Iterator[int]:
    if isinstance(value, dict):
        for key, one in value.items():
            if key.endswith("enterprise_id") and isinstance(one, int):
                yield one
            else:
                yield from enterprises_in(one, names)
    elif isinstance(value, list):
        for one in value:
            yield from enterprises_in(one, names)
    elif isinstance(value, str):
        yield from (number for name, number in names.items() if name in value)
