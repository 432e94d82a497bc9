"""The folder of files: whole or not at all, once, within its limits, and as it was kept."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.programmes.documents import samples

from millmark.programmes.documents import (
    DamagedFile,
    FileLimits,
    FilesUnavailable,
    FileTooLarge,
    LocalFileStore,
    QuotaSpent,
    RefusedFile,
    UnknownFile,
)
from millmark.registry import Database, Registry


@pytest.fixture
def enterprises(registry: Registry) -> tuple[int, int]:
    first, second = (
        registry.add_enterprise(slug=slug, name_zh=slug, name_en=slug, area_code="421202", is_demonstration=True).id
        for slug in ("north", "south")
    )
    return first, second


def store(folder: Path, database: Database, **limits: int) -> LocalFileStore:
    return LocalFileStore(
        folder / "files", database, now_us=lambda: 1_790_000_000_000_000, limits=FileLimits(spare_bytes=0, **limits)
    )


def keep(files: LocalFileStore, content: bytes, owner: int | None, name: str = "发票.pdf"):
    return files.keep(iter([content]), name, owner_enterprise_id=owner, purpose="invoice", actor="li")


def on_disk(files: LocalFileStore) -> list[Path]:
    return sorted(path for path in files.folder.rglob("*") if path.is_file())


def test_a_file_comes_back_as_it_was(database, enterprises, tmp_path) -> None:
    files = store(tmp_path, database)
    kept = keep(files, samples.pdf(), enterprises[0])
    assert (kept.name, kept.media_type, kept.bytes) == ("发票.pdf", "application/pdf", len(samples.pdf()))
    assert store(tmp_path, database).read(kept.id) == samples.pdf()
    assert files.file(kept.id) == kept


@pytest.mark.parametrize(
    "content", [samples.pdf(), samples.png(), samples.jpeg(), samples.xlsx(), samples.word(), samples.ofd()]
)
def test_every_kind_is_kept_from_the_disk_as_it_came(sqlite_database, tmp_path, content) -> None:
    files = store(tmp_path, sqlite_database)
    assert files.read(keep(files, content, None).id) == content


def test_the_same_file_sent_twice_is_kept_once_and_another_owner_has_another_id(database, enterprises, tmp_path):
    files = store(tmp_path, database)
    first, again = (keep(files, samples.pdf(), enterprises[0]) for _ in range(2))
    other = keep(files, samples.pdf(), enterprises[1])
    assert first == again
    assert other.id != first.id
    assert other.sha256 == first.sha256
    assert len(on_disk(files)) == 1
    assert files.used_bytes(enterprises[0]) == first.bytes


def test_five_hundred_megabytes_are_refused_after_the_limit_and_leave_nothing(database, enterprises, tmp_path):
    files = store(tmp_path, database, file_bytes=3 << 20)
    sent = 0

    def stream() -> Iterator[bytes]:
        nonlocal sent
        while sent < 500 << 20:
            sent += 1 << 20
            yield bytes(1 << 20)

    with pytest.raises(FileTooLarge, match="at most"):
        files.keep(stream(), "big.pdf", owner_enterprise_id=enterprises[0], purpose="invoice", actor="li")
    assert sent == 4 << 20
    assert on_disk(files) == []


def test_what_is_refused_leaves_nothing(database, enterprises, tmp_path):
    files = store(tmp_path, database)
    with pytest.raises(RefusedFile, match="Windows program"):
        keep(files, b"MZ" + bytes(100), enterprises[0])
    with pytest.raises(RefusedFile, match="empty"):
        keep(files, b"", enterprises[0])
    with pytest.raises(RefusedFile, match="no enterprise 99"):
        keep(files, samples.pdf(), 99)
    assert files.files(owner_enterprise_id=enterprises[0], limit=10) == []


def test_an_enterprise_has_its_quota_and_the_office_none(database, enterprises, tmp_path):
    size = len(samples.pdf())
    files = store(tmp_path, database, enterprise_bytes=2 * size)
    keep(files, samples.pdf(), enterprises[0], "a.pdf")
    keep(files, samples.pdf(), enterprises[0], "b.pdf")
    keep(files, samples.pdf(), enterprises[0], "b.pdf")
    with pytest.raises(QuotaSpent, match=f"{2 * size} of {2 * size}"):
        keep(files, samples.pdf(), enterprises[0], "c.pdf")
    keep(files, samples.pdf(), enterprises[1], "c.pdf")
    for name in "abc":
        keep(files, samples.pdf(), None, f"{name}.pdf")


def test_uploads_at_the_same_time_do_not_share_the_last_room(database, enterprises, tmp_path):
    size = len(samples.pdf())
    files = store(tmp_path, database, enterprise_bytes=3 * size)

    def attempt(number: int) -> bool:
        try:
            keep(files, samples.pdf(), enterprises[0], f"{number}.pdf")
        except QuotaSpent:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(attempt, range(12)))
    assert sum(kept) == 3
    assert files.used_bytes(enterprises[0]) == 3 * size


def test_a_file_changed_on_the_disk_is_never_given_out(database, enterprises, tmp_path):
    files = store(tmp_path, database)
    kept = keep(files, samples.pdf(), enterprises[0])
    path = files.path_of(kept.sha256)
    path.chmod(0o600)
    path.write_bytes(samples.pdf().replace(b"Catalog", b"Katalog"))
    with pytest.raises(DamagedFile, match="not what was kept"):
        files.open(kept.id)
    path.unlink()
    with pytest.raises(DamagedFile, match="missing"):
        files.open(kept.id)
    keep(files, samples.pdf(), enterprises[0])
    assert files.read(kept.id) == samples.pdf()


def test_drafts_of_a_process_that_died_are_gone_at_the_next_start(database, tmp_path):
    draft = store(tmp_path, database).begin()
    draft.write(b"%PDF-")
    assert on_disk(store(tmp_path, database)) == []
    draft.discard()


def test_a_full_disk_is_told_before_anything_is_written(database, tmp_path):
    files = LocalFileStore(tmp_path, database, now_us=lambda: 0, limits=FileLimits(spare_bytes=1 << 60))
    with pytest.raises(FilesUnavailable, match="are free"):
        files.begin()


def test_an_object_refers_to_files_of_its_own_enterprise_alone(database, enterprises, tmp_path):
    files = store(tmp_path, database)
    kept = keep(files, samples.pdf(), enterprises[0])

    def use(owner: int) -> None:
        with database.transaction() as session:
            files.use_within(
                session, kept.id, object_kind="application", object_id=7, owner_enterprise_id=owner, actor="li"
            )

    with pytest.raises(UnknownFile):
        use(enterprises[1])
    use(enterprises[0])
    use(enterprises[0])
    assert [(one.object_kind, one.object_id) for one in files.uses(kept.id)] == [("application", 7)]
    assert files.used_by("application", 7) == [kept]
    with pytest.raises(UnknownFile):
        files.read("0" * 40)
