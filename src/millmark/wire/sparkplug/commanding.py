"""Writes to metrics: the NCMD or DCMD that sets what a birth declared (Sparkplug 3.0, clauses 5.14, 6.4.24, 6.4.26).

A metric with an alias is named by it alone, as the specification has it; its data type goes along, since most edge
nodes read the value by it. A member of a template goes inside its instance.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeAlias

from millmark.wire.sparkplug.arrays import Element, is_array
from millmark.wire.sparkplug.births import BirthTable, KnownMetric
from millmark.wire.sparkplug.datatypes import MistypedValue, SparkplugType, type_name
from millmark.wire.sparkplug.encoding import Metric, MetricValue, TemplateValue, encode_payload
from millmark.wire.sparkplug.templates import PARAMETERS

WrittenValue: TypeAlias = bool | int | float | str | Sequence[Element]
"""As somebody writes it: bytes as base64, a date-time as milliseconds since 1970, an array as its elements."""

_INTEGERS = frozenset({*range(SparkplugType.INT8, SparkplugType.UINT64 + 1), SparkplugType.DATE_TIME})
_FLOATS = frozenset({SparkplugType.FLOAT, SparkplugType.DOUBLE})


def command_payload(table: BirthTable, known: KnownMetric, value: WrittenValue, now_ms: int) -> bytes:
    """The payload that writes `value` to a metric of the table; raises `MistypedValue` when it cannot be written."""
    fitting, instances = _fitting(known, value), _instances(table, known)
    inside = instances[0][1] if instances else _name(known)
    metric = Metric(fitting, SparkplugType(known.datatype), inside, None if instances else known.alias, now_ms)
    for place, (template, _) in enumerate(instances, start=1):
        is_outermost = place == len(instances)
        name, alias = (_name(template), template.alias) if is_outermost else (instances[place][1], None)
        metric = Metric(TemplateValue([metric], template.reference), SparkplugType.TEMPLATE, name, alias, now_ms)
    return encode_payload([metric], timestamp_ms=now_ms)


def _name(known: KnownMetric) -> str | None:
    return known.name if known.alias is None else None


def _instances(table: BirthTable, known: KnownMetric) -> Sequence[tuple[KnownMetric, str]]:
    """The template instances around a member, the innermost first, each with the name of what stands in it."""
    found: list[tuple[KnownMetric, str]] = []
    whole = known.name
    for end in range(len(known.name) - 1, 0, -1):
        template = table.find(known.name[:end], None) if known.name[end] == "/" else None
        if template is not None and template.datatype == SparkplugType.TEMPLATE:
            inside = whole[end + 1 :]
            if inside.startswith(f"{PARAMETERS}/"):
                raise MistypedValue(f"{known.name!r} is a parameter of a template; parameters are set where it is born")
            if not template.reference:
                raise MistypedValue(f"the birth does not say of which definition {template.name!r} is an instance")
            found.append((template, inside))
            whole = template.name
    return found


def _fitting(known: KnownMetric, value: WrittenValue) -> MetricValue:
    """The value in the Python type of the metric's data type; what remains unfit is refused by the encoder."""
    if known.datatype not in set(SparkplugType) or (known.kind is None or known.datatype in _NOT_WRITTEN):
        raise MistypedValue(f"{known.name!r} is a {type_name(known.datatype)}, which cannot be written as one value")
    if known.datatype == SparkplugType.BYTES:
        return _from_base64(known, value)
    if is_array(known.datatype):
        if isinstance(value, bool | int | float | str):
            raise MistypedValue(f"{known.name!r} is a {type_name(known.datatype)}: give a list of values")
        return value
    if not isinstance(value, bool | int | float | str):
        raise MistypedValue(f"{known.name!r} is a {type_name(known.datatype)}: give one value, not a list")
    return _single(known, value)


_NOT_WRITTEN = frozenset({SparkplugType.DATA_SET, SparkplugType.FILE})


def _single(known: KnownMetric, value: bool | int | float | str) -> MetricValue:
    fits_integer = isinstance(value, float) and value.is_integer()
    if known.datatype in _INTEGERS and fits_integer:
        return int(value)
    if known.datatype in _INTEGERS | _FLOATS and isinstance(value, bool):
        raise MistypedValue(f"{value!r} is no {type_name(known.datatype)}")
    return value


def _from_base64(known: KnownMetric, value: WrittenValue) -> bytes:
    try:
        if not isinstance(value, str):
            raise MistypedValue(f"{known.name!r} holds bytes: give them as base64 text")
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise MistypedValue(f"{known.name!r} holds bytes: {error}; give them as base64 text") from error
