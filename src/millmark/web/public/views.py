"""What the templates show, taken from the books: published things only, without anybody's name that is not public."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from millmark.model.period import utc_datetime
from millmark.web.public.texts import Language

if TYPE_CHECKING:
    from millmark.programmes.life.calls import CallFile
    from millmark.region.publications import PublishedFigure
    from millmark.web.services import Services

_UNPUBLISHED = frozenset({"draft", "discarded"})
_MILLIONS = {"100 million yuan": Decimal(100), "10 thousand yuan": Decimal("0.01")}
"""How many millions the money units of Chinese books are: 亿元 and 万元, by their names in English."""


class PublicViews:
    """Reads `platform` for one answer in one language."""

    def __init__(self, platform: Services, language: Language) -> None:
        self._platform = platform
        self._language = language

    def pick(self, zh: str, en: str) -> str:
        return zh if self._language == "zh" else en or zh

    def day_of(self, at_us: int) -> date:
        return utc_datetime(at_us).astimezone(self._platform.zone).date()

    @property
    def today(self) -> date:
        return self.day_of(self._platform.now_us())

    def trend(self, one: PublishedFigure) -> list[tuple[str, Decimal]]:
        """A figure's past by its days (ISO 8601), in the unit in which the page tells it."""
        scale = self._scale(one)
        return [(point.as_of.isoformat(), _times(point.value, scale)) for point in one.trend]

    def _scale(self, one: PublishedFigure) -> Decimal | None:
        """What a value is multiplied by on the page: an English reader counts money in millions."""
        return _MILLIONS.get(one.unit_en) if self._language == "en" else None

    def figure(self, one: PublishedFigure) -> dict[str, Any]:
        scale = self._scale(one)
        value, low, high = (None if each is None else _times(each, scale) for each in (one.value, one.low, one.high))
        return {
            "id": one.figure_id,
            "version": one.version,
            "subject": self.pick(one.subject_zh, one.subject_en),
            "definition": self.pick(one.definition_zh, one.definition_en),
            "value": _number(value),
            "range": None if low is None else f"{_number(low)}–{_number(high)}",
            "unit": self.pick(one.unit_zh, one.unit_en) if scale is None else "million yuan",
            "qualifier": one.qualifier,
            "as_of": one.as_of,
            "published_on": self.day_of(one.published_at_us),
            "grade": None if one.grade is None else one.grade.value,
            "demonstration": one.demonstration,
            "note": self.pick(one.note_zh, one.note_en),
            "records": one.records,
            "records_sha256": one.records_sha256,
            "digest": one.digest,
            "withdrawn": one.withdrawn_reason,
            "sources": [
                {"source": each.source, "book": each.book, "grade": each.grade.value, "records": each.records}
                for each in one.sources
            ],
            "trend": [(day, _number(shown)) for day, shown in self.trend(one)],
        }

    def calls(self) -> list[CallFile]:
        """Calls that were published, the latest first; drafts are nobody's to see."""
        return [call for call in self._platform.life.calls.calls() if call.state not in _UNPUBLISHED]

    def call_summary(self, call: CallFile) -> dict[str, Any]:
        return {
            "id": call.id,
            "slug": call.slug,
            "title": self.pick(call.terms.title_zh, call.terms.title_en),
            "programme": self.pick(call.programme_zh, call.programme_en),
            "state": self._call_state(call),
            "opens": call.terms.opens_on,
            "closes": call.terms.closes_on,
            "quota": call.terms.quota,
            "demonstration": call.is_demonstration,
        }

    def call(self, call: CallFile) -> dict[str, Any]:
        terms = call.terms
        return {
            **self.call_summary(call),
            "claims": [(self.pick(one.text_zh, one.text_en), False) for one in terms.claims],
            "documents": [(self.pick(one.name_zh, one.name_en), one.required) for one in terms.documents],
            "facts": [(self.pick(one.name_zh, one.name_en), one.required) for one in terms.facts],
        }

    def _call_state(self, call: CallFile) -> str:
        if call.state == "cancelled":
            return "cancelled"
        if call.is_open(self.today):
            return "open"
        return "not_yet" if call.state == "published" and self.today < call.terms.opens_on else "closed"

    def notices(self) -> list[dict[str, Any]]:
        """Lists that are open to objections today."""
        return [
            {
                "title": self.pick(one.call.terms.title_zh, one.call.terms.title_en),
                "until": one.closes_on,
                "names": [self.enterprise(entry.enterprise_id) for entry in one.entries],
            }
            for one in self._platform.life.publicity.publicities()
            if one.takes_objections(self.today)
        ]

    def recognised(self) -> list[dict[str, Any]]:
        """Recognitions that hold today, by programme; each was on a public list before it was granted."""
        lists: dict[str, dict[str, Any]] = {}
        for one in self._platform.life.recognitions.recognitions():
            if not one.holds_on(self.today):
                continue
            programme = lists.setdefault(
                one.call.programme,
                {
                    "programme": self.pick(one.call.programme_zh, one.call.programme_en),
                    "demonstration": one.call.is_demonstration,
                    "rows": [],
                },
            )
            programme["rows"].append(
                {
                    "enterprise": self.enterprise(one.enterprise_id),
                    "number": one.number,
                    "level": one.level,
                    "valid_from": one.valid_from,
                    "valid_until": one.valid_until,
                }
            )
        return list(lists.values())

    def enterprise(self, enterprise_id: int) -> str:
        enterprise = self._platform.registry.enterprise(enterprise_id)
        return self.pick(enterprise.name_zh, enterprise.name_en)


def _times(value: Decimal, scale: Decimal | None) -> Decimal:
    return value if scale is None else (value * scale).normalize()


def _number(value: Decimal | None) -> str:
    """Five digits and more in groups of three, as both languages read them."""
    if value is None:
        return ""
    return format(value, ",f") if abs(value) >= 10_000 else format(value, "f")
