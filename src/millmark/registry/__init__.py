"""What exists: enterprises, sites, assets, series and gateways with keys, in SQL (SQLite or PostgreSQL)."""

from millmark.registry.attributes import AttributeValue, StateTime
from millmark.registry.credit_code import check_credit_code
from millmark.registry.divisions import area_prefix
from millmark.registry.errors import (
    AlreadyRegistered,
    DatabaseUnavailable,
    InvalidCreditCode,
    InvalidEntry,
    MigrationFailed,
    MisplacedAsset,
    NotRegistered,
    RegistryError,
    SeriesMismatch,
)
from millmark.registry.migrating import current_revision, downgrade, head_revision, migrate
from millmark.registry.orm import LARGEST_ID, Base, Database, ExactDecimal
from millmark.registry.records import (
    Asset,
    Enterprise,
    Gateway,
    GatewayKind,
    GatewayQuota,
    SeriesDeclaration,
    Site,
    WriteGrant,
)
from millmark.registry.registry import Registry

__all__ = [
    "LARGEST_ID",
    "AlreadyRegistered",
    "Asset",
    "AttributeValue",
    "Base",
    "Database",
    "DatabaseUnavailable",
    "Enterprise",
    "ExactDecimal",
    "Gateway",
    "GatewayKind",
    "GatewayQuota",
    "InvalidCreditCode",
    "InvalidEntry",
    "MigrationFailed",
    "MisplacedAsset",
    "NotRegistered",
    "Registry",
    "RegistryError",
    "SeriesDeclaration",
    "SeriesMismatch",
    "Site",
    "StateTime",
    "WriteGrant",
    "area_prefix",
    "check_credit_code",
    "current_revision",
    "downgrade",
    "head_revision",
    "migrate",
]
