"""What people do with the command, alone and beside a running platform."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import httpx
import pytest
from tests.cli.conftest import Folder, end

ENTRY = ("ledger", "add", "5g-base-station", "--area", "421200", "--source", "测试 test", "--date", "2023-08-01")


def add_enterprise(folder: Folder) -> None:
    added = folder.run(
        "enterprise", "add", "acme", "--name-zh", "某厂", "--name-en", "Acme", "--area", "421202", "--placeholder"
    )
    assert added.code == 0, added.err
    added = folder.run("site", "add", "acme/north", "--name-zh", "北厂", "--name-en", "North", "--area", "421202")
    assert added.code == 0, added.err


def test_alone_a_command_opens_the_folder_itself_and_what_it_wrote_stays(folder: Folder) -> None:
    before = folder.run("figures", "--json")
    assert before.code == 0, before.err
    stations = next(one for one in before.json() if one["id"] == "F02")

    added = folder.run(*ENTRY, "--quantity", "12", "--json")
    assert added.code == 0, added.err
    entry = added.json()[0]
    after = next(one for one in folder.run("figures", "--json").json() if one["id"] == "F02")
    assert float(after["value"]) == float(stations["value"] or 0) + 12
    assert f"ledger:{entry['id']}" in after["record_ids"]
    assert {"id", "value", "unit", "as_of", "record_ids"} <= set(after)

    voided = folder.run("ledger", "void", str(entry["id"]), "--source", "a slip of the pen")
    assert voided.code == 0, voided.err
    again = next(one for one in folder.run("figures", "--json").json() if one["id"] == "F02")
    assert again["value"] == stations["value"]
    listed = folder.run("ledger", "list", "--json").json()
    assert {one["id"] for one in listed} >= {entry["id"]}


def test_beside_a_running_platform_both_see_the_same(running: Folder) -> None:
    added = running.run(*ENTRY, "--quantity", "7", "--json")
    assert added.code == 0, added.err
    access = json.loads((running.path / "run" / "local.json").read_text())
    headers = {"Authorization": f"Bearer {access['token']}"}
    with httpx.Client(base_url=access["url"], headers=headers) as client:
        entries = client.get("/api/ledger").json()["entries"]
        assert [one["id"] for one in entries] == [added.json()[0]["id"]]
        audit = client.get("/api/audit").json()["entries"]
    assert (audit[0]["action"], audit[0]["means"], audit[0]["result"]) == (
        "ledger.add",
        "local_token",
        f"ledger:{entries[0]['id']}",
    )


def test_the_local_token_is_readable_by_its_owner_alone_and_goes_with_the_platform(folder: Folder) -> None:
    process = folder.start()
    access = folder.path / "run" / "local.json"
    assert stat.S_IMODE(access.stat().st_mode) == 0o600
    stranger = httpx.get(json.loads(access.read_text())["url"] + "/api/ledger")
    assert stranger.status_code == 401
    outcome = end(process)
    assert outcome.code == 0, outcome.err
    assert not access.exists()
    assert "Traceback" not in outcome.err
    assert "sign in  admin / " in outcome.out


def test_a_second_platform_over_one_folder_says_who_has_it(running: Folder) -> None:
    second = running.run("up")
    assert second.code == 1
    assert "is in use by another program (process " in second.err
    assert "Traceback" not in second.err


def test_after_a_kill_the_next_command_finds_everything(folder: Folder) -> None:
    process = folder.start()
    added = folder.run(*ENTRY, "--quantity", "3", "--json")
    process.kill()
    process.wait()
    # run/local.json is still there and names a process that is not.
    assert (folder.path / "run" / "local.json").exists()
    listed = folder.run("ledger", "list", "--json")
    assert listed.code == 0, listed.err
    assert [one["id"] for one in listed.json()] == [added.json()[0]["id"]]
    process.communicate()


def test_gateways_get_a_key_once(folder: Folder) -> None:
    add_enterprise(folder)
    added = folder.run("gateway", "add", "plc-7", "--root", "acme/north", "--may-register")
    assert added.code == 0, added.err
    key = added.out.split("key (shown this once): ")[1].strip()
    renewed = folder.run("gateway", "key", "plc-7")
    assert renewed.code == 0, renewed.err
    assert key not in renewed.out
    listed = folder.run("gateway", "list", "--json").json()
    assert [(one["id"], one["root"], one["has_key"]) for one in listed] == [("plc-7", "acme/north", True)]
    assert key not in json.dumps(listed)


def test_accounts_are_made_and_reset(folder: Folder) -> None:
    add_enterprise(folder)
    added = folder.run("account", "add", "li", "--role", "engineer", "--enterprise", "acme")
    assert added.code == 0, added.err
    reset = folder.run("account", "reset", "li")
    assert reset.code == 0, reset.err
    assert added.out.splitlines()[-1] != reset.out.splitlines()[-1]
    listed = {one["account"]: one for one in folder.run("account", "list", "--json").json()}
    assert listed["li"]["role"] == "engineer"
    assert listed["admin"]["must_change_password"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("ledger", "add", "no-such-kind", "--area", "421200", "--source", "x", "--date", "2023-01-01"),
            "no-such-kind",
        ),
        (("ledger", "add", "5g-base-station", "--area", "421200", "--source", "x", "--date", "soon"), "date"),
        (("ledger", "void", "999", "--source", "x"), "999"),
        (("figures", "--as-of", "yesterday"), "as_of"),
        (("seal", "acme/nowhere", "2023-01-01"), "there is no site"),
        (("seal", "acme/nowhere", "yesterday"), "is not a date"),
        (("claim", "export", "not-an-id"), "neither a file nor the id"),
        (("verify", "00000000-0000-4000-8000-000000000000"), "nothing here by this name"),
        (("gateway", "key", "nobody"), "nobody"),
        (("gateway", "add", "plc", "--root", "acme/nowhere"), "acme/nowhere"),
        (("account", "add", "li", "--role", "king"), "role"),
        (("export", "acme", "--out", "x.parquet", "--start", "soon", "--end", "later"), "neither a date nor a time"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_and_nothing_else(
    folder: Folder, arguments: tuple[str, ...], says: str
) -> None:
    outcome = folder.run(*arguments)
    assert outcome.code == 1, outcome.out
    assert outcome.out == ""
    assert outcome.err.startswith("error: ")
    assert says in outcome.err
    assert "next:  " in outcome.err
    assert "Traceback" not in outcome.err


def test_a_folder_that_cannot_be_written_is_said_so(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("in the way")
    outcome = Folder(tmp_path / "a-file", folder.environment).run("figures")
    assert outcome.code == 1
    assert "a-file" in outcome.err
    assert "Traceback" not in outcome.err
