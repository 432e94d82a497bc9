"""Writes the measured quality of the warning rules beside them, from the kept result of `millmark bench watch`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULT = ROOT / "benchmarks" / "results" / "watch.json"
KEPT = ROOT / "packs" / "industry-watch" / "1" / "measured.toml"
FIGURES = ("warnings", "precision", "recall", "delay_months", "false_per_enterprise_year")


def measured(report: dict[str, Any]) -> str:
    """As TOML. Raises `ValueError` for a result on the very months that the rules got their numbers from."""
    if report["seed"] == report["tuned_on_seed"]:
        raise ValueError("measured on the months that the rules were tuned on; run it with another --seed")
    lines = [
        "# Written by scripts/keep_rule_quality.py from benchmarks/results/watch.json (`millmark bench watch`):",
        "# the rules over generated months whose troubles are known, of another seed than the one they were tuned on.",
        *(f"{name} = {report[name]}" for name in ("enterprises", "months", "seed", "tuned_on_seed")),
    ]
    for one in report["rules"]:
        lines += ["", "[[rules]]", f'rule = "{one["rule"]}"', *(f"{name} = {one[name]}" for name in FIGURES)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    try:
        KEPT.write_text(measured(json.loads(RESULT.read_text("utf-8"))), "utf-8")
    except (OSError, ValueError) as error:
        sys.exit(f"the quality of the warning rules is not kept: {error}")
