"""What every room may rely on in the database below it."""

from __future__ import annotations

import threading
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlalchemy.dialects import sqlite
from tests.registry.plants import at, build_enterprise, build_plant

from millmark.registry import Database, DatabaseUnavailable, ExactDecimal, Registry


def test_work_is_undone_when_a_transaction_raises(registry: Registry) -> None:
    added = build_enterprise(registry)

    def forget_all_and_fail() -> None:
        with registry.database.transaction() as session:
            session.execute(text("DELETE FROM assets"))
            session.execute(text("DELETE FROM enterprises"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        forget_all_and_fail()
    assert registry.enterprises() == [added]


def test_a_reader_sees_one_state_while_others_write_and_never_waits(registry: Registry) -> None:
    build_enterprise(registry, "a")
    count = text("SELECT count(*) FROM enterprises")
    with registry.database.reading() as session:
        assert session.scalar(count) == 1
        writer = threading.Thread(target=build_enterprise, args=(registry, "b"), daemon=True)
        writer.start()
        writer.join(20)
        assert not writer.is_alive()
        assert session.scalar(count) == 1
    assert len(registry.enterprises()) == 2


def test_a_reader_waits_for_no_open_writer(registry: Registry) -> None:
    with registry.database.transaction() as session:
        session.execute(text("UPDATE enterprises SET name_zh = 'x'"))
        assert registry.enterprises() == []


def test_a_reading_session_cannot_write_to_postgresql(postgres_database: Database) -> None:
    with pytest.raises(Exception, match="read-only"), postgres_database.reading() as session:
        session.execute(text("DELETE FROM enterprises"))


def test_rows_cannot_point_to_nothing(registry: Registry) -> None:
    build_enterprise(registry)
    with pytest.raises(Exception, match=r"(?i)foreign key"), registry.database.transaction() as session:
        session.execute(text("UPDATE assets SET enterprise_id = 99"))


def test_the_database_itself_refuses_an_unmarked_enterprise_without_code(registry: Registry) -> None:
    build_enterprise(registry)
    with pytest.raises(Exception, match="absence_is_marked"), registry.database.transaction() as session:
        session.execute(text("UPDATE enterprises SET is_demonstration = false"))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/nowhere/registry.sqlite")
    with pytest.raises(DatabaseUnavailable, match=r"nowhere/registry\.sqlite cannot be used now"):
        Registry(database).enterprises()


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    database = Database("postgresql+psycopg://millmark:hunter2@127.0.0.1:1/millmark?connect_timeout=2")
    with pytest.raises(DatabaseUnavailable) as caught:
        Registry(database).enterprises()
    assert "127.0.0.1:1" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [("not a url hunter2", "no URL"), ("mysql+nodriver://u:hunter2@h/d", "no URL|not installed")],
)
def test_an_address_that_cannot_be_meant_is_refused_without_repeating_it(url: str, said: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=said) as caught:
        Database(url)
    assert "hunter2" not in str(caught.value)


def test_a_writer_that_waits_too_long_says_so(sqlite_database: Database) -> None:
    impatient = Database(str(sqlite_database.engine.url))
    event.listen(impatient.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=20"))
    with sqlite_database.transaction() as session:
        session.execute(text("DELETE FROM assets"))
        with pytest.raises(DatabaseUnavailable, match="locked"):
            build_enterprise(Registry(impatient))
    build_enterprise(Registry(impatient))
    impatient.close()


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6, allow_nan=False))
def test_decimals_come_back_exactly(value: Decimal) -> None:
    kind, dialect = ExactDecimal(), sqlite.dialect()
    stored = kind.process_bind_param(value, dialect)
    assert isinstance(stored, int)
    assert kind.process_result_value(stored, dialect) == value


def test_a_decimal_finer_than_a_millionth_is_refused() -> None:
    with pytest.raises(ValueError, match="six decimals"):
        ExactDecimal().process_bind_param(Decimal("0.0000001"), sqlite.dialect())


def test_a_registry_opened_again_has_all_it_had(sqlite_database: Database) -> None:
    build_plant(Registry(sqlite_database))
    before = Registry(sqlite_database).assets_under(at("acme"))
    sqlite_database.close()
    again = Database(str(sqlite_database.engine.url))
    assert Registry(again).assets_under(at("acme")) == before
    again.close()
