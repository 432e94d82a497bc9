"""Moments as people write them on a command line."""

from __future__ import annotations

from datetime import UTC, date, datetime

from millmark.cli.errors import CommandError
from millmark.model.period import utc_us


def moment_us(text: str, where: str) -> int:
    """UTC microseconds of an ISO 8601 date or time; one without zone is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"'{text}' is neither a date nor a time.",
            where=where,
            next_step="Write it after ISO 8601, e.g. 2026-03-31 or 2026-03-31T08:00+08:00.",
        ) from error
    return utc_us(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def day(text: str, where: str) -> date:
    """A calendar day, written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"'{text}' is not a date.", where=where, next_step="Write it as YYYY-MM-DD, e.g. 2026-03-31."
        ) from error
