"""A node's way to its region: seals, claims and answers over HTTP, each request signed with the node's key."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from millmark.evidence.nodes.letters import write_request
from millmark.evidence.seal import Seal
from millmark.evidence.signing import NodeKey

_AT_ONCE = 200
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)


class RegionUnreachable(Exception):
    """The region does not answer, or does not take what it is sent; the message says which."""


@dataclass(frozen=True, slots=True)
class WaitingChallenge:
    """A challenge that waits for this node's rows."""

    id: int
    claim_id: str
    reason: str
    deadline_us: int


class RegionLink:
    """Synchronous; not for several threads at once. Raises `RegionUnreachable`.

    What was told is remembered for the life of the process alone: telling a seal again changes nothing there.
    """

    def __init__(
        self,
        url: str,
        key: NodeKey,
        *,
        now_us: Callable[[], int],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._prefix = urlsplit(self._url).path
        self._key = key
        self._now_us = now_us
        self._transport = transport
        self._told: set[str] = set()

    def tell(self, chain: Sequence[Seal]) -> int:
        """Tells the region of seals that it was not told of; returns how many alarms that raised there."""
        new = [seal for seal in chain if seal.hash not in self._told]
        alarms = 0
        for start in range(0, len(new), _AT_ONCE):
            some = new[start : start + _AT_ONCE]
            body = {"key_id": self._key.id, "seals": [seal.token for seal in some]}
            receipt = self._send("POST", "/api/node/seals", json.dumps(body).encode(), "application/json")
            alarms += len(receipt["alarms"])
            self._told |= {seal.hash for seal in some}
        return alarms

    def bring(self, document: bytes) -> dict[str, Any]:
        """Brings a claim document; returns what the region found of it, as its API describes (`ArrivalView`)."""
        return self._send("POST", "/api/node/claims", document, "application/json")

    def waiting(self) -> list[WaitingChallenge]:
        """The challenges of this node's claims that wait for an answer."""
        found = self._send("GET", "/api/node/challenges", b"", None)["challenges"]
        return [WaitingChallenge(one["id"], one["claim_id"], one["reason"], one["deadline_us"]) for one in found]

    def reveal(self, challenge_id: int, rows: bytes) -> str:
        """Shows a claim's rows to the region; returns the outcome: upheld, refuted or partly_revealed."""
        path = f"/api/node/answers?challenge_id={challenge_id}"
        return str(self._send("POST", path, rows, "application/vnd.apache.parquet")["outcome"])

    def succeed(self, letter: str) -> None:
        """Tells the region the key that follows this one (`write_succession`)."""
        self._send("POST", "/api/node/key", json.dumps({"letter": letter}).encode(), "application/json")

    def _send(self, method: str, path: str, body: bytes, media_type: str | None) -> dict[str, Any]:
        letter = write_request(method, f"{self._prefix}{path}", body, self._key, self._now_us())
        headers = {"Authorization": f"Millmark-Node {letter}"}
        if media_type is not None:
            headers["Content-Type"] = media_type
        try:
            with httpx.Client(transport=self._transport, timeout=_TIMEOUT) as client:
                answer = client.request(method, f"{self._url}{path}", content=body, headers=headers)
        except httpx.HTTPError as error:
            raise RegionUnreachable(f"{self._url} does not answer: {error}") from error
        if answer.is_error:
            raise RegionUnreachable(f"{self._url} answers {answer.status_code}: {_message(answer)}")
        found: dict[str, Any] = answer.json()
        return found


def _message(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]
