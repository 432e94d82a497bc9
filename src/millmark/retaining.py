"""Lets go of what is past its time: whole months, the oldest first, and nothing that is still needed."""

from __future__ import annotations

import logging
from collections.abc import Callable

from millmark.evidence import Keeping
from millmark.history import ExpiredMonth, History, Retention
from millmark.intake import Intake

log = logging.getLogger(__name__)


class Retainer:
    """Applies the retention of the settings. `drop_claimed` says that claims are kept verifiable by other means."""

    def __init__(
        self,
        history: History,
        intake: Intake,
        keeping: Keeping,
        retention: Retention,
        *,
        drop_claimed: bool,
        now_us: Callable[[], int],
    ) -> None:
        self._history = history
        self._intake = intake
        self._keeping = keeping
        self._retention = retention
        self._drop_claimed = drop_claimed
        self._now_us = now_us
        self._intake.keep_from(history.kept_from_us())

    def let_go(self) -> list[ExpiredMonth]:
        """Drop what may go now; returns it. The first month of points that is still needed stops all later ones."""
        if self._retention.keeps_everything:
            return []
        dropped: list[ExpiredMonth] = []
        needed_from_us: int | None = None
        for month in self._history.expired(self._retention, self._now_us()):
            if needed_from_us is not None and month.period.end_us > needed_from_us and month.is_evidence:
                continue
            if month.is_evidence and (why := self._keeping.reason(month.period, also_claimed=self._drop_claimed)):
                log.warning("%s is past its time and kept: %s", month, why)
                needed_from_us = month.period.start_us
                continue
            if month.is_evidence:
                # From now on late points of this month are set aside; what is on its way is stored, and goes with it.
                self._intake.keep_from(month.period.end_us)
            self._history.drop([month], self._now_us())
            log.info("%s is past its time and was dropped", month)
            dropped.append(month)
        return dropped
