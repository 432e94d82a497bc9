"""Change against a year before and ranks, from what is shown alone: of what is kept back there is neither."""

from __future__ import annotations

from collections.abc import Sequence

Shown = Sequence[Sequence[int | None]]
"""By month and cell; None for what is kept back."""

_YEAR = 12


def growth(shown: Shown, months: Sequence[int]) -> list[list[float | None]]:
    """The change in percent against the same month a year before; None where either is kept back, or it was 0."""
    place = {month: number for number, month in enumerate(months)}
    found: list[list[float | None]] = []
    for number, month in enumerate(months):
        before = place.get(month - _YEAR)
        now = shown[number]
        found.append(
            [None] * len(now)
            if before is None
            else [_change(one, other) for one, other in zip(now, shown[before], strict=True)]
        )
    return found


def ranks(shown: Sequence[int | None], cells: Sequence[int]) -> dict[int, int]:
    """Ranks of some cells by value, the largest first; none at all when one of them is kept back.

    A rank among cells of which one is hidden would bound the hidden one by its neighbours.
    """
    values = [(shown[cell], cell) for cell in cells]
    if any(value is None for value, _ in values):
        return {}
    ordered = sorted(values, key=lambda one: (-(one[0] or 0), one[1]))
    return {cell: number for number, (_, cell) in enumerate(ordered, 1)}


def _change(now: int | None, before: int | None) -> float | None:
    return None if now is None or not before else round((now - before) / abs(before) * 100, 1)
