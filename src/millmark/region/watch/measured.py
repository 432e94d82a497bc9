"""The measured quality of the warning rules, kept beside them: what a run over generated data printed."""

from __future__ import annotations

from pathlib import Path

from millmark.programmes.toml_file import Frozen, read_toml


class MeasuredRule(Frozen):
    """One rule over generated data whose troubles are known; see `measuring.RuleScore`."""

    rule: str
    warnings: int
    precision: float
    recall: float
    delay_months: float
    false_per_enterprise_year: float


class Measured(Frozen):
    """On how many generated enterprises and months of which seed, and on which other seed the rules got their
    numbers."""

    enterprises: int
    months: int
    seed: int
    tuned_on_seed: int
    rules: tuple[MeasuredRule, ...] = ()

    def of(self, rule: str) -> MeasuredRule | None:
        return next((one for one in self.rules if one.rule == rule), None)


def read_measured(folder: Path) -> Measured | None:
    """Reads `measured.toml`; None where the rules were not measured. Raises `InvalidPack`."""
    path = folder / "measured.toml"
    return read_toml(path, Measured) if path.is_file() else None
