"""The page on writing a city's pack does what it says: its files are written, its commands are run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from millmark.composition import Platform
from millmark.settings import load_settings

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "write-a-city-pack.md").read_text("utf-8")
FILES = re.findall(r"^`([^`\n]+\.toml)`\n\n```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
PRINTED = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
SETTINGS = next(block for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "policy_packs" in block)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    for name, text in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def run(desk: Path, command: str) -> subprocess.CompletedProcess[str]:
    words = command.split()
    assert words[0] == "millmark"
    return subprocess.run(
        [sys.executable, "-m", "millmark.cli", *words[1:], "--data", str(desk / "state")],
        cwd=desk,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_pack_of_the_page_is_sound_and_its_vectors_hold(desk: Path) -> None:
    checked, tried, chinese, english = [run(desk, command) for command in COMMANDS]
    assert checked.returncode == 0, checked.stderr
    assert tried.returncode == 0, tried.stderr
    assert checked.stdout + tried.stdout == PRINTED[0]
    assert "湖滨市中小企业数字化改造补助" in chinese.stdout
    assert "可计入投入的不超过25%" in chinese.stdout
    assert "up to 25 % of the eligible input; level 2 or above; at most 200,000 yuan" in english.stdout


def test_the_mistake_of_the_page_is_told_as_the_page_says(desk: Path) -> None:
    money = desk / "packs/lakeside-upgrade/2026/money.toml"
    money.write_text(money.read_text("utf-8").replace("percent = 60", "percent = 70"), "utf-8")
    told = run(desk, COMMANDS[0])
    assert told.returncode == 1
    assert PRINTED[1].strip() in told.stdout


def test_the_platform_has_the_pack_on_its_shelf(desk: Path) -> None:
    state = desk / "state"
    state.mkdir()
    (state / "millmark.toml").write_text(SETTINGS.replace('"packs"', f'"{desk / "packs"}"'), "utf-8")
    platform = Platform.open(load_settings(state))
    try:
        pack = platform.policy_packs.pack("lakeside-upgrade", "2026")
    finally:
        platform.close()
    assert pack.programme is not None
    assert pack.programme.slug == "lakeside-upgrade"
    assert platform.policy_packs.pack("sme-digital-level", "2024").items
