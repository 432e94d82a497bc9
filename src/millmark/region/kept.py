"""What was made from a book, kept at hand as long as the book stays as it is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_MOST = 16


def book_version(session: Session, number: InstrumentedAttribute[int], *of: ColumnElement[bool]) -> tuple[int, int]:
    """Changes with every row that comes into a book whose rows are only ever added, counted up by `number`; with
    conditions, with every row that they hold of.

    Also where a later number is committed before an earlier one.
    """
    query = select(func.coalesce(func.max(number), 0), func.count(number)).where(*of)
    last, rows = session.execute(query).one()
    return int(last), int(rows)


class Kept(Generic[Key, Value]):
    """The latest values by key, all of one version of their book; another version lets go of them.

    The version is read before the value is made: what comes in between makes the value newer than its version, and the
    next question, with the new version, makes it again. Nobody may change a value that was given out.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._version: Hashable = None
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, version: Hashable, key: Key, make: Callable[[], Value]) -> Value:
        """The value of `key` at this version of the book; who asks for one that is being made waits for it."""
        with self._lock:
            if version != self._version:
                self._values.clear()
                self._version = version
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            found = self._values[key] = make()
            while len(self._values) > self._most:
                self._values.popitem(last=False)
            return found
