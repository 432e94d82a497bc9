"""What suppliers, cases, events, replies and statistics show to the public."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from millmark.reports.replies.errors import ReplyNotFound
from millmark.web.public.views import PublicViews

if TYPE_CHECKING:
    from millmark.region.cases.cases import Case
    from millmark.region.events.events import Event
    from millmark.region.statistics.document import PublishedVersion
    from millmark.region.suppliers.pool import Supplier
    from millmark.region.suppliers.solutions import Solution
    from millmark.reports.replies import PublishedReply

SHOWN_MONTHS: Final = 6
_MOST_ROWS: Final = 500


class PublicLibrary(PublicViews):
    """Everything here was published by a step that somebody answers for; nobody's contact is shown."""

    def suppliers(self) -> list[dict[str, Any]]:
        desk = self._platform.bureau.suppliers
        solutions = desk.solutions.solutions(shown_only=True)
        return [
            self._supplier(one, [each for each in solutions if each.supplier_id == one.id]) for one in desk.listed()
        ]

    def _supplier(self, supplier: Supplier, solutions: Sequence[Solution]) -> dict[str, Any]:
        profile = supplier.profile
        return {
            "id": supplier.id,
            "name": self.enterprise(supplier.enterprise_id),
            "intro": self.pick(profile.intro_zh, profile.intro_en),
            "website": profile.website if profile.website.startswith(("https://", "http://")) else "",
            "qualifications": list(profile.qualifications),
            "solutions": [
                {
                    "title": self.pick(one.content.title_zh, one.content.title_en),
                    "summary": self.pick(one.content.summary_zh, one.content.summary_en),
                    "scenarios": [self._scenario(reach.scenario) for reach in one.content.scenarios],
                }
                for one in solutions
            ],
        }

    def _scenario(self, scenario: str) -> str:
        names = self._platform.bureau.suppliers.scenarios.names.get(scenario)
        return scenario if names is None else self.pick(names[0], names[1])

    def cases(self) -> list[dict[str, Any]]:
        return [self.case(one) for one in self._platform.bureau.cases.published()]

    def case(self, case: Case) -> dict[str, Any]:
        content = case.content
        return {
            "id": case.id,
            "title": self.pick(content.title_zh, content.title_en),
            "enterprise": self.enterprise(case.enterprise_id),
            "problem": self.pick(content.problem_zh, content.problem_en),
            "done": self.pick(content.done_zh, content.done_en),
            "scenarios": [self._scenario(one) for one in content.scenarios],
            "grade": case.grade.value,
            "effects": [
                {
                    "name": self.pick(one.name.name_zh, one.name.name_en),
                    "before": f"{one.before.value:f}",
                    "after": f"{one.after.value:f}",
                    "unit": one.name.unit,
                    "change": "" if one.change_percent is None else f"{one.change_percent:+f}%",
                    "grade": one.grade.value,
                }
                for one in case.effects
            ],
        }

    def events(self) -> list[dict[str, Any]]:
        return [self._event(one) for one in self._platform.bureau.events.calendar()]

    def _event(self, event: Event) -> dict[str, Any]:
        content = event.content
        return {
            "id": event.id,
            "title": self.pick(content.title_zh, content.title_en),
            "text": self.pick(content.text_zh, content.text_en),
            "place": content.place,
            "host": content.host,
            "from": content.starts_on,
            "until": content.ends_on,
            "open": event.takes_registrations(self.today),
            "register_until": content.register_until,
        }

    def replies(self) -> list[dict[str, Any]]:
        return [self._about(one) for one in self._platform.reply_publications.published_replies()]

    def reply(self, reply_id: int) -> dict[str, Any]:
        """Raises `ReplyNotFound` for one that is not public."""
        if not 0 < reply_id < 2**31:
            raise ReplyNotFound("there is no such published reply")
        published = self._platform.reply_publications.published_reply(reply_id)
        return {
            **self._about(published),
            "salutation": published.reply.salutation,
            "blocks": [
                {
                    "kind": block.kind,
                    "segments": [(segment.text, segment.figure_id) for segment in block.segments],
                }
                for block in published.reply.blocks
            ],
            "figures": [
                {
                    "id": one.id,
                    "subject": self.pick(one.subject_zh, one.subject_en),
                    "shown": "、".join(one.shown) if self._language == "zh" else ", ".join(one.shown),
                    "as_of": one.as_of,
                    "grade": one.grade,
                    "records": len(one.records),
                }
                for one in published.reply.figures
            ],
            "sha256": published.sha256,
            "issuer_below": self.pick(published.reply.heading.issuer_zh, published.reply.heading.issuer_en),
        }

    def _about(self, published: PublishedReply) -> dict[str, Any]:
        about = published.metadata
        return {
            "id": published.id,
            "title": published.reply.title,
            "lang": "zh-CN" if published.reply.heading.language == "zh" else "en",
            "reply_class": published.reply.heading.reply_class,
            "index_number": about.index_number,
            "document_number": about.document_number,
            "topic": about.topic,
            "issuer": about.issuer,
            "name": about.name,
            "written_on": about.written_on,
            "published_on": about.published_on,
            "validity": about.validity.value,
        }

    def tables(self) -> list[dict[str, Any]]:
        return [self._about_table(one) for one in self._platform.bureau.statistics.book.published()]

    def table(self, slug: str) -> dict[str, Any] | None:
        """A published table with its latest months; None where there is none by the name."""
        for one in self._platform.bureau.statistics.book.published():
            if one.table == slug:
                return self._table(one)
        return None

    def _about_table(self, version: PublishedVersion) -> dict[str, Any]:
        definition, measure = version.content["definition"], version.content["measure"]
        months = version.content["months"]
        return {
            "slug": version.table,
            "title": self.pick(definition["title_zh"], definition["title_en"]),
            "number": version.number,
            "measure": self.pick(measure["zh"], measure["en"]),
            "unit": self.pick(measure["unit_zh"], measure["unit_en"]),
            "from": months[0] if months else "",
            "until": months[-1] if months else "",
            "published_on": self.day_of(version.signed_at_us),
            "digest": version.digest,
            # Versions of before measures had grades say none.
            "grade": measure.get("grade"),
        }

    def _table(self, version: PublishedVersion) -> dict[str, Any]:
        months = version.content["months"]
        first = max(0, len(months) - SHOWN_MONTHS)
        rows = list(table_rows(version, self._language))
        return {
            **self._about_table(version),
            "months": months[first:],
            "rows": [(names, cells[first:]) for names, cells in rows[:_MOST_ROWS]],
            "more": len(rows) > _MOST_ROWS,
        }


def table_rows(version: PublishedVersion, language: str) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Each cell's names, and its values by month as they are shown: empty for what is kept back."""
    measure, monthly = version.content["measure"], version.content["monthly"]
    axes: Sequence[Sequence[Mapping[str, Any]]] = [axis["nodes"] for axis in version.content["axes"]]
    for cell, nodes in enumerate(product(*axes)):
        names = tuple(node[language] or node["zh"] for node in nodes)
        yield names, [_told(month[cell], measure["shown_per"], measure["decimals"]) for month in monthly]


def _told(value: int | None, shown_per: int, decimals: int) -> str:
    return "" if value is None else f"{value / shown_per:.{decimals}f}"
