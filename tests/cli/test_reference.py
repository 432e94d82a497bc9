"""The page on the command names every command and option there is, and none that is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from millmark.cli.app import app
from millmark.settings.tables import SettingsFile

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PAGE = (REFERENCE / "cli.md").read_text()


def commands(group: TyperGroup, prefix: str) -> Iterator[tuple[str, TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{prefix} {name}")
        else:
            assert isinstance(command, TyperCommand)
            yield f"{prefix} {name}", command


def the_commands() -> dict[str, TyperCommand]:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return dict(commands(group, "millmark"))


def options_of(command: TyperCommand) -> set[str]:
    return {
        name
        for parameter in command.params
        for name in (*parameter.opts, *parameter.secondary_opts)
        if name.startswith("--")
    }


def test_every_command_is_on_the_page_and_every_one_on_the_page_exists() -> None:
    shown = {re.sub(r"( [A-Z\[-].*)?$", "", text) for text in re.findall(r"^\| `(millmark [^`]+)`", PAGE, re.MULTILINE)}
    assert shown - {"millmark"} == set(the_commands())


def test_every_option_shown_exists_and_every_option_is_shown() -> None:
    existing = {option for command in the_commands().values() for option in options_of(command)} | {"--version"}
    shown = set(re.findall(r"--[a-z][a-z-]*", PAGE)) - {"--help"}
    assert shown == existing


@pytest.mark.parametrize("name", sorted(the_commands()))
def test_every_command_takes_the_folder_but_those_that_measure_in_one_of_their_own(name: str) -> None:
    options = options_of(the_commands()[name])
    assert ("--data" in options) != name.startswith("millmark bench")


@pytest.mark.parametrize("name", sorted(the_commands()))
def test_every_command_says_what_it_does(name: str) -> None:
    command = the_commands()[name]
    assert command.help
    assert all(getattr(parameter, "help", None) for parameter in command.params)


@pytest.mark.parametrize("page", ["cli.md", "api.md"])
def test_every_setting_shown_exists(page: str) -> None:
    text = (REFERENCE / page).read_text()
    shown = set(re.findall(r"MILLMARK_[A-Z0-9_]+", text))
    for name in shown - {"MILLMARK_DATA"}:
        table, _, key = name.removeprefix("MILLMARK_").lower().partition("__")
        assert key in SettingsFile.model_fields[table].annotation.model_fields, name
