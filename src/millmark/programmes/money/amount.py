"""Amounts of money as people read them; everywhere else money is an integer number of fen."""

from __future__ import annotations

FEN_PER_YUAN = 100
FEN_PER_WAN_YUAN = 1_000_000
"""10 thousand yuan, the unit in which Chinese budgets speak."""


def yuan(fen: int) -> str:
    """E.g. 1,234,567.89 for 123456789 fen; exact, and with both decimals always."""
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), FEN_PER_YUAN)
    return f"{sign}{whole:,}.{cents:02d}"
