"""Keeps the rollups written while commits go on: a thread that wakes now and then."""

from __future__ import annotations

import logging
import threading

from millmark.history.errors import StoreUnavailable
from millmark.history.rollups import Rollups

_log = logging.getLogger(__name__)

_EVERY_S = 0.5


class Upkeep:
    """Runs from its making until `stop`."""

    def __init__(self, rollups: Rollups) -> None:
        self._rollups = rollups
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="millmark-rollups", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        is_refused = False
        while not self._stopping.wait(_EVERY_S):
            try:
                self._rollups.keep_up()
                is_refused = False
            except StoreUnavailable as error:
                if not is_refused:
                    _log.warning("rollups cannot be written, they are kept in memory meanwhile: %s", error)
                is_refused = True
            except Exception:  # noqa: BLE001  # see below
                # Supervisor boundary: whatever goes wrong here, points are safe and rollups can be made again.
                _log.exception("rollups could not be kept up; trying again")
