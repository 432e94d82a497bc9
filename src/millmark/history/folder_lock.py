"""One process a folder: the embedded engine would corrupt a store that two processes write."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from millmark.history.errors import HistoryBusy


class FolderLock:
    """An advisory lock (`flock`) on `folder/history.lock`; the kernel drops it however its holder ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(folder / "history.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._file, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(self._file)
            raise HistoryBusy(
                f"the history in {folder} is open already (process {holder}); "
                "stop that process, or use another folder for this one"
            ) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        os.close(self._file)
