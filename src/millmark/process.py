"""What a process that runs a platform does first: say where its log goes, and take the files it is allowed."""

from __future__ import annotations

import logging
import resource

# These log a traceback for each lost connection; the drivers say the same in one line of their status.
_TALKATIVE = ("asyncua", "pymodbus")


def prepare_process() -> None:
    """Called once, before the platform is built."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    # The history's engine holds three files a thread, each device one: the usual soft limit of 1024 is soon reached.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
