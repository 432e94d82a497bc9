"""Opening the sample city's books on a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.programmes.claim_shelf import ClaimShelf

from millmark.model.period import HOUR_US
from millmark.programmes import ProgrammeBook, ProgrammeRecords, VerifiedClaims, shipped_packs
from millmark.programmes.packs import read_shelf
from millmark.region import CityPack, FactsImport, Figures, ImportReceipt, Ledger, read_city_pack
from millmark.region.bureau import Bureau
from millmark.registry import Database, Registry

FACTS = Path(__file__).parents[2] / "src/millmark/demo/data/city/facts.csv"
REPLY_DATE = date(2023, 7, 26)
NOW_US = 1_717_200_000_000_000  # 2024-06-01T00:00Z, 08:00 in the city


@dataclass
class Clock:
    now_us: int = NOW_US

    def __call__(self) -> int:
        return self.now_us


class NoFiles:
    """For books that attach files, where no test attaches one."""

    def use_within(self, *_args: object, **_named: object) -> object:
        raise AssertionError("nothing is attached here")


@dataclass
class City:
    pack: CityPack
    database: Database
    registry: Registry
    bureau: Bureau
    ledger: Ledger
    records: ProgrammeRecords
    programmes: ProgrammeBook
    figures: Figures
    shelf: ClaimShelf = field(default_factory=ClaimShelf)
    clock: Clock = field(default_factory=Clock)

    def load(self, path: Path = FACTS) -> ImportReceipt:
        importer = FactsImport(
            self.database,
            self.pack,
            ledger=self.ledger,
            records=self.records,
            now_us=self.clock,
            books=self.bureau.books,
        )
        return importer.run(path, recorded_by="import")

    def values(self, as_of: date | None = None) -> dict[str, Decimal | None]:
        return {figure.id: figure.value for figure in self.figures.compute(as_of)}


def open_city(database: Database, pack: CityPack | None = None) -> City:
    pack = pack or read_city_pack(shipped_packs() / "xianning-reply")
    registry, shelf, clock, zone = Registry(database), ClaimShelf(), Clock(), ZoneInfo("Asia/Shanghai")
    claims = VerifiedClaims(
        shelf,
        demonstration_enterprises=lambda: [each.id for each in registry.enterprises() if each.is_demonstration],
        now_us=clock,
        keep_us=HOUR_US,
    )
    packs = read_shelf([shipped_packs()])
    bureau = Bureau.over(database, registry, pack, NoFiles(), packs, claims, now_us=clock, zone=zone)
    ledger = bureau.ledger
    records = ProgrammeRecords(database, now_us=clock, zone=zone)
    programmes = ProgrammeBook(database, packs, claims, now_us=clock, zone=zone)
    figures = Figures(
        pack,
        ledger=ledger,
        records=records,
        programmes=programmes,
        claims=claims,
        enterprises=registry.enterprises_of,
        now_us=clock,
        books=bureau.books,
    )
    return City(pack, database, registry, bureau, ledger, records, programmes, figures, shelf, clock)
