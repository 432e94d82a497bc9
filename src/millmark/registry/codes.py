"""Forms of the codes and names that entries carry."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from millmark.registry.errors import InvalidEntry

# The first digit of GB/T 2260 is the region: 1 North China to 6 North-west, 7 Taiwan, 8 Hong Kong and Macao.
_AREA = re.compile(r"[1-8][0-9]{5}")
# GB/T 4754: a section letter, a division of two digits, a group of three, a class of four; the letter may be left out.
_INDUSTRY = re.compile(r"[A-T](?:[0-9]{2,4})?|[0-9]{2,4}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")

# Long enough for any plant; short enough for a database's index pages.
LONGEST_PATH = 512
LONGEST_METRIC = 255


def check_area_code(code: str) -> str:
    """An administrative division by the form of GB/T 2260, e.g. 421200; whether it exists is not looked up."""
    if not _AREA.fullmatch(code):
        raise InvalidEntry(f"{code!r} is no administrative division code: six digits after GB/T 2260, such as 421200")
    return code


def check_industry_code(code: str) -> str:
    """An industry by the form of GB/T 4754, e.g. C, C33 or 3311."""
    if not _INDUSTRY.fullmatch(code):
        raise InvalidEntry(f"{code!r} is no industry code of GB/T 4754; examples: C, C33, 3311")
    return code


def check_slug(slug: str, what: str) -> str:
    """A short name that stands in paths and addresses."""
    if not _SLUG.fullmatch(slug):
        raise InvalidEntry(
            f"{slug!r} cannot name {what}: use 1 to 63 small letters, digits, dots, dashes and underscores, beginning "
            "with a letter or a digit"
        )
    return slug


def check_name(name: str, what: str) -> str:
    """A name for people to read."""
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_METRIC:
        raise InvalidEntry(f"{what} needs a printable name of 1 to {LONGEST_METRIC} characters, not {name!r}")
    return name.strip()


def check_metric(metric: str) -> str:
    """The name of a measured quantity below an asset."""
    if not metric or metric != metric.strip() or not metric.isprintable() or len(metric) > LONGEST_METRIC:
        raise InvalidEntry(
            f"{metric!r} cannot name a metric: use 1 to {LONGEST_METRIC} printable characters, no blanks at the edges"
        )
    return metric


def check_time_zone(name: str) -> str:
    if name not in available_timezones():
        raise InvalidEntry(f"{name!r} is no IANA time zone; examples: Asia/Shanghai, UTC")
    return name
