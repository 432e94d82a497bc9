"""How fast the bureau's desk answers over a whole region, with many people at once."""

from __future__ import annotations

import itertools
import json
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, TypedDict

from millmark.bench.machine import Machine, this_machine, versions
from millmark.bench.platform import prepared, started
from millmark.bench.region_books import COUNTIES, fill_ledger, fill_roster, fill_watch, import_facts, station_sheet
from millmark.bench.region_people import LoadFigures, Person, asked, officers
from millmark.composition import Platform
from millmark.programmes import DateSpan
from millmark.region.entry import NewLedgerEntry
from millmark.registry.errors import DatabaseUnavailable
from millmark.reports.ledger_sheets.checking import Defaults
from millmark.reports.ledger_sheets.imports import LedgerImports
from millmark.settings import load_settings
from millmark.web.local import read

STATION: Final = "5g-base-station"
INVESTMENT: Final = "telecom-infrastructure-investment"


class ImportFigures(TypedDict):
    """Seconds to bring a sheet, to hold every row against the rules and the ledger, and to keep them; `others_waited_s`
    is the longest that somebody who enters single records meanwhile waits for one."""

    rows: int
    brought_s: float
    checked_s: float
    kept_s: float
    whole_s: float
    others_waited_s: float
    added: int
    corrected: int


class RegionReport(TypedDict):
    machine: Machine
    versions: Mapping[str, str]
    database: str
    enterprises: int
    months: int
    entries: int
    first_figures_s: float
    figures_s: float
    reply_s: float
    sheet: ImportFigures
    correction: ImportFigures
    people: LoadFigures
    hurried: LoadFigures


def measure_region(
    enterprises: int = 10_000,
    months: int = 60,
    entries: int = 20_000,
    *,
    users: int = 20,
    seconds: float = 30.0,
    sheet_rows: int = 100_000,
    database: str | None = None,
    scratch: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> RegionReport:
    """Fills a region on SQLite, or in the empty PostgreSQL at `database`, then asks a running platform as many people
    would. Raises `ValueError` where that database has enterprises."""
    with tempfile.TemporaryDirectory(dir=scratch, prefix="bench-region-") as name:
        folder = Path(name) / "platform"
        # All people of the benchmark ask from one address.
        prepared(folder, "[public]\nrequests_per_minute = 1000000\n" + _registry_at(database))
        filled = _filled(folder, enterprises, months, entries, users, tell)
        with started(folder):
            url = _url(folder)
            tell(f"{users} people")
            people = asked(url, filled.people, seconds, think_s=1.0)
            tell(f"{users} people in a hurry")
            hurried = asked(url, filled.people, seconds / 2, think_s=0.0)
        tell(f"a sheet of {sheet_rows:,} rows")
        sheet, correction = _imported(folder, sheet_rows, tell)
        return RegionReport(
            machine=this_machine(folder),
            versions=versions(()),
            database="SQLite" if database is None else "PostgreSQL",
            enterprises=enterprises,
            months=months,
            entries=entries,
            first_figures_s=filled.first_figures_s,
            figures_s=filled.figures_s,
            reply_s=filled.reply_s,
            sheet=sheet,
            correction=correction,
            people=people,
            hurried=hurried,
        )


def _registry_at(database: str | None) -> str:
    # A JSON string is a TOML string, too.
    return "" if database is None else f"[registry]\nurl = {json.dumps(database)}\n"


@dataclass(frozen=True, slots=True)
class _Filled:
    """Who is signed in, and the seconds that all figures and the whole reply take: `first_` for a process that has read
    nothing yet, the others after a record has come in."""

    people: list[Person]
    first_figures_s: float
    figures_s: float
    reply_s: float


def _filled(
    folder: Path, enterprises: int, months: int, entries: int, users: int, tell: Callable[[str], None]
) -> _Filled:
    platform = Platform.open(load_settings(folder, environment={}))
    try:
        if platform.registry.enterprises():
            raise ValueError("the database is not empty; give the benchmark one of its own, made with createdb")
        import_facts(platform.database, platform.bureau, platform.programme_records, platform.now_us)
        fill_watch(platform.database, enterprises, months, tell)
        fill_roster(platform.database, platform.bureau, enterprises, tell)
        fill_ledger(platform.database, platform.ledger, entries, min(4_000, entries), tell)
        first_figures_s = _took(platform.figures.compute)
        _add_an_entry(platform, 1)
        figures_s = _took(platform.figures.compute)
        _add_an_entry(platform, 2)
        reply_s = _took(lambda: platform.replies.reply("zh"))
        return _Filled(officers(platform, users, COUNTIES), first_figures_s, figures_s, reply_s)
    finally:
        platform.close()


def _took(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return round(time.perf_counter() - begin, 3)


def _add_an_entry(platform: Platform, number: int) -> None:
    day = DateSpan.of_day(date(2015, 1, 1) + timedelta(days=number))
    entry = NewLedgerEntry(
        kind=INVESTMENT, area="421200", span=day, source=f"bench entry {number}", quantity=Decimal(number)
    )
    platform.ledger.add(entry, recorded_by="bench")


def _url(folder: Path) -> str:
    access = read(folder)
    if access is None:
        raise ValueError(f"{folder}: the platform that was started there says no address")
    return access.url


def _imported(folder: Path, rows: int, tell: Callable[[str], None]) -> tuple[ImportFigures, ImportFigures]:
    """A sheet that comes for the first time, and one that corrects every row of it."""
    platform = Platform.open(load_settings(folder, environment={}))
    try:
        sheet = _brought(platform, station_sheet(rows))
        tell(f"a correction of {rows:,} rows")
        return sheet, _brought(platform, station_sheet(rows, is_corrected=True))
    finally:
        platform.close()


def _brought(platform: Platform, content: bytes) -> ImportFigures:
    imports = LedgerImports(platform.database, platform.ledger, now_us=platform.now_us)
    others = _Others(platform)
    others.start()
    clock = [time.perf_counter()]
    brought = imports.bring(STATION, "stations.csv", content, created_by="bench")
    clock.append(time.perf_counter())
    checked = imports.check(brought.id, brought.mapping, Defaults())
    clock.append(time.perf_counter())
    if checked.bad:
        raise ValueError(f"{checked.bad} rows were refused: {checked.problems[:3]}")
    done = imports.commit(brought.id, "all", recorded_by="bench", with_changes=True)
    clock.append(time.perf_counter())
    return ImportFigures(
        rows=done.total,
        brought_s=round(clock[1] - clock[0], 2),
        checked_s=round(clock[2] - clock[1], 2),
        kept_s=round(clock[3] - clock[2], 2),
        whole_s=round(clock[3] - clock[0], 2),
        others_waited_s=round(others.ended(), 2),
        added=done.added,
        corrected=done.corrected,
    )


class _Others(threading.Thread):
    """Somebody who enters an investment five times a second, and how long the slowest took, kept or not."""

    _days = itertools.count(3)

    def __init__(self, platform: Platform) -> None:
        super().__init__(daemon=True)
        self._platform = platform
        self._over = threading.Event()
        self._longest_s = 0.0

    def run(self) -> None:
        while not self._over.wait(0.2):
            begin = time.perf_counter()
            # Whoever waits too long is refused, and counts as having waited for so long.
            with suppress(DatabaseUnavailable):
                _add_an_entry(self._platform, next(self._days))
            self._longest_s = max(self._longest_s, time.perf_counter() - begin)

    def ended(self) -> float:
        """Seconds of the slowest, once the last is in."""
        self._over.set()
        self.join()
        return self._longest_s
