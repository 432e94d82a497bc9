"""Commands over a folder that no platform runs on: each opens it itself."""

from __future__ import annotations

import stat
from pathlib import Path

import httpx
import pytest
from tests.cli.conftest import Folder, end

from millmark.cli.door import state_folder
from millmark.settings import load_settings
from millmark.web.local import access_file, read

ENTRY = ("ledger", "add", "5g-base-station", "--area", "421200", "--source", "测试 test", "--date", "2023-08-01")


def test_what_a_command_wrote_stays_and_the_figure_follows(folder: Folder) -> None:
    stations = next(one for one in folder.run("figures", "--json").json() if one["id"] == "F02")
    assert {"id", "value", "unit", "as_of", "record_ids"} <= set(stations)

    entry = folder.run(*ENTRY, "--quantity", "12", "--json").json()[0]
    after = next(one for one in folder.run("figures", "--json").json() if one["id"] == "F02")
    assert float(after["value"]) == float(stations["value"] or 0) + 12
    assert f"ledger:{entry['id']}" in after["record_ids"]

    earlier = folder.run("figures", "--as-of", "2023-07-31", "--json").json()
    assert next(one for one in earlier if one["id"] == "F02")["value"] == stations["value"]

    voided = folder.run("ledger", "void", str(entry["id"]), "--source", "a slip of the pen", "--json")
    assert voided.json()[0]["voids"] == entry["id"]
    again = next(one for one in folder.run("figures", "--json").json() if one["id"] == "F02")
    assert again["value"] == stations["value"]


def test_a_platform_prints_its_sign_in_guards_its_token_and_survives_a_kill(folder: Folder) -> None:
    process = folder.start()
    access = access_file(folder.path)
    assert stat.S_IMODE(access.stat().st_mode) == 0o600
    added = folder.run(*ENTRY, "--quantity", "3", "--json").json()
    process.kill()
    out, _ = process.communicate()
    assert "sign in  admin / " in out

    # run/local.json is still there, and names a process that is not.
    assert access.exists()
    listed = folder.run("ledger", "list", "--json").json()
    assert [one["id"] for one in listed] == [added[0]["id"]]

    process = folder.start()
    token = read(folder.path)
    assert token is not None
    assert httpx.get(f"{token.url}/api/ledger").status_code == 401
    outcome = end(process)
    assert outcome.code == 0, outcome.err
    assert "Traceback" not in outcome.err
    # The one-time password was shown at the first start and is not known any more.
    assert "sign in" not in outcome.out
    assert not access.exists()


@pytest.mark.parametrize("data", [None, Path("somewhere"), Path("~/millmark")])
def test_the_folder_is_the_one_that_the_settings_name(data: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for named in (None, "/var/lib/millmark"):
        if named is not None:
            monkeypatch.setenv("MILLMARK_DATA", named)
        else:
            monkeypatch.delenv("MILLMARK_DATA", raising=False)
        assert state_folder(data) == load_settings(data).data


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("in the way")
    outcome = Folder(tmp_path / "a-file").run("figures")
    assert outcome.code == 1
    assert outcome.err.startswith("error: ")
    assert "a-file" in outcome.err


def test_a_mistake_in_the_settings_is_named_by_file_table_and_key(folder: Folder) -> None:
    folder.path.mkdir()
    (folder.path / "millmark.toml").write_text("[web]\nprot = 80\n")
    outcome = folder.run("figures")
    assert outcome.code == 1
    assert "millmark.toml: table [web], key prot: this key is not known; did you mean 'port'?" in outcome.err


def test_a_driver_below_an_asset_that_nobody_registered_is_said_so(folder: Folder) -> None:
    folder.path.mkdir()
    (folder.path / "millmark.toml").write_text(
        '[[modbus]]\ngateway = "meter"\nroot = "acme/north"\nhost = "192.0.2.20"\n'
        '[[modbus.devices]]\n[[modbus.devices.registers]]\nmetric = "power"\naddress = 0\n'
    )
    outcome = folder.run("up")
    assert outcome.code == 1
    assert "acme/north" in outcome.err
    assert "Traceback" not in outcome.err
