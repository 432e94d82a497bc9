"""What a birth declares: the names, aliases, data types and units that later messages rely on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from millmark.model import DataType
from millmark.wire.sparkplug.datatypes import data_type_of
from millmark.wire.sparkplug.encoding import BDSEQ_METRIC
from millmark.wire.sparkplug.payload import Payload
from millmark.wire.sparkplug.properties import Properties, without_nan
from millmark.wire.sparkplug.quality import QUALITY_PROPERTY, is_engineering_unit

_CONTROL_PREFIXES = ("Node Control/", "Device Control/")


@dataclass(frozen=True, slots=True)
class KnownMetric:
    """What a birth says of one metric; the compiled pass reads `datatype`, `kind` and `is_transient` too.

    `kind` is what its series holds, None for what becomes no series itself (a template instance, an unknown type).
    `declared` are its properties but the quality and the engineering unit, which have places of their own; `reference`
    is the definition that a template instance is of.
    """

    name: str
    datatype: int
    kind: DataType | None
    engineering_unit: str | None = None
    alias: int | None = None
    is_transient: bool = False
    declared: Properties = field(default_factory=dict)
    reference: str = ""

    @property
    def is_text(self) -> bool:
        return self.kind is DataType.TEXT


@dataclass(slots=True)
class BirthTable:
    """The metrics of one node or device, by name and by alias; the data type persists from birth to data."""

    _by_name: dict[str, KnownMetric] = field(default_factory=dict)
    _by_alias: dict[int, KnownMetric] = field(default_factory=dict)

    def __iter__(self) -> Iterator[KnownMetric]:
        return iter(self._by_name.values())

    def add(self, metric: KnownMetric, alias: int | None) -> None:
        self._by_name[metric.name] = metric
        if alias is not None:
            self._by_alias[alias] = metric

    def names(self) -> Mapping[str, KnownMetric]:
        return MappingProxyType(self._by_name)

    def aliases(self) -> Mapping[int, KnownMetric]:
        return MappingProxyType(self._by_alias)

    def find(self, name: str | None, alias: int | None) -> KnownMetric | None:
        """By name where the message gives one that was declared, else by alias."""
        known = self._by_name.get(name) if name else None
        return known or (None if alias is None else self._by_alias.get(alias))


def known_metric(payload: Payload, row: int) -> KnownMetric | None:
    """What the metric says of itself, when it says enough: a name and a data type."""
    name, datatype = payload.name[row], payload.datatype[row]
    if not name or datatype is None or row in payload.flaws:
        return None
    kind, alias, is_transient = data_type_of(datatype), payload.alias[row], payload.is_transient[row]
    properties, template = payload.properties.get(row), payload.templates.get(row)
    if not properties and template is None:
        return KnownMetric(name, datatype, kind, None, alias, is_transient)
    unit, declared = _declared(properties or {})
    return KnownMetric(
        name, datatype, kind, unit, alias, is_transient, declared, template.reference if template else ""
    )


def _declared(properties: Properties) -> tuple[str | None, Properties]:
    """(engineering unit, the other properties but the quality)."""
    unit: str | None = None
    declared: Properties = {}
    for key, value in properties.items():
        if unit is None and is_engineering_unit(key) and isinstance(value, str) and value:
            unit = value
        elif key != QUALITY_PROPERTY:
            declared[key] = without_nan(value)
    return unit, declared


def is_bookkeeping(name: str) -> bool:
    """Metrics that steer the session and measure nothing (clauses 6.4.25 and 6.4.26)."""
    return name == BDSEQ_METRIC or name.startswith(_CONTROL_PREFIXES)
