"""A platform is taken whole while it runs, and is there again after restoring: every table and every row."""

from __future__ import annotations

import io
import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from millmark.backup import DamagedArchive, FolderNotEmpty, PassphraseNeeded, manifest_of, restore
from millmark.composition import Platform
from millmark.evidence import KeyUnusable
from millmark.history import CommitBlock, HistorySettings, QuarantinedReading, Resolution
from millmark.history.rollup_rows import of_points
from millmark.history.store import Store
from millmark.model import Period, PointBatch, TextBatch
from millmark.settings import load_settings

START_US = 1_790_000_000_000_000
PASSPHRASE = "correct horse battery staple"


def block(step: int) -> CommitBlock:
    """100 points of ten series, a text, a contradiction and a reading set aside."""
    series = np.tile(np.arange(1, 11, dtype=np.uint32), 10)
    times = START_US + (step * 10 + np.repeat(np.arange(10), 10)) * 1_000_000
    nothing = np.zeros(100, np.int64)
    points = PointBatch(
        series, times, nothing, np.round(np.sin(times / 7e6), 3), nothing.astype(np.uint8), nothing.astype(np.uint32)
    )
    contradiction = PointBatch(
        points.series[:1], times[:1], nothing[:1], np.array([99.0]), points.quality[:1], points.code[:1]
    )
    both = PointBatch.from_arrow(pa.concat_tables([points.to_arrow(), contradiction.to_arrow()]))
    texts = TextBatch(
        np.array([11], np.uint32),
        times[:1],
        nothing[:1],
        pa.array([f"state {step % 3}"]),
        points.quality[:1],
        points.code[:1],
    )
    aside = QuarantinedReading(0, "gateway", "asset", "metric", None, str(step), "unparsable", "")
    return CommitBlock(points=both, texts=texts, quarantine=(aside,))


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    platform = Platform.open(load_settings(tmp_path / "first", demonstration=True))
    for step in range(20):
        platform.history.commit(block(step))
    try:
        yield platform
    finally:
        platform.close()


def written(platform: Platform, file: Path, passphrase: str | None = None) -> Path:
    with file.open("wb") as archive:
        for piece in platform.services.backup.take(passphrase):
            archive.write(piece)
    return file


def restored(file: Path, folder: Path, passphrase: str | None = None):
    with file.open("rb") as archive:
        return restore(archive, folder, passphrase)


def history_rows(folder: Path, until_us: int) -> dict[str, list[dict[str, object]]]:
    """All rows of all tables but the rollups' that were received until a moment; one folder is open at a time.

    Rollups go on being written down while nothing is received, so their rows differ and say the same: `rollups_agree`.
    """
    store = Store(HistorySettings(path=folder / "history"))
    try:
        columns = (
            "SELECT table, groupArray(name) AS names FROM system.columns "
            "WHERE database = 'millmark' AND NOT startsWith(table, 'rollup_') GROUP BY table"
        )
        tables = {row["table"]: row["names"] for row in store.query(columns).to_pylist()}
        received = f"WHERE received_time <= fromUnixTimestamp64Micro({until_us}, 'UTC')"
        conditions = {name: received if "received_time" in names else "" for name, names in tables.items()}
        return {
            name: store.query(f"SELECT * FROM millmark.{name} {condition} ORDER BY ALL").to_pylist()  # noqa: S608
            for name, condition in conditions.items()
        }
    finally:
        store.close()


def rollups_agree(platform: Platform) -> bool:
    """Whether the platform's rollups say what its points say."""
    period = Period(START_US - START_US % 86_400_000_000, START_US + 400 * 86_400_000_000)
    points = platform.history.raw(range(1, 11), period)
    for resolution in Resolution:
        told = platform.history.rollup(range(1, 11), period, resolution)
        folded = of_points(points.series, points.source_time_us, points.value, points.quality, resolution)
        if not (told.count.tolist() == folded.count.tolist() and np.allclose(told.floats, folded.floats)):
            return False
    return len(points) > 0


def registry_rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(folder / "registry.sqlite")) as database:
        names = [
            row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        ]
        return {name: sorted(database.execute(f"SELECT * FROM {name}"), key=repr) for name in names}  # noqa: S608


def test_what_is_restored_is_what_was_at_one_moment_of_a_busy_platform(platform, tmp_path):
    stop, last = threading.Event(), [20]

    def keep_committing():
        while not stop.is_set():
            platform.history.commit(block(last[0]))
            last[0] += 1

    busy = threading.Thread(target=keep_committing, daemon=True)
    busy.start()
    try:
        while last[0] < 25:
            assert busy.is_alive()
        file = written(platform, tmp_path / "backup.tar")
        assert not (tmp_path / "first" / "history" / "clickhouse" / "shadow").exists()
        assert list((tmp_path / "first" / "run").glob("backup-*")) == []
        before_stop = last[0]
        while last[0] < before_stop + 5:
            assert busy.is_alive()
    finally:
        stop.set()
        busy.join()
    platform.close()

    manifest = restored(file, tmp_path / "second")
    there, here = (history_rows(tmp_path / name, manifest.barrier_us) for name in ("first", "second"))
    assert here == there
    assert len(here["points"]) % 100 == 0
    assert 2_500 <= len(here["points"]) < 100 * last[0]
    assert {name: len(rows) for name, rows in here.items() if name in ("conflicts", "quarantine", "text_points")} == {
        name: len(here["points"]) // 100 for name in ("conflicts", "quarantine", "text_points")
    }
    later = history_rows(tmp_path / "second", 2**62)
    assert later == here
    assert registry_rows(tmp_path / "second") == registry_rows(tmp_path / "first")
    again = Platform.open(load_settings(tmp_path / "second", demonstration=True))
    try:
        assert rollups_agree(again)
        receipt = again.history.commit(block(0))
        assert (receipt.stored, receipt.duplicates) == (0, 103)
        assert again.history.commit(block(10_000)).stored == 101
        assert rollups_agree(again)
    finally:
        again.close()


def test_a_key_in_the_clear_stays_out_unless_a_passphrase_closes_it(platform, tmp_path):
    open_archive = written(platform, tmp_path / "open.tar")
    closed_archive = written(platform, tmp_path / "closed.tar", PASSPHRASE)
    secret = (tmp_path / "first" / "keys" / "node-ed25519.pem").read_bytes()
    body = secret.splitlines()[1]
    assert body not in open_archive.read_bytes()
    assert body not in closed_archive.read_bytes()
    with open_archive.open("rb") as archive:
        assert any("signing key" in sentence for sentence in manifest_of(archive).left_out)
    with pytest.raises(PassphraseNeeded):
        restored(closed_archive, tmp_path / "wrong", "another passphrase")
    assert not (tmp_path / "wrong").exists()
    restored(closed_archive, tmp_path / "right", PASSPHRASE)
    key = tmp_path / "right" / "keys" / "node-ed25519.pem"
    assert key.read_bytes() == secret
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    restored(open_archive, tmp_path / "without")
    assert not (tmp_path / "without" / "keys").exists()


def test_a_key_with_a_passphrase_of_its_own_travels_as_it_is(tmp_path):
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "millmark.toml").write_text('[node]\nkey_passphrase_env = "THE_PASSPHRASE"\n')
    environment = {"THE_PASSPHRASE": PASSPHRASE}
    platform = Platform.open(load_settings(tmp_path / "first", demonstration=True, environment=environment))
    file, key_id = written(platform, tmp_path / "backup.tar"), platform.key.id
    platform.close()
    assert restored(file, tmp_path / "second").left_out == ()
    with pytest.raises(KeyUnusable):
        Platform.open(load_settings(tmp_path / "second", demonstration=True, environment={"THE_PASSPHRASE": "no"}))
    again = Platform.open(load_settings(tmp_path / "second", demonstration=True, environment=environment))
    assert again.key.id == key_id
    again.close()


@pytest.mark.parametrize("whose", ["the backup's", "the node's", "nobody's"])
def test_secrets_of_webhooks_come_back_with_the_key_that_closes_them(tmp_path, whose):
    environment = {"THE_PASSPHRASE": PASSPHRASE} if whose == "the node's" else {}
    (tmp_path / "first").mkdir()
    settings = '[node]\nkey_passphrase_env = "THE_PASSPHRASE"\n' if environment else ""
    (tmp_path / "first" / "millmark.toml").write_text(f"{settings}[webhooks]\nallow_private = true\n")
    platform = Platform.open(load_settings(tmp_path / "first", demonstration=True, environment=environment))
    platform.webhooks.subscribe(name="grants", url="http://127.0.0.1:9/", object_kinds=[], created_by="admin")
    key = (tmp_path / "first" / "keys" / "webhooks.key").read_bytes()
    with_passphrase = PASSPHRASE if whose == "the backup's" else None
    file = written(platform, tmp_path / "backup.tar", with_passphrase)
    platform.close()
    assert key not in file.read_bytes()

    left_out = restored(file, tmp_path / "second", with_passphrase).left_out
    assert any("webhooks' secrets" in one for one in left_out) == (whose == "nobody's")
    again = Platform.open(load_settings(tmp_path / "second", demonstration=True, environment=environment))
    there = tmp_path / "second" / "keys" / "webhooks.key"
    try:
        (kept,) = again.webhooks.subscriptions()
        assert kept.is_readable == (whose != "nobody's")
        assert (there.read_bytes() == key) == (whose != "nobody's")
        assert stat.S_IMODE(there.stat().st_mode) == 0o600
        assert not there.with_name("webhooks.key.closed").exists()
    finally:
        again.close()


def test_a_password_in_the_settings_stays_out(platform, tmp_path):
    settings = tmp_path / "first" / "millmark.toml"
    settings.write_text('[registry]\nurl = "postgresql+psycopg://millmark:s3cret@db/millmark"\n')
    file = written(platform, tmp_path / "backup.tar")
    assert b"s3cret" not in file.read_bytes()
    assert any("settings file" in sentence for sentence in restored(file, tmp_path / "second").left_out)
    settings.write_text("[web]\nport = 8481\n")
    restored(written(platform, tmp_path / "plain.tar"), tmp_path / "third")
    assert (tmp_path / "third" / "millmark.toml").read_text() == "[web]\nport = 8481\n"


def damaged(content: bytes, how: str) -> bytes:
    if how == "cut short":
        return content[: len(content) // 2]
    if how == "cut before its checksums":
        return content[: content.rindex(b"SHA256SUMS")]
    if how == "one bit":
        place = content.rindex(b"SQLite format 3") + 4_000
        return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    if how == "leads out":
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("../outside"), io.BytesIO())
        return out.getvalue()
    return b"no archive at all"


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A whole backup of a platform that is gone."""
    platform = Platform.open(load_settings(tmp_path_factory.mktemp("whole") / "first", demonstration=True))
    platform.history.commit(block(0))
    try:
        return b"".join(platform.services.backup.take())
    finally:
        platform.close()


@pytest.mark.parametrize("how", ["cut short", "cut before its checksums", "one bit", "leads out", "not one"])
def test_a_damaged_backup_is_refused_and_leaves_nothing(content, tmp_path, how):
    (tmp_path / "damaged.tar").write_bytes(damaged(content, how))
    with pytest.raises(DamagedArchive):
        restored(tmp_path / "damaged.tar", tmp_path / "second")
    assert [one.name for one in tmp_path.iterdir()] == ["damaged.tar"]


def test_nothing_is_restored_over_something(content, tmp_path):
    (tmp_path / "backup.tar").write_bytes(content)
    with pytest.raises(FolderNotEmpty, match="not empty"):
        restored(tmp_path / "backup.tar", tmp_path)
    restored(tmp_path / "backup.tar", tmp_path / "second")


def test_one_command_each(platform, tmp_path):
    platform.close()

    def millmark(*words: str | Path) -> str:
        command = [sys.executable, "-m", "millmark.cli", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout

    (tmp_path / "passphrase").write_text(PASSPHRASE)
    passphrase = ("--key-passphrase-file", tmp_path / "passphrase")
    file = tmp_path / "backup.tar"
    assert str(file) in millmark("backup", file, *passphrase, "--data", tmp_path / "first")
    assert "as it was" in millmark("restore", file, *passphrase, "--data", tmp_path / "second")
    assert history_rows(tmp_path / "second", 2**62) == history_rows(tmp_path / "first", 2**62)


def test_uploaded_files_are_in_the_backup_and_come_back(platform, tmp_path):
    kept = platform.files.keep(
        iter([b"%PDF-1.7\nstartxref\n0\n%%EOF\n"]), "a.pdf", owner_enterprise_id=None, purpose="notice", actor="li"
    )
    written(platform, tmp_path / "backup.tar")
    platform.close()
    restored(tmp_path / "backup.tar", tmp_path / "second")
    again = Platform.open(load_settings(tmp_path / "second", demonstration=True))
    try:
        assert again.files.read(kept.id) == b"%PDF-1.7\nstartxref\n0\n%%EOF\n"
    finally:
        again.close()


def test_a_registry_on_postgresql_is_taken_and_loads_into_another_database(tmp_path, postgres_server, postgres_url):
    first = tmp_path / "first"
    first.mkdir()
    (first / "millmark.toml").write_text(f'[registry]\nurl = "{postgres_url}"\n', encoding="utf-8")
    platform = Platform.open(load_settings(first, demonstration=True))
    try:
        platform.registry.add_enterprise(
            slug="acme", name_zh="待核实企业", name_en="To be identified", area_code="421202", is_placeholder=True
        )
        archive = written(platform, tmp_path / "backup.zip")
        tables = inspect(platform.registry.database.engine).get_table_names()
        had = rows_of(platform.registry.database.engine, tables)
    finally:
        platform.close()
    restored(archive, tmp_path / "second")

    url = postgres_server.create("restored")
    try:
        address = url.replace("postgresql+psycopg", "postgresql")
        dump = tmp_path / "second" / "registry.pg_dump"
        subprocess.run(["pg_restore", f"--dbname={address}", "--exit-on-error", str(dump)], check=True)
        engine = create_engine(url)
        loaded = rows_of(engine, tables)
        engine.dispose()
        assert loaded == had
        assert had["alembic_version"]
        assert had["enterprises"]
    finally:
        postgres_server.drop("restored")


def rows_of(engine: Engine, tables: list[str]) -> dict[str, list[str]]:
    """Every row of every table as text, in a fixed order."""
    with engine.connect() as connection:
        return {
            table: sorted(str(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{table}"')))  # noqa: S608
            for table in tables
        }
