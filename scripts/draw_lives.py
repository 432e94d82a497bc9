"""Draws the state diagrams of docs/explanation/life-of-a-programme.md anew, from the tables of transitions."""

from __future__ import annotations

import re
from pathlib import Path

from millmark.programmes.life.drawing import diagram, table
from millmark.programmes.life.machines import MACHINES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "life-of-a-programme.md"


def drawn(page: str) -> str:
    """The page with what lies between `<!-- machine: kind -->` and `<!-- end -->` drawn anew."""
    for machine in MACHINES:
        picture = f"```mermaid\n{diagram(machine)}\n```"
        block = "\n\n".join((f"<!-- machine: {machine.kind} -->", picture, table(machine), "<!-- end -->"))
        pattern = re.compile(rf"<!-- machine: {machine.kind} -->.*?<!-- end -->", re.DOTALL)
        page, found = pattern.subn(lambda _found, block=block: block, page)
        if found != 1:
            raise SystemExit(f"{PAGE}: needs one place for the machine {machine.kind}, has {found}")
    return page


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text("utf-8")), "utf-8")
