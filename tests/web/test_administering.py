"""What an administrator sets up: accounts, departments, a gateway's key, and who is told of steps by webhook."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from unittest import mock

import pytest
from tests.fixtures.receiver import Receiver, receiving
from tests.web.bureau import Bureau, Ground, bureau_in, bureau_on

from millmark.model.period import SECOND_US

ADMIN = "admin"
# Whoever keeps the books of others keeps no accounts: an officer of everywhere, an enterprise's manager, an auditor.
OTHERS = ("bureau", "county", "north-manager", "auditor")


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    folder = tmp_path_factory.mktemp("administering")
    (folder / "millmark.toml").write_text("[webhooks]\nallow_private = true\n", "utf-8")
    with bureau_in(folder) as ground:
        yield ground


@pytest.fixture
async def bureau(ground: Ground) -> AsyncIterator[Bureau]:
    async with bureau_on(ground) as bureau:
        yield bureau


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


async def logged(bureau: Bureau, action: str) -> tuple[str, str, int | None]:
    """Who took the latest step of a kind, what came of it, and how it was answered; as an auditor reads it."""
    entries = (await bureau.get("auditor", "/audit?limit=50"))["entries"]
    latest = next(one for one in entries if one["action"] == action)
    return latest["actor"], latest["result"], latest["outcome"]


async def signs_in(bureau: Bureau, account: str, password: str) -> int:
    form = {"account": account, "password": password}
    answer = await bureau.client.post("/api/session", json=form)
    bureau.client.cookies.clear()
    return answer.status_code


# ---- accounts


async def test_a_new_account_signs_in_with_the_password_that_was_shown_once(bureau: Bureau) -> None:
    form = {"account": "li.hua", "role": "officer", "area_code": "421202"}
    made = await bureau.do(ADMIN, "/accounts", form)
    assert made["account"] == "li.hua"
    assert await signs_in(bureau, "li.hua", made["one_time_password"]) == 200
    listed = {one["account"]: one for one in (await bureau.get(ADMIN, "/accounts"))["accounts"]}
    assert listed["li.hua"]["must_change_password"]
    assert "one_time_password" not in listed["li.hua"]
    # It is what it was made: an officer of one county, who sees nothing of another.
    session = await bureau.get("li.hua", "/session")
    assert (session["role"], session["area_code"]) == ("officer", "421202")
    await bureau.refused(404, "li.hua", f"/enterprises/{bureau.south}", method="GET")
    assert await logged(bureau, "accounts.add") == (ADMIN, "account:li.hua role:officer area:421202", 201)
    log = json.dumps((await bureau.get("auditor", "/audit?limit=50"))["entries"])
    assert made["one_time_password"] not in log


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({"account": "county", "role": "officer"}, 409, "is there already"),
        ({"account": "n1", "role": "manager", "enterprise_id": 999}, 409, "there is no enterprise 999"),
        ({"account": "n2", "role": "department", "department": "no-such"}, 409, "there is no department 'no-such'"),
        ({"account": "n3", "role": "manager"}, 422, "belongs to one enterprise"),
        ({"account": "n4", "role": "auditor", "enterprise_id": 1}, 422, "belongs to no enterprise"),
        ({"account": "n5", "role": "reviewer", "area_code": "421202"}, 422, "has no area"),
        ({"account": "n6", "role": "officer", "department": "finance"}, 422, "has no department"),
        ({"account": "N7", "role": "officer"}, 422, "account"),
        ({"account": "n8", "role": "emperor"}, 422, "role"),
    ],
)
async def test_an_account_that_cannot_be_says_why_and_is_not_kept(
    bureau: Bureau, form: dict[str, Any], status: int, told: str
) -> None:
    before = await bureau.get(ADMIN, "/accounts")
    assert told in await bureau.refused(status, ADMIN, "/accounts", form)
    assert await bureau.get(ADMIN, "/accounts") == before


async def test_a_lost_password_is_replaced_and_whoever_had_the_old_one_is_out(bureau: Bureau) -> None:
    first = (await bureau.do(ADMIN, "/accounts", {"account": "wang", "role": "reviewer"}))["one_time_password"]
    await bureau.get("wang", "/session")
    second = (await bureau.do(ADMIN, "/accounts/wang/reset"))["one_time_password"]
    await bureau.refused(401, "wang", "/session", method="GET")
    assert [await signs_in(bureau, "wang", one) for one in (first, second)] == [401, 200]
    assert (await logged(bureau, "accounts.reset"))[::2] == (ADMIN, 200)
    assert "no account" in await bureau.refused(404, ADMIN, "/accounts/nobody/reset")
    # Of an account that was shut, a new password would open nothing.
    assert (await bureau.ask(ADMIN, "DELETE", "/accounts/wang")).status_code == 204
    assert "is disabled" in await bureau.refused(409, ADMIN, "/accounts/wang/reset")
    assert await signs_in(bureau, "wang", second) == 401


async def test_nobody_else_makes_accounts_or_opens_those_of_others(bureau: Bureau) -> None:
    form = {"account": "spare", "role": "admin"}
    for who in OTHERS:
        await bureau.refused(403, who, "/accounts", form)
        await bureau.refused(403, who, f"/accounts/{ADMIN}/reset")
    assert "spare" not in {one["account"] for one in (await bureau.get(ADMIN, "/accounts"))["accounts"]}
    assert (await logged(bureau, "accounts.reset"))[::2] == ("auditor", 403)


# ---- departments


async def test_a_department_is_named_renamed_and_given_staff(bureau: Bureau) -> None:
    names = {"name_zh": "市住建局", "name_en": "Housing"}
    await bureau.do(ADMIN, "/departments/housing", names, method="PUT")
    await bureau.do(ADMIN, "/departments/housing", names | {"name_en": "Housing bureau"}, method="PUT")
    # Whoever is signed in picks from the list; there is one, by its latest name.
    listed = (await bureau.get("north-manager", "/departments"))["departments"]
    assert [one for one in listed if one["id"] == "housing"] == [
        {"id": "housing", "name_zh": "市住建局", "name_en": "Housing bureau"}
    ]
    form = {"account": "housing-staff", "role": "department", "department": "housing"}
    await bureau.do(ADMIN, "/accounts", form)
    assert (await bureau.get("housing-staff", "/session"))["department"] == "housing"
    assert (await logged(bureau, "departments.put"))[::2] == (ADMIN, 200)

    twice = await bureau.refused(422, ADMIN, "/departments/housing-2", names, method="PUT")
    assert "another department is called '市住建局'" in twice
    blank = {"name_zh": "  ", "name_en": "x"}
    assert "name_zh" in await bureau.refused(422, ADMIN, "/departments/blank", blank, method="PUT")
    await bureau.refused(422, ADMIN, "/departments/Not%20a%20word", names, method="PUT")
    for who in (*OTHERS, "housing-staff"):
        await bureau.refused(403, who, "/departments/housing", {"name_zh": "甲", "name_en": "A"}, method="PUT")
    assert (await bureau.get("bureau", "/departments"))["departments"] == listed


# ---- gateways


async def test_a_gateway_is_let_in_by_its_newest_key_alone(bureau: Bureau) -> None:
    registry = bureau.platform.registry
    site = registry.add_site(bureau.north, slug="works", name_zh="厂区", name_en="Works", area_code="421202")
    registry.ensure_gateway("north-gateway", root=site.path, kind="mqtt", may_register=True)
    await bureau.platform.intake.start()

    async def writes(key: str) -> int:
        headers = {"Authorization": f"Token north-gateway:{key}"}
        body = "m,asset=press temperature=21.5 1772400000000000000"
        return (await bureau.client.post("/api/v2/write", content=body, headers=headers)).status_code

    try:
        first, second = [(await bureau.do(ADMIN, "/gateways/north-gateway/key"))["key"] for _ in range(2)]
        assert [await writes(key) for key in (first, second)] == [401, 204]
        series = registry.series_by_key("north/works/press:m.temperature")
        assert (await bureau.get("north-manager", f"/series/{series.id}"))["metric"] == "m.temperature"
        assert (await logged(bureau, "gateways.key"))[::2] == (ADMIN, 200)
        shown = (await bureau.get("north-engineer", "/gateways"))["gateways"]
        assert [(one["id"], one["has_key"], "key" in one) for one in shown] == [("north-gateway", True, False)]

        assert "no-such" in await bureau.refused(404, ADMIN, "/gateways/no-such/key")
        for who in (*OTHERS, "north-engineer", "south-manager"):
            await bureau.refused(403, who, "/gateways/north-gateway/key")
        assert await writes(second) == 204, "nobody else changed it"
    finally:
        await bureau.platform.intake.stop()


# ---- webhooks


async def subscribed(bureau: Bureau, receiver: Receiver, name: str, *kinds: str) -> tuple[int, str]:
    form = {"name": name, "url": receiver.url, "object_kinds": list(kinds)}
    made = await bureau.do(ADMIN, "/webhooks", form)
    return made["subscription_id"], made["secret"]


async def shown(bureau: Bureau, number: int) -> dict[str, Any]:
    listed: list[dict[str, Any]] = (await bureau.get(ADMIN, "/webhooks"))["subscriptions"]
    return next(one for one in listed if one["id"] == number)


async def sent(bureau: Bureau) -> None:
    """What the platform does every second while it runs."""
    while await bureau.platform.webhook_sender.send_due():
        pass


def is_signed_by(secret: str, message: tuple[dict[str, str], bytes]) -> bool:
    headers, body = message
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


async def test_a_portal_is_told_of_the_steps_that_it_asked_for(bureau: Bureau, receiver: Receiver) -> None:
    number, secret = await subscribed(bureau, receiver, "portal", "application")
    call_id = await bureau.open_call("told-by-webhook")
    application_id = await bureau.started(call_id)
    await sent(bureau)
    [message] = receiver.got
    told = json.loads(message[1])
    assert (told["type"], told["data"]["object_id"]) == ("application.start", application_id)
    assert is_signed_by(secret, message)

    [delivery] = (await bureau.get(ADMIN, f"/webhooks/{number}/deliveries"))["deliveries"]
    assert (delivery["state"], delivery["attempts"], delivery["last_status"]) == ("delivered", 1, 204)
    assert (delivery["object_kind"], delivery["object_id"]) == ("application", application_id)
    assert (await bureau.get(ADMIN, f"/webhooks/{number}/deliveries?state=dead"))["deliveries"] == []
    counted = await shown(bureau, number)
    assert (counted["waiting"], counted["delivered"], counted["dead"]) == (0, 1, 0)
    assert secret not in json.dumps(counted), "the secret was told once"
    assert await logged(bureau, "webhooks.subscribe") == (ADMIN, f"webhook:{number} {receiver.url}", 201)

    # A secret that got out is replaced; what is sent from then on is signed by the new one.
    renewed = (await bureau.do(ADMIN, f"/webhooks/{number}/secret"))["secret"]
    await bureau.filled(application_id)
    await sent(bureau)
    assert [is_signed_by(one, receiver.got[-1]) for one in (secret, renewed)] == [False, True]
    assert await logged(bureau, "webhooks.secret") == (ADMIN, f"webhook:{number}", 200)
    await bureau.do(ADMIN, f"/webhooks/{number}", {"is_active": False}, method="PATCH")


async def test_a_webhook_that_is_ended_hears_of_what_was_done_before_and_of_nothing_after(
    bureau: Bureau, receiver: Receiver
) -> None:
    number, _ = await subscribed(bureau, receiver, "paused", "application")
    call_id = await bureau.open_call("before-and-after")
    application_id = await bureau.started(call_id)
    ended = await bureau.do(ADMIN, f"/webhooks/{number}", {"is_active": False}, method="PATCH")
    assert (ended["is_active"], ended["waiting"]) == (False, 1), "the step that was done in time waits for it"
    await bureau.filled(application_id)
    await sent(bureau)
    assert receiver.got == []
    again = await bureau.do(ADMIN, f"/webhooks/{number}", {"is_active": True}, method="PATCH")
    assert again["is_active"]
    await sent(bureau)
    assert [json.loads(body)["type"] for _, body in receiver.got] == ["application.start"]
    assert await logged(bureau, "webhooks.change") == (ADMIN, f"webhook:{number} active:True", 200)
    await bureau.do(ADMIN, f"/webhooks/{number}", {"is_active": False}, method="PATCH")


async def test_what_never_arrived_is_dead_and_sent_again_when_somebody_says_so(
    bureau: Bureau, receiver: Receiver
) -> None:
    number, _ = await subscribed(bureau, receiver, "down", "application")
    receiver.answers = [500, 500]
    await bureau.started(await bureau.open_call("dead-and-again"), "south-manager")
    # Two attempts instead of ten; that ten are made is told in tests/programmes.
    with mock.patch("millmark.programmes.webhooks.book.RETRY_AFTER_S", (5,)):
        await sent(bureau)
        bureau.clock[0] += 6 * SECOND_US
        await sent(bureau)
    [dead] = (await bureau.get(ADMIN, f"/webhooks/{number}/deliveries?state=dead"))["deliveries"]
    assert (dead["attempts"], dead["last_status"]) == (2, 500)
    assert "answered 500" in dead["last_error"]
    assert await bureau.do(ADMIN, f"/webhooks/{number}/replay", {"delivery_ids": [dead["id"] + 1]}) == {"replayed": 0}
    assert await bureau.do(ADMIN, f"/webhooks/{number}/replay", {}) == {"replayed": 1}
    assert await logged(bureau, "webhooks.replay") == (ADMIN, f"webhook:{number} replayed:1", 200)
    await sent(bureau)
    counted = await shown(bureau, number)
    assert (counted["waiting"], counted["delivered"], counted["dead"]) == (0, 1, 0)
    ids = {headers["webhook-id"] for headers, _ in receiver.got}
    assert (len(receiver.got), len(ids)) == (3, 1), "a receiver tells by the id that it is the same step"


async def test_a_webhook_that_cannot_be_says_why_and_nobody_else_sets_one_up(
    bureau: Bureau, receiver: Receiver
) -> None:
    number, _ = await subscribed(bureau, receiver, "own", "award")
    form = {"name": "own", "url": receiver.url}
    for change, told in (
        ({}, "already"),
        ({"name": "  "}, "say who is told"),
        ({"name": "x", "object_kinds": ["weather"]}, "weather is not known"),
        ({"name": "x", "url": "ftp://example.org/hook"}, "url"),
        ({"name": "x", "url": "http://user:pw@127.0.0.1/hook"}, "no user or password"),
    ):
        assert told in await bureau.refused(422, ADMIN, "/webhooks", form | change)
    for method, path, body in (
        ("POST", "", {"name": "mine", "url": receiver.url}),
        ("PATCH", f"/{number}", {"is_active": False}),
        ("POST", f"/{number}/secret", None),
        ("GET", f"/{number}/deliveries", None),
        ("POST", f"/{number}/replay", {}),
    ):
        for who in OTHERS:
            await bureau.refused(403, who, f"/webhooks{path}", body, method=method)
        if path:
            missing = path.replace(str(number), "999")
            assert "999" in await bureau.refused(404, ADMIN, f"/webhooks{missing}", body, method=method)
    assert [one["name"] for one in (await bureau.get(ADMIN, "/webhooks"))["subscriptions"]].count("own") == 1
    assert (await shown(bureau, number))["is_active"]
    # What an address ends with is often a password of the receiver's: the log does not have it.
    await bureau.do(ADMIN, "/webhooks", {"name": "robot", "url": f"{receiver.url}?key=of-the-receiver"})
    assert "of-the-receiver" not in str(await logged(bureau, "webhooks.subscribe"))
