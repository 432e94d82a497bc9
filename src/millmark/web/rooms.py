"""Finds the room that a request is for by the first words of its address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from millmark.web.console import CONSOLE_ADDRESS

_FOUND: Final = "millmark.room"


class Rooms(BaseRoute):
    """Many rooms behind one route: a request is held against the addresses of those alone that share its first words.

    A framework that asks every route in turn compares some three hundred patterns for each request, which costs more
    than many an answer.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self.routes: Final = tuple(routes)
        """As they were given, in the order in which they are asked."""
        begins = [{_first_words(str(one.path)) for one in iter_route_contexts([route])} for route in routes]
        self._by_words: Final = {
            words: tuple(route for route, begin in zip(routes, begins, strict=True) if begin & {words, None})
            for words in set().union(*begins)
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        found: tuple[Match, Scope] = Match.NONE, {}
        for route in self._asked(str(scope.get("path", ""))):
            match, child_scope = route.matches(scope)
            if match.value > found[0].value:
                found = match, {**child_scope, _FOUND: route}
            if match is Match.FULL:
                break
        return found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope[_FOUND].handle(scope, receive, send)

    def _asked(self, path: str) -> Sequence[BaseRoute]:
        return self._by_words.get(_first_words(path), self._by_words.get(None, ()))


def _first_words(path: str) -> str | None:
    """What addresses of one room share: the first word, and the second under /api; None where it may be any."""
    words = path.split("/", 3)[1:]
    first = "/".join(words[:2] if words[0] == "api" else words[:1])
    return None if "{" in first else first


def api_routes(app: FastAPI) -> Iterator[RouteContext]:
    """Every route but the console's."""
    for route in app.routes:
        inside = route.routes if isinstance(route, Rooms) else (route,)
        yield from (one for one in iter_route_contexts(inside) if one.path != CONSOLE_ADDRESS)
