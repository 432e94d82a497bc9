"""What a process that runs a platform does: say where its log goes, take the files it is allowed, and settle down."""

from __future__ import annotations

import gc
import resource
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from millmark.observability.logs import LogSettings, start_log

if TYPE_CHECKING:
    from millmark.settings import Settings

# These log a traceback for each lost connection; the drivers say the same in one line of their status.
_TALKATIVE = ("asyncua", "pymodbus")


def prepare_process(settings: Settings | None = None) -> None:
    """Called once before the platform is built, and once more when its settings are known."""
    log = LogSettings() if settings is None else settings.log
    start_log(log, secrets=() if settings is None else tuple(secrets_of(settings)), silent=_TALKATIVE)
    # The history's engine holds three files a thread, each device one: the usual soft limit of 1024 is soon reached.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def settle() -> None:
    """Called once the platform is started: what was built by then stays for its life, half a million objects and more,
    and is looked through for rubbish no more. Doing so stops devices and people alike for half a second each time."""
    gc.collect()
    gc.freeze()


def secrets_of(settings: Settings) -> Iterator[str]:
    """What must never be in a log, whoever writes it."""
    for secret in (settings.key_passphrase, settings.scrape_token):
        if secret:
            yield secret
    for url in (settings.database_url, settings.history.url):
        if url and (password := urlsplit(url).password):
            yield password
            yield unquote(password)
