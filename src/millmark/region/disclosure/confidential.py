"""The installation's own numbers for the rules, in a file that only the platform's account can read.

The program is public, so that numbers shipped with it would be no secret. An installation draws its own when it has
none yet; the office may write others into the file. Nothing of it is in an answer, a log or a published document.
"""

from __future__ import annotations

import os
import secrets
import stat
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from millmark.region.disclosure.errors import InvalidRules
from millmark.region.disclosure.rules import Dominance, PriorPosterior, SafetyRules

LEAST_CONTRIBUTORS: Final = 3
"""The handbook's common choice; the one number here that is no secret by itself."""
_DRAWN_PERCENT: Final = (10.0, 20.0)


def drawn_rules() -> SafetyRules:
    """Rules of a new installation: the p % rule with a number drawn from the range of the handbook's examples."""
    low, high = _DRAWN_PERCENT
    steps = int((high - low) * 4)
    return SafetyRules(LEAST_CONTRIBUTORS, p_percent=low + secrets.randbelow(steps + 1) / 4)


def kept_rules(path: Path) -> SafetyRules:
    """The rules of the file; draws and writes them when there is no file. Raises `InvalidRules`."""
    if not path.exists():
        write_rules(path, drawn_rules())
    return read_rules(path)


def read_rules(path: Path) -> SafetyRules:
    """Raises `InvalidRules` when the file cannot be read, holds another field, or others than its owner may read it."""
    try:
        if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH):
            raise InvalidRules(f"{path.name}: others may read it; take their rights away (chmod 600)")
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        # The error's own text quotes the file.
        raise InvalidRules(f"{path.name}: cannot be read as TOML ({type(error).__name__})") from None
    return _rules(path.name, document)


def write_rules(path: Path, rules: SafetyRules) -> None:
    """Writes the file for the owner alone; an existing one stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(_HEAD)
        tables = {}
        for name, value in asdict(rules).items():
            if isinstance(value, dict):
                tables[name] = value
            elif value is not None:
                file.write(f"{name} = {_toml(value)}\n")
        for name, table in tables.items():
            file.write(f"\n[{name}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in table.items()))


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _rules(name: str, document: dict[str, Any]) -> SafetyRules:
    tables: dict[str, type[Dominance | PriorPosterior]] = {
        "dominance": Dominance,
        "prior_posterior": PriorPosterior,
    }
    try:
        fields: dict[str, Any] = {
            key: tables[key](**value) if key in tables else _number(key, value) for key, value in document.items()
        }
        return SafetyRules(**fields)
    except TypeError:
        known = ", ".join(SafetyRules.__dataclass_fields__)
        raise InvalidRules(f"{name}: a field is missing, unknown or of another kind; fields are {known}") from None


def _number(key: str, value: object) -> Any:
    wanted = bool if key == "insiders" else (int, float)
    if not isinstance(value, wanted) or (wanted is not bool and isinstance(value, bool)):
        raise TypeError(key)
    return value


_HEAD: Final = """\
# Rules of disclosure control (Handbook on Statistical Disclosure Control, chapter 4). CONFIDENTIAL: whoever knows these
# numbers can conclude more from what is published. Do not copy this file into a public place.
"""
