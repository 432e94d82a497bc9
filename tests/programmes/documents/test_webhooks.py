"""Webhooks against real receivers: signed, at least once, in order, tried again, never into the house."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.fixtures.receiver import Receiver, receiving

from millmark.programmes.documents.tables import WebhookSubscriptionRow
from millmark.programmes.life import PLATFORM, ObjectKind, record
from millmark.programmes.webhooks import (
    DeliveryState,
    ForbiddenAddress,
    InvalidSubscription,
    SecretBox,
    WebhookBook,
    WebhookSender,
)
from millmark.programmes.webhooks.addresses import checked_target
from millmark.programmes.webhooks.book import RETRY_AFTER_S


@dataclass
class Clock:
    us: int = 1_790_000_000_000_000

    def __call__(self) -> int:
        self.us += 1
        return self.us

    def later(self, seconds: float) -> None:
        self.us += int(seconds * 1_000_000)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(database, tmp_path: Path, clock: Clock) -> WebhookBook:
    return WebhookBook(database, SecretBox(tmp_path / "webhooks.key"), now_us=clock, allow_private=True)


def step(database, clock: Clock, object_id: int = 7, kind: ObjectKind = ObjectKind.APPLICATION) -> int:
    with database.transaction() as session:
        return record(
            session,
            kind=kind,
            object_id=object_id,
            version=1,
            state_from="draft",
            state_to="submitted",
            action="submit",
            actor=PLATFORM,
            at_us=clock(),
            reason="ask Mrs Li",
            detail={"phone": "secret"},
        ).id


def subscribe(book: WebhookBook, url: str, *kinds: str, name: str = "portal") -> tuple[int, str]:
    kept, secret = book.subscribe(name=name, url=url, object_kinds=kinds, created_by="admin")
    return kept.id, secret


async def test_a_step_arrives_once_signed_and_says_no_reasons(database, book, clock, receiver):
    before = step(database, clock)
    _, secret = subscribe(book, receiver.url)
    sent = step(database, clock)
    sender = WebhookSender(book, now_us=clock)
    assert [await sender.send_due() for _ in range(3)] == [1, 0, 0]
    assert before not in receiver.steps
    headers, body = receiver.got[0]
    assert receiver.steps == [sent]
    assert headers["webhook-id"] == f"step-{sent}"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["type"] == "application.submit"
    assert b"secret" not in body
    assert b"Mrs Li" not in body


async def test_only_the_kinds_that_were_asked_for(database, book, clock, receiver):
    subscribe(book, receiver.url, "award")
    step(database, clock)
    wanted = step(database, clock, kind=ObjectKind.AWARD)
    await WebhookSender(book, now_us=clock).send_due()
    assert receiver.steps == [wanted]


async def test_a_failure_is_tried_again_later_under_the_same_id_and_holds_back_its_object_alone(
    database, book, clock, receiver
):
    subscription, _ = subscribe(book, receiver.url)
    first, second = step(database, clock, 7), step(database, clock, 7)
    other = step(database, clock, 8)
    receiver.fails_once = {first}
    sender = WebhookSender(book, now_us=clock)
    await sender.send_due()
    assert sorted(receiver.steps) == sorted([first, other])
    assert await sender.send_due() == 0
    clock.later(RETRY_AFTER_S[0] + 1)
    while await sender.send_due():
        pass
    assert receiver.steps[2:] == [first, second]
    assert {
        headers["webhook-id"] for headers, body in receiver.got if json.loads(body)["data"]["step_id"] == first
    } == {f"step-{first}"}
    assert book.counts(subscription) == {DeliveryState.DELIVERED: 3}


async def test_after_ten_failures_a_delivery_is_dead_in_sight_and_can_be_sent_again(database, book, clock, receiver):
    subscription, _ = subscribe(book, receiver.url)
    dead, after = step(database, clock), step(database, clock)
    sender = WebhookSender(book, now_us=clock)
    receiver.answers = [503] * 10
    for wait in (*RETRY_AFTER_S, 0):
        assert await sender.send_due() == 1
        clock.later(wait + 1)
    found = book.deliveries(subscription, state=DeliveryState.DEAD)
    assert [(one.step_id, one.attempts, one.last_status) for one in found] == [(dead, 10, 503)]
    await sender.send_due()
    assert receiver.steps[-1] == after
    assert book.replay(subscription) == 1
    await sender.send_due()
    assert receiver.steps[-1] == dead
    assert book.counts(subscription) == {DeliveryState.DELIVERED: 2}


async def test_redirects_and_silence_are_failures(database, book, clock, receiver):
    subscription, _ = subscribe(book, receiver.url)
    step(database, clock)
    receiver.answers, receiver.location = [302], receiver.url
    sender = WebhookSender(book, now_us=clock)
    await sender.send_due()
    assert len(receiver.got) == 1
    assert book.deliveries(subscription)[0].last_error == "the receiver answered 302"
    gone, _ = subscribe(book, "http://127.0.0.1:9/hook", name="gone")
    step(database, clock, 9)
    await sender.send_due()
    assert "Connect" in (book.deliveries(gone)[0].last_error or "")


async def test_steps_that_commit_late_are_not_skipped(postgres_database, tmp_path, clock, receiver):
    """A later step's transaction may commit first: its id is higher, and the earlier one appears behind it."""
    database = postgres_database
    book = WebhookBook(database, SecretBox(tmp_path / "key"), now_us=clock, allow_private=True)
    subscribe(book, receiver.url)
    with database.transaction() as session:
        early = record(
            session, kind=ObjectKind.CALL, object_id=1, version=1, state_from=None, state_to="draft", action="draft",
            actor=PLATFORM, at_us=clock(),
        ).id  # fmt: skip
        late = step(database, clock, 2)
        book.take_steps()
    book.take_steps()
    sender = WebhookSender(book, now_us=clock)
    await sender.send_due()
    assert early < late
    assert sorted(receiver.steps) == [early, late]


def test_secrets_are_not_in_the_database_and_open_by_their_own_key_alone(database, book, clock, tmp_path):
    subscription, secret = subscribe(book, "http://127.0.0.1:9/hook")
    with database.reading() as session:
        kept = session.scalars(select(WebhookSubscriptionRow.secret)).one()
    assert secret.removeprefix("whsec_") not in kept
    assert (tmp_path / "webhooks.key").stat().st_mode & 0o777 == 0o600
    elsewhere = WebhookBook(database, SecretBox(tmp_path / "other.key"), now_us=clock, allow_private=True)
    assert [one.is_readable for one in elsewhere.subscriptions()] == [False]
    assert elsewhere.renew_secret(subscription) != secret
    assert [one.is_readable for one in elsewhere.subscriptions()] == [True]


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("localhost", "127.0.0.1"),
        ("inside.example", "10.1.2.3"),
        ("inside.example", "192.168.0.1"),
        ("metadata.example", "169.254.169.254"),
        ("six.example", "::1"),
        ("six.example", "fe80::1%eth0"),
        ("six.example", "fd00::1"),
        ("mapped.example", "::ffff:127.0.0.1"),
        ("six-to-four.example", "2002:7f00:1::"),
        ("any.example", "0.0.0.0"),  # noqa: S104 - an address to refuse
        ("shared.example", "100.64.0.1"),
    ],
)
def test_no_webhook_goes_into_the_house(host: str, address: str) -> None:
    with pytest.raises(ForbiddenAddress, match="no address of the internet"):
        checked_target(f"https://{host}/", allow_private=False, look_up=lambda _host, _port: ["8.8.8.8", address])


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "http://example.org/",
        "https://",
        "https://u:p@example.org/",
        "nonsense",
        "https://a:99999/",
    ],
)
def test_what_is_no_address_for_a_webhook_is_told(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        checked_target(url, allow_private=False, look_up=lambda _host, _port: ["8.8.8.8"])


def test_what_is_connected_to_is_what_was_checked() -> None:
    target = checked_target(
        "https://example.org:8443/a?b=c", allow_private=False, look_up=lambda _host, _port: ["93.184.215.14"]
    )
    assert (target.pinned_url, target.authority) == ("https://93.184.215.14:8443/a?b=c", "example.org:8443")


def test_a_subscription_that_cannot_be_is_told(book) -> None:
    with pytest.raises(InvalidSubscription, match="known are call"):
        subscribe(book, "http://127.0.0.1:9/hook", "nothing")
    subscribe(book, "http://127.0.0.1:9/hook")
    with pytest.raises(InvalidSubscription, match="already"):
        subscribe(book, "http://127.0.0.1:9/hook")


KILLED = textwrap.dedent(
    """
    import asyncio, os, sys, time
    from pathlib import Path
    from millmark.programmes.webhooks import SecretBox, WebhookBook, WebhookSender
    from millmark.registry import Database

    def now(): return time.time_ns() // 1_000
    book = WebhookBook(Database(sys.argv[1]), SecretBox(Path(sys.argv[2])), now_us=now, allow_private=True)
    if sys.argv[3] == "die":
        book.delivered = lambda *_: os.kill(os.getpid(), 9)
    asyncio.run(WebhookSender(book, now_us=now).send_due())
    """
)


async def test_a_kill_between_sending_and_noting_sends_again_under_the_same_id(
    sqlite_database, tmp_path, clock, receiver
):
    database = sqlite_database
    book = WebhookBook(database, SecretBox(tmp_path / "key"), now_us=clock, allow_private=True)
    clock.us = 1_700_000_000_000_000
    subscription, _ = subscribe(book, receiver.url)
    sent = step(database, clock)
    url = database.engine.url.render_as_string(hide_password=False)
    for how in ("die", "live"):
        command = [sys.executable, "-c", KILLED, url, str(tmp_path / "key"), how]
        ended = await asyncio.to_thread(subprocess.run, command, check=False, timeout=60, capture_output=True)
        assert ended.returncode == (-9 if how == "die" else 0), ended.stderr
    assert receiver.steps == [sent, sent]
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert book.counts(subscription) == {DeliveryState.DELIVERED: 1}
