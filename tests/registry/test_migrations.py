"""The schema: what the rooms declare is what the migrations make, on empty and on filled databases."""

from __future__ import annotations

import importlib
import json
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import alembic.op
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from tests.registry.plants import HUAWEI, at, build_plant

import millmark
from millmark.programmes.life.content import Content
from millmark.registry import (
    Base,
    Database,
    MigrationFailed,
    Registry,
    SeriesDeclaration,
    current_revision,
    downgrade,
    head_revision,
    migrate,
)
from millmark.registry.migrating import SCRIPTS, _changing_schema

PACKAGE = Path(millmark.__file__).parent
DECLARES_A_TABLE = re.compile(r"^class \w+\((?:\w+, *)*Base\):", re.MULTILINE)


def revisions() -> list[str]:
    """All revisions, oldest first."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def import_all_tables() -> list[str]:
    """Loads every module that declares tables; returns their names."""
    modules = [
        "millmark." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for path in PACKAGE.rglob("*.py")
        if DECLARES_A_TABLE.search(path.read_text("utf-8"))
    ]
    for module in modules:
        importlib.import_module(module)
    return modules


def indexes_of_every_table(connection: Connection) -> dict[str, set[str]]:
    inspector = inspect(connection)
    return {
        table: {str(index["name"]) for index in inspector.get_indexes(table) if not index.get("duplicates_constraint")}
        for table in inspector.get_table_names()
    }


def test_every_room_with_tables_is_looked_at() -> None:
    modules = import_all_tables()
    assert "millmark.registry.tables" in modules
    assert {module.rpartition(".")[2] for module in modules} == {"tables"}


def test_the_migrations_make_what_the_rooms_declare(empty_database: Database) -> None:
    import_all_tables()
    migrate(empty_database)
    with empty_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, Base.metadata)
        constraints = inspect(connection).get_check_constraints("enterprises")
    assert differences == []
    assert {str(one["name"]) for one in constraints} >= {
        "ck_enterprises_code_is_real",
        "ck_enterprises_absence_is_marked",
    }


def test_the_revisions_make_one_line_named_after_their_files() -> None:
    names = revisions()
    assert names[0] == "0001_registry"
    assert names == sorted(names)
    assert sorted(file.stem for file in (SCRIPTS / "versions").glob("*.py")) == names


def test_a_filled_database_keeps_everything_on_its_way_up(empty_database: Database) -> None:
    migrate(empty_database, "0001_registry")
    registry = Registry(empty_database)
    site = build_plant(registry)
    registry.add_enterprise(slug="real", name_zh="甲", name_en="A", area_code="421200", credit_code=HUAWEI)
    registry.ensure_all_series("plc", [SeriesDeclaration("hall/robot", f"m{number}") for number in range(20)])
    key = registry.set_gateway_key("plc")
    before = (registry.enterprises(), registry.assets_under(at("acme")), registry.series(), registry.bindings("plc"))
    for revision in revisions()[1:]:
        migrate(empty_database, revision)
        assert current_revision(empty_database) == revision
    after = (registry.enterprises(), registry.assets_under(at("acme")), registry.series(), registry.bindings("plc"))
    assert after == before
    assert registry.check_gateway_key("plc", key)
    assert registry.sites() == [site]


def test_programmes_of_before_become_the_first_version_of_themselves(empty_database: Database) -> None:
    migrate(empty_database, "0007_declared")
    registry = Registry(empty_database)
    build_plant(registry)
    [enterprise] = registry.enterprises()
    with empty_database.transaction() as session:
        for statement in (
            "INSERT INTO programmes VALUES (1, 'demo', '示范', 'Demo', 'city', :yes, 5)",
            "INSERT INTO calls VALUES (1, 1, 'demo-1', '通知', 'Call', '2024-01-01', NULL, 'demo', 10)",
            "INSERT INTO applications VALUES (1, 1, :enterprise, 20, 'ann')",
            "INSERT INTO application_claims VALUES (1, 1, 'claim-a', 20, 'ann'), (2, 1, 'claim-b', 30, 'ann')",
            "INSERT INTO decisions VALUES (1, 1, 'met', 'self_reported', '[]', '[]', '[]', :yes, 'd', '1', '', 4, 'b')",
        ):
            parameters = {"yes": True, "enterprise": enterprise.id}
            session.execute(text(statement), {name: parameters[name] for name in parameters if f":{name}" in statement})
    migrate(empty_database, "0008_life")
    with empty_database.reading() as session:
        call = session.execute(text("SELECT state, version, pack_edition FROM calls")).one()
        application = session.execute(text("SELECT state, version, started_at_us, started_by FROM applications")).one()
        version = session.execute(text("SELECT version, content, digest, signed_by FROM application_versions")).one()
        steps = session.execute(text("SELECT object_kind, state_to, action, at_us, actor FROM programme_steps")).all()
        decided = session.execute(text("SELECT application_version FROM decisions")).scalars().all()
    assert tuple(call) == ("published", 1, None)
    assert tuple(application) == ("submitted", 1, 20, "ann")
    content = version.content if isinstance(version.content, dict) else json.loads(version.content)
    assert content["claim_ids"] == ["claim-a", "claim-b"]
    assert (version.digest, version.signed_by) == (Content.from_json(content).digest, "ann")
    assert sorted(map(tuple, steps)) == [
        ("application", "submitted", "submit", 20, "ann"),
        ("call", "published", "publish", 10, "platform"),
    ]
    assert decided == [1]
    downgrade(empty_database, "0007_declared")
    with empty_database.reading() as session:
        assert session.execute(text("SELECT submitted_at_us, submitted_by FROM applications")).all() == [(20, "ann")]


def test_a_step_is_named_as_its_file_and_the_newest_is_found_by_it() -> None:
    # A start reads no step where the database is at the newest by name.
    assert sorted(file.stem for file in (SCRIPTS / "versions").glob("*.py")) == revisions()
    assert head_revision() == revisions()[-1]


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.engine.connect() as connection:
        before = indexes_of_every_table(connection)
    migrate(database)
    with database.engine.connect() as connection:
        assert indexes_of_every_table(connection) == before
    assert current_revision(database) == head_revision()


def test_every_revision_can_be_taken_back(empty_database: Database) -> None:
    migrate(empty_database)
    for revision in [*revisions()[-2::-1], "base"]:
        downgrade(empty_database, revision)
    with empty_database.engine.connect() as connection:
        assert set(indexes_of_every_table(connection)) <= {"alembic_version"}
    migrate(empty_database)
    assert current_revision(empty_database) == head_revision()


@pytest.mark.parametrize("stands", [None, "0001_registry"])
def test_programs_may_migrate_at_the_same_moment(empty_database: Database, stands: str | None) -> None:
    if stands is not None:
        migrate(empty_database, stands)
    others = [Database(empty_database.engine.url.render_as_string(hide_password=False)) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(migrate, others))
    for other in others:
        other.close()
    assert current_revision(empty_database) == head_revision()


def test_a_database_of_a_newer_version_is_left_alone(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    try:
        with pytest.raises(MigrationFailed, match=r"'9999_future'.*newer version of Millmark"):
            migrate(database)
        assert current_revision(database) == "9999_future"
    finally:
        with database.transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head_revision()})


def test_an_unknown_revision_is_refused(empty_database: Database) -> None:
    with pytest.raises(MigrationFailed, match="cannot be upgraded to 'nonsense'"):
        migrate(empty_database, "nonsense")
    with pytest.raises(MigrationFailed, match="cannot go back to 'nonsense'"):
        downgrade(empty_database, "nonsense")


def test_an_upgrade_that_breaks_leaves_the_database_as_it_was(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(empty_database, "0001_registry")
    build_plant(Registry(empty_database))

    def break_down(*_: object, **__: object) -> None:
        alembic.op.execute("CREATE TABLE half_done (id INTEGER)")
        raise RuntimeError("power cut")

    monkeypatch.setattr(alembic.op, "create_table", break_down)
    with pytest.raises(RuntimeError, match="power cut"):
        migrate(empty_database)
    monkeypatch.undo()
    with empty_database.engine.connect() as connection:
        assert "half_done" not in inspect(connection).get_table_names()
    assert current_revision(empty_database) == "0001_registry"
    migrate(empty_database)
    assert len(Registry(empty_database).enterprises()) == 1


def test_a_sqlite_database_is_copied_before_it_is_upgraded(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    migrate(database, "0001_registry")
    build_plant(Registry(database))
    migrate(database)
    migrate(database)
    copies = list(tmp_path.glob("*.before-*"))
    assert [copy.name for copy in copies] == [f"registry.sqlite.before-{head_revision()}"]
    with closing(sqlite3.connect(copies[0])) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001_registry",)]
        assert copy.execute("SELECT slug FROM enterprises").fetchall() == [("acme",)]
    database.close()


def test_a_sqlite_database_that_cannot_be_copied_is_not_upgraded(tmp_path: Path) -> None:
    # A name that leaves no room for the copy's; root could write into any folder.
    database = Database(f"sqlite:///{tmp_path / ('x' * 230)}")
    migrate(database, "0001_registry")
    with pytest.raises(MigrationFailed, match=r"cannot be copied.*make room"):
        migrate(database)
    assert current_revision(database) == "0001_registry"
    database.close()


def test_changing_a_sqlite_table_keeps_rows_that_point_to_it(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    migrate(database)
    build_plant(Registry(database))
    with _changing_schema(database) as connection:
        operations = Operations(MigrationContext.configure(connection, opts={"render_as_batch": True}))
        with operations.batch_alter_table("enterprises", recreate="always"):
            pass
    assert len(Registry(database).assets_under(at("acme"))) == 5

    def orphan_everything() -> None:
        with _changing_schema(database) as connection:
            connection.execute(text("DELETE FROM enterprises"))

    with pytest.raises(MigrationFailed, match="pointing to nothing"):
        orphan_everything()
    assert len(Registry(database).enterprises()) == 1
    database.close()
