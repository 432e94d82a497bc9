"""The region: the city's ledger, its figures as queries over records, and its map."""

from millmark.region.catalogue import CityPack, FigureDefinition, KindText, read_city_pack
from millmark.region.entry import LedgerEntry, NewLedgerEntry, Qualifier
from millmark.region.errors import (
    EntryConflict,
    EntryNotFound,
    FigureNotFound,
    InvalidBoundaries,
    InvalidEntry,
    InvalidFacts,
    InvalidRef,
    RegionError,
)
from millmark.region.figure import Figure, FigureQualifier, RecordRef
from millmark.region.figures import Figures, Trace
from millmark.region.geography import Area, CityMap, city_map, read_areas
from millmark.region.importing import FactsImport, ImportReceipt
from millmark.region.ledger import Ledger
from millmark.region.overview import CityOverview, CountyOverview, city_overview

__all__ = [
    "Area",
    "CityMap",
    "CityOverview",
    "CityPack",
    "CountyOverview",
    "EntryConflict",
    "EntryNotFound",
    "FactsImport",
    "Figure",
    "FigureDefinition",
    "FigureNotFound",
    "FigureQualifier",
    "Figures",
    "ImportReceipt",
    "InvalidBoundaries",
    "InvalidEntry",
    "InvalidFacts",
    "InvalidRef",
    "KindText",
    "Ledger",
    "LedgerEntry",
    "NewLedgerEntry",
    "Qualifier",
    "RecordRef",
    "RegionError",
    "Trace",
    "city_map",
    "city_overview",
    "read_areas",
    "read_city_pack",
]
