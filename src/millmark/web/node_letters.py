"""Tells which enrolled node sends a request: by its signature over method, path and body."""

from __future__ import annotations

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from millmark.evidence.nodes import EnrolledKey, NodeError, check_request, key_named
from millmark.web.access import READING_METHODS
from millmark.web.audit import begin_audit
from millmark.web.errors import NotSignedIn
from millmark.web.services import Services

SCHEME = "millmark-node"


async def node_of(request: Request) -> EnrolledKey:
    """The node's key; raises `NotSignedIn` for a request that no key in force signed within the last minutes."""
    services: Services = request.app.state.services
    scheme, _, letter = request.headers.get("authorization", "").partition(" ")
    body = await request.body()
    try:
        if scheme.lower() != SCHEME or not letter:
            raise NotSignedIn(
                "This is for enrolled nodes, and the request carries no node's signature.",
                where=request.url.path,
                next_step="Name this platform in the node's settings ([witness] url): it signs its requests by itself.",
            )
        key = await run_in_threadpool(services.nodes.speaking, key_named(letter))
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        check_request(letter, key.key, request.method, path, body, services.now_us())
    except NodeError as error:
        raise NotSignedIn(
            f"The node's signature is not accepted: {error}.",
            where=request.url.path,
            next_step="Have the node's key enrolled, and set its clock.",
        ) from error
    if request.method not in READING_METHODS:
        await run_in_threadpool(
            begin_audit, request, services.audit, actor=f"node:{key.id}"[:64], means="node_key", action="node.speak"
        )
    return key
