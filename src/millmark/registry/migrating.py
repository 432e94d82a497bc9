"""Bringing a database to this version's schema, from code and without a settings file.

The whole upgrade is one transaction on both databases: it succeeds, or the database is as it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from millmark.registry.errors import MigrationFailed
from millmark.registry.orm import Database

SCRIPTS = Path(__file__).with_name("migrations")
# Any number, as long as all of the platform's processes take the same one.
_POSTGRES_LOCK = 0x6D696C6C


def migrate(database: Database, revision: str = "head") -> None:
    """Upgrades the schema; safe to call at every start and from many processes at once. Raises `MigrationFailed`.

    A SQLite database that already holds a schema is copied beside itself first, as FILE.before-REVISION.
    """
    with database.translating_errors():
        # Nearly every start finds it so, and to read all steps takes longer than the rest of opening a database.
        if revision == "head" and current_revision(database) == head_revision():
            return
        _refuse_newer_schema(database)
        _keep_copy(database, revision)
        with _changing_schema(database) as connection:
            try:
                command.upgrade(_config(connection), revision)
            except CommandError as error:
                raise MigrationFailed(
                    f"the database {database.name} cannot be upgraded to {revision!r}: {error}"
                ) from error


def downgrade(database: Database, revision: str) -> None:
    """Takes the schema back to `revision` ("base" for none), with the data of the tables that fall away."""
    with database.translating_errors(), _changing_schema(database) as connection:
        try:
            command.downgrade(_config(connection), revision)
        except CommandError as error:
            raise MigrationFailed(f"the database {database.name} cannot go back to {revision!r}: {error}") from error


def current_revision(database: Database) -> str | None:
    """The revision a database is at; None for one without a schema."""
    with database.translating_errors(), database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """The revision this version of the program works with: the newest step's, which is its file's name."""
    head = max((file.stem for file in (SCRIPTS / "versions").glob("[0-9]*.py")), default=None)
    if head is None:
        raise MigrationFailed("this installation has no migrations; install it again")
    return head


def _refuse_newer_schema(database: Database) -> None:
    stands = current_revision(database)
    known = {script.revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions()}
    if stands is not None and stands not in known:
        raise MigrationFailed(
            f"the database {database.name} has the schema {stands!r}, which this version does not know: it was written "
            "by a newer version of Millmark; install that version, or restore a copy from before the upgrade"
        )


def _config(connection: Connection | None) -> Config:
    config = Config()
    # ConfigParser reads '%' as the start of an interpolation.
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _changing_schema(database: Database) -> Iterator[Connection]:
    with database.engine.execution_options(changes_schema=True).begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _POSTGRES_LOCK})
        yield connection
        # Foreign keys are not enforced while SQLite changes its schema, so they are checked once at the end.
        if database.is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise MigrationFailed(
                f"upgrading {database.name} would leave {len(broken)} rows pointing to nothing, the first in table "
                f"{broken[0][0]!r}; the database is unchanged"
            )


def _keep_copy(database: Database, revision: str) -> None:
    file = database.engine.url.database
    if not database.is_sqlite or not file or file == ":memory:":
        return
    stands = current_revision(database)
    target = head_revision() if revision == "head" else revision
    if stands is None or stands == target:
        return
    copy = Path(f"{file}.before-{target}")
    draft = copy.with_name(f"{copy.name}.{uuid4().hex}.part")
    try:
        # A name may leave no room for the copy's, which asking for it says, too.
        if copy.exists():
            return  # from an upgrade that did not come to its end; the older copy is the one worth keeping
        with closing(sqlite3.connect(file)) as source:
            source.execute("VACUUM INTO ?", (str(draft),))
        draft.replace(copy)
    except (sqlite3.Error, OSError) as error:
        raise MigrationFailed(
            f"the database {database.name} cannot be copied to {copy} before its upgrade: {error}; make room for it "
            "there and start again (the database is unchanged)"
        ) from error
    finally:
        with suppress(OSError):  # what could not be made cannot be removed
            draft.unlink()
