"""Commands beside a running platform, and what they say when something cannot be done."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from tests.cli.conftest import Folder, command

from millmark.web.local import read

NEW = ("ledger", "add", "5g-base-station", "--area", "421200", "--source", "测试 test", "--date")


@pytest.fixture(scope="module")
def acme(running: Folder) -> Folder:
    """The running platform's folder, with an enterprise, a site and a machine."""
    for words in (
        ("enterprise", "add", "acme", "--name-zh", "某厂", "--name-en", "Acme", "--area", "421202", "--placeholder"),
        ("site", "add", "acme/north", "--name-zh", "北厂", "--name-en", "North", "--area", "421202"),
        ("asset", "set", "acme/north/press", "--level", "equipment", "--counts-as-equipment"),
    ):
        done = running.run(*words)
        assert done.code == 0, done.err
    return running


def test_what_is_added_is_there_for_everybody_and_in_the_log(running: Folder) -> None:
    added = running.run(*NEW, "2023-08-01", "--quantity", "7", "--json").json()[0]
    access = read(running.path)
    assert access is not None
    with httpx.Client(base_url=access.url, headers={"Authorization": f"Bearer {access.token}"}) as client:
        assert added["id"] in {one["id"] for one in client.get("/api/ledger").json()["entries"]}
        audit = client.get("/api/audit").json()["entries"]
    assert (audit[0]["action"], audit[0]["means"], audit[0]["result"], audit[0]["outcome"]) == (
        "ledger.add",
        "local_token",
        f"ledger:{added['id']}",
        201,
    )


def test_a_second_platform_over_one_folder_says_who_has_it(running: Folder) -> None:
    second = running.run("up")
    assert second.code == 1
    assert "is in use by another program (process " in second.err


def test_enterprises_and_what_stands_there_are_listed(acme: Folder) -> None:
    listed = acme.run("enterprise", "list", "--json").json()
    assert [(one["slug"], one["equipment"], one["is_placeholder"]) for one in listed] == [("acme", 1, True)]
    table = acme.run("enterprise", "list")
    assert "某厂 · Acme" in table.out


def test_a_gateway_gets_a_key_once(acme: Folder) -> None:
    added = acme.run("gateway", "add", "plc-7", "--root", "acme/north", "--may-register")
    assert added.code == 0, added.err
    key = added.out.split("key (shown this once): ")[1].strip()
    renewed = acme.run("gateway", "key", "plc-7")
    assert renewed.code == 0, renewed.err
    assert key not in renewed.out
    listed = acme.run("gateway", "list", "--json").json()
    assert [(one["id"], one["root"], one["has_key"]) for one in listed] == [("plc-7", "acme/north", True)]
    assert key not in json.dumps(listed)


def test_a_gateway_is_written_to_only_while_somebody_allows_it(acme: Folder) -> None:
    acme.run("gateway", "add", "plc-8", "--root", "acme/north")
    write = ("command", "write", "plc-8", "setpoint", "25", "--reason", "trial run")
    assert "Nobody has granted" in acme.run(*write).err
    assert acme.run("gateway", "allow-writing", "plc-8").code == 0
    listed = {one["id"]: one["may_be_written"] for one in acme.run("gateway", "list", "--json").json()}
    assert listed["plc-8"] is True
    # Allowed now, but there is no edge node to write to.
    assert "No Sparkplug edge node" in acme.run(*write).err
    assert "No Sparkplug edge node" in acme.run("command", "rebirth", "plc-8", "--reason", "trial run").err
    assert acme.run("gateway", "forbid-writing", "plc-8").code == 0
    assert "Nobody has granted" in acme.run(*write).err


def test_accounts_are_made_and_reset(acme: Folder) -> None:
    added = acme.run("account", "add", "li", "--role", "engineer", "--enterprise", "acme")
    assert added.code == 0, added.err
    reset = acme.run("account", "reset", "li")
    assert reset.code == 0, reset.err
    assert added.out.splitlines()[-1] != reset.out.splitlines()[-1]
    listed = {one["account"]: one for one in acme.run("account", "list", "--json").json()}
    assert listed["li"]["role"] == "engineer"
    assert listed["admin"]["must_change_password"]


def test_a_day_is_sealed_once(acme: Folder) -> None:
    first = acme.run("seal", "acme/north", "2026-01-01", "--json").json()
    again = acme.run("seal", "acme/north", "2026-01-01", "--json").json()
    assert first == again
    assert (first["kind"], first["sequence"], first["row_count"]) == ("day", 1, 0)
    early = acme.run("seal", "acme/north", "2999-01-01")
    assert early.code == 1
    assert "is not over" in early.err


def test_nothing_was_set_aside(running: Folder) -> None:
    assert running.run("quarantine", "list", "--json").json() == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ledger", "add", "no-such", "--area", "421200", "--source", "x", "--date", "2023-01-01"), "no-such"),
        ((*NEW, "soon"), "date"),
        ((*NEW, "2023-01-01"), "quantity"),
        ((*NEW, "2023-01-01", "--start", "2023-01-01", "--quantity", "1"), "one day or of one span"),
        (("ledger", "void", "999", "--source", "x"), "999"),
        (("figures", "--as-of", "yesterday"), "as_of"),
        (("seal", "acme/nowhere", "2023-01-01"), "there is no site"),
        (("seal", "acme/nowhere", "yesterday"), "is not a date"),
        (("claim", "export", "not-an-id"), "neither a file nor the id"),
        (("claim", "issue", "beauty", "acme/north", "2026-01-01"), "beauty"),
        (("verify", "00000000-0000-4000-8000-000000000000"), "nothing here by this name"),
        (("gateway", "key", "nobody"), "nobody"),
        (("gateway", "allow-writing", "nobody"), "nobody"),
        (("gateway", "add", "plc", "--root", "acme/nowhere"), "acme/nowhere"),
        (("command", "write", "nobody", "setpoint", "25", "--reason", "trial"), "nothing here by this name"),
        (("command", "write", "plc", "setpoint", "25", "--reason", ""), "reason"),
        (("gateway", "add", "Not An Id", "--root", "acme/north"), "id"),
        (("account", "add", "li", "--role", "king"), "role"),
        (("account", "add", "wu", "--role", "engineer"), "belongs to one enterprise"),
        (("account", "reset", "nobody"), "nobody"),
        (("enterprise", "add", "x", "--name-zh", "某", "--name-en", "X", "--area", "421202"), "credit code"),
        (("site", "add", "nobody/north", "--name-zh", "某", "--name-en", "N", "--area", "421202"), "nobody"),
        (("asset", "set", "acme/north/press", "--level", "roof"), "level"),
        (("asset", "set", "acme/north/press", "--level", "equipment", "--attribute", "x"), "is no attribute"),
        (("export", "acme", "--out", "x.parquet", "--start", "soon", "--end", "later"), "neither a date nor a time"),
        (("export", "acme", "--out", "x.parquet", "--start", "2026-01-01", "--end", "2026-01-02"), "no point"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_and_nothing_else(
    acme: Folder, arguments: tuple[str, ...], says: str
) -> None:
    outcome = acme.run(*arguments)
    assert outcome.code == 1, outcome.out
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert says in outcome.err
    assert "next:  " in outcome.err


def test_a_document_that_is_none_is_not_verified(tmp_path: Path) -> None:
    document = tmp_path / "claim.json"
    document.write_text("{}")
    outcome = command("verify", str(document))
    assert outcome.code == 1
    assert "FAILED  document_form" in outcome.out
    assert outcome.out.endswith("NOT verified\n")
    missing = command("verify", str(document), "--data", str(tmp_path / "rows.parquet"))
    assert missing.code == 1
    assert "cannot be read" in missing.err


def test_an_id_is_not_looked_up_in_a_file(tmp_path: Path) -> None:
    rows = tmp_path / "rows.parquet"
    rows.write_bytes(b"")
    outcome = command("verify", "00000000-0000-4000-8000-000000000000", "--data", str(rows))
    assert outcome.code == 1
    assert "--data names a file" in outcome.err
