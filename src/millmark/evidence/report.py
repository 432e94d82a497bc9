"""What a verification found: named checks, each with a plain sentence in two languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    en: str
    zh: str


class CheckFailed(Exception):
    """A check's finding against the claim."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.sentence = Sentence(en, zh)


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail_en: str
    detail_zh: str


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """`verified` says that every check held. `recomputed_value` is None when the rows were not given or not proven,
    and when the measure has no value."""

    checks: tuple[Check, ...]
    recomputed_value: float | None

    @property
    def verified(self) -> bool:
        return all(check.ok for check in self.checks)

    @property
    def failures(self) -> tuple[str, ...]:
        """The names of the checks that did not hold."""
        return tuple(check.name for check in self.checks if not check.ok)
