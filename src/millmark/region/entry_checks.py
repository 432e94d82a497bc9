"""What the fields and the place of an entry must be: pure, told in both languages, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from millmark.region.areas import BoundsText
from millmark.region.catalogue import KindText
from millmark.region.field import BadValue, Fault, FieldValue, is_blank, read_value


def field_faults(
    kind: KindText, raw: Mapping[str, object], *, quantity: Decimal | None, is_named: bool
) -> tuple[dict[str, FieldValue], list[Fault]]:
    """The fields as they are kept, and what is wrong with them. `is_named` asks for the required ones."""
    found: dict[str, FieldValue] = {}
    faults = [
        Fault(name, f"“{kind.name_zh}”没有字段{name}", f"the kind {kind.id!r} has no field {name!r}")
        for name in raw
        if kind.field(name) is None
    ]
    for field in kind.fields:
        value = raw.get(field.id)
        if is_blank(value):
            if field.required and is_named:
                faults.append(Fault(field.id, f"“{field.name_zh}”必填", f"{field.name_en} must be filled in"))
            continue
        try:
            found[field.id] = read_value(field, value)
        except BadValue as error:
            faults.append(Fault(field.id, f"{field.name_zh}:{error.zh}", f"{field.name_en}: {error.en}"))
    return found, [*faults, *bound_faults(kind, found, quantity)]


def bound_faults(kind: KindText, found: Mapping[str, FieldValue], quantity: Decimal | None) -> list[Fault]:
    """Parts that are more than their whole."""
    faults = []
    for field in kind.fields:
        if field.at_most is None or field.id not in found:
            continue
        whole = quantity if field.at_most == "quantity" else _number(found.get(field.at_most))
        if whole is not None and Decimal(str(found[field.id])) > whole:
            other = kind.field(field.at_most)
            zh, en = ("数量", "the quantity") if other is None else (other.name_zh, other.name_en)
            faults.append(
                Fault(
                    field.id,
                    f"“{field.name_zh}”({found[field.id]})大于“{zh}”({whole:f})",
                    f"{field.name_en} ({found[field.id]}) is more than {en} ({whole:f})",
                )
            )
    return faults


def place_faults(
    kind: KindText, longitude: float | None, latitude: float | None, bounds: BoundsText | None
) -> list[Fault]:
    """A place that is missing, half given, swapped, or outside the region's box."""
    if longitude is None and latitude is None:
        return (
            [Fault("longitude", "经度、纬度必填", "longitude and latitude must be given")] if _is_needed(kind) else []
        )
    if kind.place == "none":
        return [Fault("longitude", f"“{kind.name_zh}”没有坐标", f"entries of the kind {kind.id!r} have no place")]
    if longitude is None or latitude is None:
        missing = "longitude" if longitude is None else "latitude"
        return [Fault(missing, "经度、纬度须同时填写", "longitude and latitude must both be given")]
    if bounds is None or bounds.contains(longitude, latitude):
        return []
    if bounds.contains(latitude, longitude):
        return [
            Fault(
                "longitude",
                f"经度、纬度填反了({longitude}, {latitude})",
                f"longitude and latitude are swapped ({longitude}, {latitude})",
            )
        ]
    box = f"{bounds.west}–{bounds.east}, {bounds.south}–{bounds.north}"
    return [
        Fault(
            "longitude",
            f"坐标({longitude}, {latitude})不在本地区范围内(经度、纬度应在 {box})",
            f"the place ({longitude}, {latitude}) lies outside the region (longitude, latitude within {box})",
        )
    ]


def _is_needed(kind: KindText) -> bool:
    return kind.place == "needed"


def _number(value: FieldValue | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
