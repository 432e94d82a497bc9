"""What can go wrong with the history.

HistoryError
 +-- HistoryBusy        the folder is in use by another process (or by this one)
 +-- StoreUnavailable   the engine could not read or write just now; nothing is lost, try again
 +-- SchemaTooNew       the store was written by a newer release
 +-- InvalidBlock       rows that no store could hold; the caller's mistake
"""

from __future__ import annotations


class HistoryError(Exception):
    """Base of the room's errors."""


class HistoryBusy(HistoryError):
    """Somebody holds the folder. The message names it."""


class StoreUnavailable(HistoryError):
    """The store did not answer or refused (full disk, lost server, out of memory).

    After a commit failed with it, some of the block's rows may have reached the disk. Committing the same block again
    is always right: what is there already is recognised.
    """


class SchemaTooNew(HistoryError):
    """The tables carry a migration this release does not know."""


class InvalidBlock(HistoryError, ValueError):
    """A block holds rows outside what a store can keep, such as a time before 1900."""
