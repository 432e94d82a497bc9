"""Open data: what is published as tables, with a catalogue in DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from millmark.web.public.licence import Licence
from millmark.web.public.views import PublicViews

if TYPE_CHECKING:
    from millmark.web.services import Services

Row: TypeAlias = Mapping[str, Any]
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Dataset:
    """A published table; `rows` reads it, `updated` is the column that says when a row was changed, if one does."""

    id: str
    title_zh: str
    title_en: str
    description_zh: str
    description_en: str
    columns: tuple[str, ...]
    rows: Callable[[Services], Sequence[Row]]
    updated: str | None = None

    def updated_on(self, rows: Sequence[Row]) -> str | None:
        if self.updated is None:
            return None
        return max((str(row[self.updated]) for row in rows if row[self.updated]), default=None)


def as_csv(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read Chinese, and no cell that one would run as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    is_number = text.lstrip("-").replace(".", "", 1).isdecimal()
    return f"'{text}" if text.startswith(_FORMULA_STARTS) and not is_number else text


def catalogue(
    datasets: Sequence[tuple[Dataset, Sequence[Row]]],
    *,
    base: str,
    publisher: tuple[str, str],
    city: tuple[str, str],
    licence: Licence,
) -> dict[str, Any]:
    """The catalogue as JSON-LD; `base` is the address that the public pages are reached at."""
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
        },
        "@id": f"{base}/public/data/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": _both(f"{city[0]}产业与工业互联网开放数据", f"Open industrial data of {city[1]}"),
        "dct:language": ["zh", "en"],
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": _both(*publisher)},
        "dct:license": {"@id": licence.url},
        "dcat:dataset": [_described(dataset, rows, base, licence) for dataset, rows in datasets],
    }


def _described(dataset: Dataset, rows: Sequence[Row], base: str, licence: Licence) -> dict[str, Any]:
    address = f"{base}/public/data/{dataset.id}"
    described: dict[str, Any] = {
        "@id": address,
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.id,
        "dct:title": _both(dataset.title_zh, dataset.title_en),
        "dct:description": _both(dataset.description_zh, dataset.description_en),
        "dct:license": {"@id": licence.url},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dct:format": name.upper(),
                "dcat:mediaType": media_type,
                "dcat:downloadURL": {"@id": f"{address}.{name}"},
                "dct:license": {"@id": licence.url},
            }
            for name, media_type in (("csv", "text/csv"), ("json", "application/json"))
        ],
    }
    if (updated := dataset.updated_on(rows)) is not None:
        described["dct:modified"] = updated
    return described


def _both(zh: str, en: str) -> list[dict[str, str]]:
    return [{"@language": "zh", "@value": zh}, {"@language": "en", "@value": en}]


def _figures(platform: Services) -> list[Row]:
    views = PublicViews(platform, "zh")
    return [
        {
            "figure": one.figure_id,
            "subject_zh": one.subject_zh,
            "subject_en": one.subject_en,
            "value": one.value,
            "low": one.low,
            "high": one.high,
            "unit_zh": one.unit_zh,
            "unit_en": one.unit_en,
            "qualifier": one.qualifier,
            "as_of": one.as_of,
            "evidence_grade": None if one.grade is None else one.grade.value,
            "records": one.records,
            "version": one.version,
            "published_on": views.day_of(one.published_at_us),
            "demonstration": one.demonstration,
            "digest": one.digest,
        }
        for one in platform.bureau.publications.standing()
    ]


def _trends(platform: Services) -> list[Row]:
    views = PublicViews(platform, "zh")
    return [
        {
            "figure": one.figure_id,
            "subject_zh": one.subject_zh,
            "subject_en": one.subject_en,
            "as_of": point.as_of,
            "value": point.value,
            "unit_zh": one.unit_zh,
            "unit_en": one.unit_en,
            "published_on": views.day_of(one.published_at_us),
        }
        for one in platform.bureau.publications.standing()
        for point in one.trend
    ]


def _calls(platform: Services) -> list[Row]:
    zh, en = PublicViews(platform, "zh"), PublicViews(platform, "en")
    found: list[Row] = []
    for call in zh.calls():
        chinese, english = zh.call_summary(call), en.call_summary(call)
        found.append(
            {
                "call": call.slug,
                "title_zh": chinese["title"],
                "title_en": english["title"],
                "programme_zh": chinese["programme"],
                "programme_en": english["programme"],
                "state": chinese["state"],
                "opens_on": call.terms.opens_on,
                "closes_on": call.terms.closes_on,
                "quota": call.terms.quota,
                "demonstration": call.is_demonstration,
            }
        )
    return found


def _recognitions(platform: Services) -> list[Row]:
    return [
        {"programme": recognised["programme"], "demonstration": recognised["demonstration"], **row}
        for recognised in PublicViews(platform, "zh").recognised()
        for row in recognised["rows"]
    ]


DATASETS: Final[tuple[Dataset, ...]] = (
    Dataset(
        "figures",
        "公布的数字",
        "Published figures",
        "各项数字的现行公布版本,附口径日期、证据等级与摘要。",
        "The version of each figure that is public now, with its date, evidence grade and digest.",
        (
            "figure",
            "subject_zh",
            "subject_en",
            "value",
            "low",
            "high",
            "unit_zh",
            "unit_en",
            "qualifier",
            "as_of",
            "evidence_grade",
            "records",
            "version",
            "published_on",
            "demonstration",
            "digest",
        ),
        _figures,
        "published_on",
    ),
    Dataset(
        "trends",
        "数字的走势",
        "Trends of figures",
        "各项数字公布时固定的逐月数值。",
        "The values month by month as they were fixed when the figure was published.",
        ("figure", "subject_zh", "subject_en", "as_of", "value", "unit_zh", "unit_en", "published_on"),
        _trends,
        "published_on",
    ),
    Dataset(
        "calls",
        "申报通知",
        "Programme calls",
        "已公布的申报通知及其起止日期。",
        "Calls that were published, with the days they open and close.",
        (
            "call",
            "title_zh",
            "title_en",
            "programme_zh",
            "programme_en",
            "state",
            "opens_on",
            "closes_on",
            "quota",
            "demonstration",
        ),
        _calls,
        "opens_on",
    ),
    Dataset(
        "recognitions",
        "认定名单",
        "Recognitions",
        "经公示后认定、目前有效的企业名单。",
        "Enterprises recognised after a public notice whose recognition holds now.",
        ("programme", "enterprise", "number", "level", "valid_from", "valid_until", "demonstration"),
        _recognitions,
        "valid_from",
    ),
)
