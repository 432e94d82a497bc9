"""What a platform's process writes to its log: warnings and errors of ours, once each."""

from __future__ import annotations

import logging

# These log a traceback for each lost connection; the drivers say the same in one line of their status.
_TALKATIVE = ("asyncua", "pymodbus")


def log_to_stderr() -> None:
    """Called once by a process that runs a platform, before it builds one."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
