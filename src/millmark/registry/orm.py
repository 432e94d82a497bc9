"""The SQL ground all tables stand on: one metadata, exact decimals, one way to open a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Connection, Dialect, Engine, MetaData, TypeDecorator, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


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
        self.engine: Engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _harden_sqlite)
            # The driver's own transaction handling starts one only at the first write: reads in a session would not
            # see one state. Beginning explicitly gives SQLite the same transactions as PostgreSQL.
            event.listen(self.engine, "begin", _begin_sqlite)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        self._reading = sessionmaker(self.engine.execution_options(read_only=True), expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed when the block ends and undone when it raises."""
        with self._writing.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, sees one state throughout, and never waits for a writer."""
        with self._reading() as session:
            yield session

    def close(self) -> None:
        self.engine.dispose()


def _harden_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: upgrading a read lock later fails where another writer came between.
    reads = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
