"""Sends what is due, for as long as the platform runs; a delivery counts once the answer to it is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import httpx

from millmark.model.period import SECOND_US
from millmark.programmes.webhooks.addresses import checked_target
from millmark.programmes.webhooks.book import Outgoing, WebhookBook
from millmark.programmes.webhooks.errors import ForbiddenAddress
from millmark.programmes.webhooks.signing import signature

log = logging.getLogger(__name__)

TIMEOUT_S = 15.0
LOOKED_AT_EVERY_S = 1.0
_AT_ONCE = 16
_UNREADABLE = "the secret cannot be read with this platform's key; give the subscription a new one"


class WebhookSender:
    """Takes new steps from the log and sends what is due, several at a time, never two of one object."""

    def __init__(self, book: WebhookBook, *, now_us: Callable[[], int]) -> None:
        self._book = book
        self._now_us = now_us
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._running = asyncio.create_task(self._run(), name="send webhooks")

    async def stop(self) -> None:
        """Ends sending; what was under way and not yet noted is sent again at the next start."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None

    async def send_due(self) -> int:
        """One round; returns how many were tried."""
        await asyncio.to_thread(self._book.take_steps)
        due = await asyncio.to_thread(self._book.due, _AT_ONCE)
        await asyncio.gather(*(self._send(one) for one in due))
        return len(due)

    async def _run(self) -> None:
        while True:
            tried = 0
            try:
                tried = await self.send_due()
            except Exception:
                # The supervisor of sending: a database that is away for a moment must not end the task.
                log.exception("webhooks could not be sent; the next round tries again")
            if not tried:
                await asyncio.sleep(LOOKED_AT_EVERY_S)

    async def _send(self, outgoing: Outgoing) -> None:
        status: int | None = None
        try:
            status = await self._post(outgoing)
            error = None if 200 <= status < 300 else f"the receiver answered {status}"
        except (httpx.HTTPError, httpx.InvalidURL, ForbiddenAddress, TimeoutError, OSError) as problem:
            error = f"{type(problem).__name__}: {problem}"
        if error is None and status is not None:
            await asyncio.to_thread(self._book.delivered, outgoing.delivery_id, status)
        else:
            await asyncio.to_thread(self._book.failed, outgoing, status, error or "")

    async def _post(self, outgoing: Outgoing) -> int:
        """The status of the receiver's answer; redirects are answers like any other and not followed."""
        if outgoing.secret is None:
            raise ForbiddenAddress(_UNREADABLE)
        target = await asyncio.to_thread(checked_target, outgoing.url, allow_private=self._book.allow_private)
        timestamp = self._now_us() // SECOND_US
        headers = {
            "Host": target.authority,
            "Content-Type": "application/json",
            "User-Agent": "Millmark-Webhooks/1",
            "webhook-id": outgoing.message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(outgoing.secret, outgoing.message_id, timestamp, outgoing.body),
        }
        async with (
            asyncio.timeout(TIMEOUT_S),
            httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False) as client,
            client.stream(
                "POST",
                target.pinned_url,
                content=outgoing.body,
                headers=headers,
                # The certificate is checked against the name, not against the address connected to.
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):
            return answer.status_code
