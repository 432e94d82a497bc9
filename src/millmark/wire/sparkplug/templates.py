"""Template instances -> the metrics they are made of, so that all that follows sees plain metrics.

A member of the instance `motor` becomes the metric `motor/<member>`, a parameter `motor/parameters/<parameter>`, also
through templates inside templates. Definitions are kept for what instances leave out, and never stored as data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from millmark.wire.sparkplug.births import BirthTable
from millmark.wire.sparkplug.datatypes import SparkplugType, ValueField
from millmark.wire.sparkplug.metrics import MetricRow, Template
from millmark.wire.sparkplug.payload import Payload

PARAMETERS = "parameters"
_DEEPEST = 8
Skip = Callable[[str], None]


@dataclass(slots=True)
class Definitions:
    """The template definitions of an edge node's birth, which hold for its devices too."""

    _by_name: dict[str, Template] = field(default_factory=dict)

    def clear(self) -> None:
        self._by_name.clear()

    def add(self, name: str, template: Template) -> None:
        self._by_name[name] = template

    def datatype_of(self, reference: str, member: str | None) -> int | None:
        template = self._by_name.get(reference)
        if template is None or member is None:
            return None
        return next((one.datatype for one in template.members if one.name == member), None)


def expand(payload: Payload, table: BirthTable | None, definitions: Definitions, skip: Skip) -> Payload:
    """The payload with its template instances replaced by their members; `skip` is told what is not stored.

    An instance that gives no name is looked up by its alias in `table`; one that stays nameless is left as it is.
    """
    if not payload.templates and not _has_null_template(payload, table):
        return payload
    for row, template in payload.templates.items():
        name = payload.name[row]
        if template.is_definition and name:
            definitions.add(name, template)
    expanded = Payload(payload.timestamp_ms, payload.seq)
    for row in range(len(payload)):
        metric = payload.row(row)
        for member in _expanded(metric, table, definitions, skip):
            expanded.append(member)
    return expanded


def _has_null_template(payload: Payload, table: BirthTable | None) -> bool:
    """Whether an instance was sent that has no value: then each of its members has none."""
    if not any(payload.is_null):
        return False
    return any(
        is_null
        and _datatype(payload.name[row], payload.alias[row], payload.datatype[row], table) == SparkplugType.TEMPLATE
        for row, is_null in enumerate(payload.is_null)
    )


def _datatype(name: str | None, alias: int | None, sent: int | None, table: BirthTable | None) -> int | None:
    known = table.find(name, alias) if table else None
    return known.datatype if known else sent


def _expanded(metric: MetricRow, table: BirthTable | None, definitions: Definitions, skip: Skip) -> Iterator[MetricRow]:
    if metric.flaw is not None:
        yield metric
        return
    known = table.find(metric.name, metric.alias) if table else None
    name = known.name if known else metric.name
    template = metric.template
    if template is not None and name and template.is_definition:
        skip("template_definition")
    elif template is not None and name:
        yield _emptied(metric, name, template)
        yield from _members(name, metric, template, table, definitions, skip, 1)
    elif metric.is_null and name and table is not None and known and known.datatype == SparkplugType.TEMPLATE:
        yield from _nulls(name, metric, table)
    else:
        yield metric


def _emptied(instance: MetricRow, name: str, template: Template) -> MetricRow:
    """The instance itself, which stays so that a birth makes its alias and its type known to what follows."""
    bare = replace(template, members=[], parameters=[])
    return replace(instance, name=name, template=bare, value_field=ValueField.TEMPLATE)


def _members(
    prefix: str,
    instance: MetricRow,
    template: Template,
    table: BirthTable | None,
    definitions: Definitions,
    skip: Skip,
    depth: int,
) -> Iterator[MetricRow]:
    if not template.members and not template.parameters:
        skip("empty_template")
    for member in template.members:
        whole = _inheriting(prefix, instance, member, template.reference, definitions)
        if whole.template is None or whole.flaw is not None or depth >= _DEEPEST:
            yield whole
            continue
        name = whole.name or _known_name(whole.alias, table)
        if name is None or whole.template.is_definition:
            skip("template_definition" if name else "nameless_template")
            continue
        yield _emptied(whole, name, whole.template)
        yield from _members(name, whole, whole.template, table, definitions, skip, depth + 1)
    for parameter in template.parameters:
        name = f"{prefix}/{PARAMETERS}/{parameter.name}" if parameter.name else None
        if name is None or parameter.value is None:
            skip("empty_parameter")
            continue
        yield replace(parameter, name=name, time_ms=instance.time_ms, is_historical=instance.is_historical)


def _inheriting(
    prefix: str, instance: MetricRow, member: MetricRow, reference: str, definitions: Definitions
) -> MetricRow:
    """The member with what it leaves to the instance it belongs to, or to the definition."""
    return replace(
        member,
        name=f"{prefix}/{member.name}" if member.name else None,
        time_ms=instance.time_ms if member.time_ms is None else member.time_ms,
        datatype=definitions.datatype_of(reference, member.name) if member.datatype is None else member.datatype,
        is_historical=instance.is_historical or member.is_historical,
        is_transient=instance.is_transient or member.is_transient,
        properties=instance.properties if member.properties is None else member.properties,
    )


def _known_name(alias: int | None, table: BirthTable | None) -> str | None:
    known = table.find(None, alias) if table else None
    return known.name if known else None


def _nulls(name: str, metric: MetricRow, table: BirthTable) -> Iterator[MetricRow]:
    for known in table:
        if known.name.startswith(f"{name}/"):
            yield replace(metric, name=known.name, alias=None, datatype=known.datatype)
