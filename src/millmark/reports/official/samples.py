"""What a preview of a template shows: every placeholder filled with something that looks like the real thing."""

from __future__ import annotations

from millmark.reports.official.kinds import DocumentKind
from millmark.reports.official.word import Values

_TEXTS = {
    "zh": {
        "office": "示范市经济和信息化局",
        "programme": "市级智能制造示范项目",
        "call": "2026年度市级智能制造示范项目",
        "enterprise": "示范机械有限公司(样例)",
        "credit_code": "(样例)",
        "county": "样例县",
        "project": "冲压车间数字化改造项目",
        "level_before": "一级",
        "level_after": "二级",
        "grade": "示范企业",
        "result": "通过",
        "name": "样例项目",
        "until": "2029年8月31日",
        "valid_until": "2029年8月31日",
        "amount_words": "叁拾万元整",
    },
    "en": {
        "office": "Bureau of Economy and Information Technology (sample)",
        "programme": "City demonstration of smart manufacturing",
        "call": "the call of 2026",
        "enterprise": "Sample Machinery Ltd",
        "credit_code": "(sample)",
        "county": "Sample County",
        "project": "the press shop's retrofit",
        "level_before": "level one",
        "level_after": "level two",
        "grade": "demonstration enterprise",
        "result": "accepted",
        "name": "sample item",
        "until": "31 August 2029",
        "valid_until": "31 August 2029",
        "amount_words": "three hundred thousand yuan",
    },
}
_DAYS = {"zh": "2026年9月1日", "en": "1 September 2026"}
_SAMPLE_ROWS = 3


def sample(kind: DocumentKind, language: str) -> Values:
    """Values for every placeholder of a kind."""
    texts = _TEXTS[language]
    days = dict.fromkeys(("issued_on", "opens_on", "closes_on", "accepted_on", "valid_from"), _DAYS[language])
    known = (
        texts
        | days
        | {
            "number": kind.number(language, 2026, 1),
            "recognition": "XN-2026-001",
            "amount": "300,000.00",
            "eligible": "750,000.00",
            "count": str(_SAMPLE_ROWS),
            "rank": "1",
            "text": "300,000.00",
            "source": "award:1@1",
        }
    )
    values: dict[str, str | list[dict[str, str]]] = {}
    for name, says in kind.placeholders.items():
        if isinstance(says, str):
            values[name] = known[name]
        else:
            values[name] = [{field: known.get(field, str(at)) for field in says} for at in range(1, _SAMPLE_ROWS + 1)]
    return values
