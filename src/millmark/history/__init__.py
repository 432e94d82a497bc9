"""The history: time series on ClickHouse, inside the process or behind an address."""

from millmark.history.block import CommitBlock, CommitReceipt, OriginalReading, QuarantinedReading
from millmark.history.engine_state import EngineState, TableState
from millmark.history.errors import HistoryBusy, HistoryError, InvalidBlock, SchemaTooNew, StoreUnavailable
from millmark.history.export import ExportFormat
from millmark.history.fold import Buckets
from millmark.history.history import History
from millmark.history.retention import ExpiredMonth, Retention
from millmark.history.rollup_rows import Resolution, RollupRows
from millmark.history.rollups import RollupState
from millmark.history.schema import described as described_schema
from millmark.history.set_aside import QuarantineCount, QuarantineFilter, ReplayOutcome, SetAside
from millmark.history.settings import HistorySettings
from millmark.history.snapshot import Snapshot
from millmark.history.warming import warm_up

__all__ = [
    "Buckets",
    "CommitBlock",
    "CommitReceipt",
    "EngineState",
    "ExpiredMonth",
    "ExportFormat",
    "History",
    "HistoryBusy",
    "HistoryError",
    "HistorySettings",
    "InvalidBlock",
    "OriginalReading",
    "QuarantineCount",
    "QuarantineFilter",
    "QuarantinedReading",
    "ReplayOutcome",
    "Resolution",
    "Retention",
    "RollupRows",
    "RollupState",
    "SchemaTooNew",
    "SetAside",
    "Snapshot",
    "StoreUnavailable",
    "TableState",
    "described_schema",
    "warm_up",
]
