"""Filters, order and pages of the protocol, over what the platform shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from common_grants_sdk.schemas.pydantic.base import CommonGrantsBaseModel

Item = TypeVar("Item", bound=CommonGrantsBaseModel)
MOST_OF_A_PAGE = 500


def wire(item: CommonGrantsBaseModel) -> dict[str, Any]:
    """As it travels: what is not known is left out."""
    return item.model_dump(mode="json", by_alias=True, exclude_none=True)


def page_of(items: Sequence[Item], page: int, size: int) -> dict[str, Any]:
    """One page with what the protocol says of pages."""
    size = min(size, MOST_OF_A_PAGE)
    start = (page - 1) * size
    return {
        "status": 200,
        "message": "Success",
        "items": [wire(one) for one in items[start : start + size]],
        "paginationInfo": {
            "page": page,
            "pageSize": size,
            "totalItems": len(items),
            "totalPages": -(-len(items) // size),
        },
    }


def filtered(
    items: Sequence[Item], filters: CommonGrantsBaseModel | Any, fields: Mapping[str, str]
) -> tuple[list[Item], list[str]]:
    """The items that pass every filter of `fields` (filter to path of a field), and what could not be filtered by."""
    given = filters.model_dump(mode="json", by_alias=True, exclude_none=True)
    errors = [f"customFilters.{name}: not supported, left aside" for name in given.get("customFilters", {})]
    kept = list(items)
    for name, path in fields.items():
        if name in given:
            passes = _test(given[name])
            kept = [one for one in kept if passes(_value(wire(one), path))]
    return kept, errors


def ordered(items: Sequence[Item], path: str, *, descending: bool) -> list[Item]:
    """By a field; what has none comes last."""
    keyed = [(one, _value(wire(one), path)) for one in items]
    known = sorted(
        (pair for pair in keyed if pair[1] is not None), key=lambda pair: _comparable(pair[1]), reverse=descending
    )
    return [one for one, _ in known] + [one for one, value in keyed if value is None]


def matching(items: Sequence[Item], words: str | None) -> list[Item]:
    """Those whose title or description has every word."""
    wanted = (words or "").casefold().split()
    found = []
    for one in items:
        shown = wire(one)
        text = f"{shown.get('title', '')} {shown.get('description', '')} {_names(shown)}".casefold()
        if all(word in text for word in wanted):
            found.append(one)
    return found


def _names(shown: Mapping[str, Any]) -> str:
    return " ".join(str(one.get("value", "")) for one in shown.get("customFields", {}).values())


def _test(given: Mapping[str, Any]) -> Callable[[Any], bool]:
    operator, value = given["operator"], given["value"]
    match operator:
        case "in":
            return lambda found: found in value
        case "notIn":
            return lambda found: found not in value
        case "between" | "outside":
            low, high = _comparable(value.get("min")), _comparable(value.get("max"))
            currency = value["min"].get("currency") if isinstance(value.get("min"), dict) else None
            inside = operator == "between"

            def within(found: Any) -> bool:
                if found is None or (isinstance(found, dict) and found.get("currency", currency) != currency):
                    return False
                number = _comparable(found)
                between = (low is None or number >= low) and (high is None or number <= high)
                return between is inside

            return within
    return lambda _found: False


def _comparable(value: Any) -> Any:
    """Money by its amount, days and times by their day, everything else as it is."""
    if isinstance(value, dict):
        value = value.get("amount", value.get("date", value.get("startDate")))
        if value is None:
            return None
        try:
            return Decimal(value)
        except InvalidOperation:
            pass
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, str) and len(value) > 10 and value[10] == "T":
        return value
    return value


def _value(shown: Mapping[str, Any], path: str) -> Any:
    found: Any = shown
    for key in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(key)
    return found
