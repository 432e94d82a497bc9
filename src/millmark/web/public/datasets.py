"""Open data: what is published as tables, with a catalogue in DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from millmark.reports.sheets.formulas import harmless
from millmark.web.public.library import PublicLibrary, table_rows
from millmark.web.public.licence import Licence

if TYPE_CHECKING:
    from millmark.web.services import Services

Row: TypeAlias = Mapping[str, Any]


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
        writer.writerow([harmless(row.get(column)) for column in columns])
    return text.getvalue().encode("utf-8-sig")


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
    views = PublicLibrary(platform, "zh")
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
    views = PublicLibrary(platform, "zh")
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
    zh, en = PublicLibrary(platform, "zh"), PublicLibrary(platform, "en")
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
        for recognised in PublicLibrary(platform, "zh").recognised()
        for row in recognised["rows"]
    ]


def _suppliers(platform: Services) -> list[Row]:
    zh, en = PublicLibrary(platform, "zh").suppliers(), PublicLibrary(platform, "en").suppliers()
    return [
        {
            "supplier": chinese["id"],
            "name_zh": chinese["name"],
            "name_en": english["name"],
            "solutions": len(chinese["solutions"]),
            "scenarios": "; ".join(sorted({name for one in chinese["solutions"] for name in one["scenarios"]})),
            "website": chinese["website"],
        }
        for chinese, english in zip(zh, en, strict=True)
    ]


def _cases(platform: Services) -> list[Row]:
    return [
        {
            "case": case["id"],
            "title": case["title"],
            "enterprise": case["enterprise"],
            "effect": effect["name"],
            "before": effect["before"],
            "after": effect["after"],
            "unit": effect["unit"],
            "evidence_grade": effect["grade"],
        }
        for case in PublicLibrary(platform, "zh").cases()
        for effect in case["effects"]
    ]


def _replies(platform: Services) -> list[Row]:
    return list[Row](PublicLibrary(platform, "zh").replies())


def _statistics(platform: Services) -> list[Row]:
    views = PublicLibrary(platform, "zh")
    return [
        {
            "table": version.table,
            "version": version.number,
            "cell": " · ".join(names),
            "measure": version.content["measure"]["id"],
            "unit_zh": version.content["measure"]["unit_zh"],
            "month": month,
            "value": value or None,
            "evidence_grade": version.content["measure"].get("grade"),
            "published_on": views.day_of(version.signed_at_us),
        }
        for version in platform.bureau.statistics.book.published()
        for names, values in table_rows(version, "zh")
        for month, value in zip(version.content["months"], values, strict=True)
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
    Dataset(
        "suppliers",
        "服务商名单",
        "Suppliers",
        "资源池中的服务商及其解决方案覆盖的场景。",
        "Suppliers of the pool and the scenarios that their solutions cover.",
        ("supplier", "name_zh", "name_en", "solutions", "scenarios", "website"),
        _suppliers,
    ),
    Dataset(
        "cases",
        "案例成效",
        "Effects of cases",
        "已公布案例的成效,由凭证测得或由企业自述。",
        "Effects of published cases, measured by claims or as told.",
        ("case", "title", "enterprise", "effect", "before", "after", "unit", "evidence_grade"),
        _cases,
    ),
    Dataset(
        "replies",
        "提案答复",
        "Replies to proposals",
        "已公布的提案答复及其公开信息。",
        "Published replies to proposals and what is said of each.",
        (
            "id",
            "name",
            "index_number",
            "document_number",
            "topic",
            "issuer",
            "reply_class",
            "written_on",
            "published_on",
            "validity",
        ),
        _replies,
        "published_on",
    ),
    Dataset(
        "statistics",
        "统计表",
        "Statistics",
        "已公布统计表的逐月数值;空值表示为保护单个企业的数据而不公布。",
        "Published tables month by month; empty where a number is kept back to protect a single enterprise.",
        ("table", "version", "cell", "measure", "unit_zh", "month", "value", "evidence_grade", "published_on"),
        _statistics,
        "published_on",
    ),
)
