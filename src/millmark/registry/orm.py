"""The SQL ground all tables stand on: one metadata, exact decimals, one way to open a database."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    Dialect,
    Engine,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy import exc as sql_errors
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from millmark.registry.errors import DatabaseUnavailable

_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


LARGEST_ID: Final = 2**31 - 1
"""The largest number of a row that both databases keep; one beyond is no row's, and no database is asked for it."""


class Base(DeclarativeBase):
    """Base of every table; each room declares its own and `registry/migrations` creates them all."""

    metadata = MetaData(naming_convention=_NAMES)


class ExactDecimal(TypeDecorator[Decimal]):
    """A Decimal kept as an integer number of millionths, the same on every database; SQLite has no decimals."""

    impl = BigInteger
    cache_ok = True
    _scale = Decimal(10) ** 6

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = value * self._scale
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than six decimals; quantities are kept to a millionth")
        return int(scaled)

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> Decimal | None:
        return None if value is None else (Decimal(value) / self._scale).normalize() + 0


class Database:
    """One SQL database, SQLite (WAL) or PostgreSQL, told apart by its URL."""

    def __init__(self, url: str) -> None:
        try:
            self.engine: Engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        except ModuleNotFoundError as error:
            raise DatabaseUnavailable(
                f"the database's driver is not installed ({error.name}); for PostgreSQL install millmark[postgres]"
            ) from error
        except sql_errors.ArgumentError as error:
            # The text itself is not repeated: it may carry a password.
            raise DatabaseUnavailable(
                "the database's address is no URL such as sqlite:////folder/registry.sqlite or "
                "postgresql+psycopg://user@host/name"
            ) from error
        readers = self.engine.execution_options(read_only=True)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _harden_sqlite)
            # The driver's own transaction handling starts one only at the first write: reads in a session would not
            # see one state. Beginning explicitly gives SQLite the same transactions as PostgreSQL.
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            readers = readers.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        self._reading = sessionmaker(readers, expire_on_commit=False)

    @property
    def name(self) -> str:
        """The database's address without its password, for messages."""
        return self.engine.url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed when the block ends and undone when it raises."""
        with self.translating_errors(), self._writing.begin() as session:
            yield session

    def in_turn(self, session: Session, book: type[DeclarativeBase]) -> None:
        """Waits until nobody else writes the book's rows, and keeps the turn to the end of the session's transaction.

        Who comes next sees what this one kept, and later numbers are committed later. SQLite has one writer at a time
        anyway.
        """
        if not self.is_sqlite:
            session.execute(select(func.pg_advisory_xact_lock(func.hashtext(book.__tablename__))))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, sees one state throughout, and never waits for a writer."""
        with self.translating_errors(), self._reading() as session:
            yield session

    @contextmanager
    def translating_errors(self) -> Iterator[None]:
        """Turns a failure of the database itself into `DatabaseUnavailable`."""
        try:
            yield
        except (sql_errors.OperationalError, sql_errors.TimeoutError) as error:
            cause = getattr(error, "orig", None) or error
            raise DatabaseUnavailable(
                f"the database {self.name} cannot be used now: {str(cause).strip()}; look whether it runs, may be "
                "written to and has room, then try again"
            ) from error

    def close(self) -> None:
        self.engine.dispose()


def _harden_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout=10000")
    _enter_wal(connection)
    connection.execute("PRAGMA synchronous=FULL")


def _enter_wal(connection: Any, patience_s: float = 10.0) -> None:
    """SQLite does not wait for others at the change to WAL, whatever its timeout says, so this waits itself."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    # SQLite changes a table by making a new one and dropping the old, which must not take other tables' rows along.
    # The setting means nothing inside a transaction, so it comes before one begins.
    connection.exec_driver_sql(f"PRAGMA foreign_keys={'OFF' if options.get('changes_schema', False) else 'ON'}")
    # A writer takes its lock at once: upgrading a read lock later fails where another writer came between.
    connection.exec_driver_sql("BEGIN" if options.get("read_only", False) else "BEGIN IMMEDIATE")
