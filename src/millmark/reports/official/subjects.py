"""What documents say of an object, read from the desk's own tables: every figure with the record it was taken from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.model.period import utc_datetime
from millmark.programmes.life.calls import terms_of
from millmark.programmes.life.ranks import LOWEST_RANK, NO_LONGER_RECOMMENDED, ranks_of
from millmark.programmes.life.tables import PublicityEntryRow, PublicityRow, RecognitionRow, StepRow
from millmark.programmes.money.tables import AwardRow, AwardVersionRow
from millmark.programmes.projects.tables import AcceptanceRow, InvoiceRow, ProjectRow, ProjectVersionRow
from millmark.programmes.tables import ApplicationRow, CallRow, ProgrammeRow
from millmark.registry import Database
from millmark.registry.tables import EnterpriseRow
from millmark.reports import wording
from millmark.reports.official.errors import NothingToIssue
from millmark.reports.official.kinds import DocumentKind
from millmark.reports.official.money_words import in_words_en, in_words_zh, in_yuan
from millmark.reports.template import Language

_COMMITTED = frozenset({"committed", "paid"})
_DONE = {"zh": "长期", "en": "without end"}
_NO_CODE = {"zh": "(演示企业)", "en": "(demonstration)"}


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure of a document: its name, what it says, and the id of the record that says so, e.g. `award:5@2`."""

    name: str
    text: str
    source: str


@dataclass(slots=True)
class Subject:
    """The values of a document, its own figures bound; `enterprise_id` where it speaks of one alone."""

    title: str
    values: dict[str, str | list[dict[str, str]]]
    bound: list[Bound] = field(default_factory=list)
    enterprise_id: int | None = None

    def bind(self, key: str, name: str, text: str, source: str) -> None:
        """Sets a value and notes where it comes from."""
        self.values[key] = text
        self.bound.append(Bound(name, text, source))


def _no_names(_pack: str, _edition: str) -> Mapping[str, tuple[str, str]]:
    return {}


class Subjects:
    """Reads objects as documents speak of them.

    `areas` names counties by their codes, `categories` the cost categories of a pack's edition by their ids, both in
    Chinese and English.
    """

    def __init__(
        self,
        database: Database,
        areas: Callable[[], Mapping[str, tuple[str, str]]],
        zone: ZoneInfo,
        *,
        categories: Callable[[str, str], Mapping[str, tuple[str, str]]] = _no_names,
    ) -> None:
        self._database = database
        self._areas = areas
        self._zone = zone
        self._categories = categories

    def read(self, kind: DocumentKind, object_id: int, language: Language) -> Subject:
        """Raises `NothingToIssue` for what is not there, or has not come to what the document says."""
        readers = {
            DocumentKind.RECOMMENDATION_LIST: self._recommendation_list,
            DocumentKind.RECOGNITION_LIST: self._recognition_list,
            DocumentKind.PUBLICITY_NOTICE: self._publicity_notice,
            DocumentKind.AWARD_LETTER: self._award_letter,
            DocumentKind.ACCEPTANCE_REPORT: self._acceptance_report,
            DocumentKind.CERTIFICATE: self._certificate,
        }
        with self._database.reading() as session:
            return readers[kind](session, object_id, language)

    def _recommendation_list(self, session: Session, call_id: int, language: Language) -> Subject:
        """What the last of the offices that recommend has recommended, in the order of its ranks."""
        subject = self._of_call(session, call_id, language)
        offices = terms_of(session, session.get_one(CallRow, call_id)).offices
        recommended = select(StepRow.object_id).where(
            StepRow.object_kind == "application", StepRow.action == (f"recommend_{offices[-1]}" if offices else "")
        )
        query = (
            select(ApplicationRow, EnterpriseRow)
            .join(EnterpriseRow, EnterpriseRow.id == ApplicationRow.enterprise_id)
            .where(
                ApplicationRow.call_id == call_id,
                ApplicationRow.id.in_(recommended),
                ApplicationRow.state.not_in(NO_LONGER_RECOMMENDED),
            )
        )
        found = list(session.execute(query).all())
        if not found:
            raise NothingToIssue(f"call {call_id} has no recommendation that stands; recommend applications first")
        ranks = {
            application_id: one.rank
            for application_id, given in ranks_of(session, [row.id for row, _ in found]).items()
            for one in given
            if one.office == offices[-1]
        }
        # Several counties have a list each: the first of each come before the second.
        found.sort(key=lambda one: (ranks.get(one[0].id, LOWEST_RANK + 1), one[1].area_code, one[0].id))
        rows = []
        for at, (row, enterprise) in enumerate(found, 1):
            rank = str(ranks.get(row.id, "—"))
            rows.append(self._listed(at, enterprise, language) | {"rank": rank})
            subject.bound.append(Bound(_name(enterprise, language), rank, f"application:{row.id}@{row.version}"))
        source = f"recommendations:call:{call_id}"
        subject.bind("count", _said(language, "推荐家数", "recommended"), str(len(rows)), source)
        subject.values["rows"] = rows
        return subject

    def _recognition_list(self, session: Session, call_id: int, language: Language) -> Subject:
        subject = self._of_call(session, call_id, language)
        query = (
            select(RecognitionRow, EnterpriseRow)
            .join(EnterpriseRow, EnterpriseRow.id == RecognitionRow.enterprise_id)
            .where(RecognitionRow.call_id == call_id, RecognitionRow.state == "valid")
            .order_by(RecognitionRow.number)
        )
        found = session.execute(query).all()
        if not found:
            raise NothingToIssue(f"call {call_id} has no recognition that stands; recognise applications first")
        rows = []
        for at, (row, enterprise) in enumerate(found, 1):
            rows.append(
                self._listed(at, enterprise, language)
                | {
                    "recognition": row.number,
                    "grade": row.grade_code or _said(language, "认定企业", "recognised"),
                    "until": _until(row.valid_until, language),
                }
            )
            subject.bound.append(Bound(_name(enterprise, language), row.number, f"recognition:{row.id}@{row.version}"))
        subject.bind("count", _said(language, "认定家数", "recognised"), str(len(rows)), f"recognitions:call:{call_id}")
        subject.values["rows"] = rows
        return subject

    def _publicity_notice(self, session: Session, publicity_id: int, language: Language) -> Subject:
        row = session.get(PublicityRow, publicity_id)
        if row is None:
            raise NothingToIssue(f"there is no publicity {publicity_id}; open one first")
        subject = self._of_call(session, row.call_id, language)
        query = (
            select(ApplicationRow, EnterpriseRow)
            .join(PublicityEntryRow, PublicityEntryRow.application_id == ApplicationRow.id)
            .join(EnterpriseRow, EnterpriseRow.id == ApplicationRow.enterprise_id)
            .where(PublicityEntryRow.publicity_id == publicity_id)
            .order_by(PublicityEntryRow.id)
        )
        source = f"publicity:{row.id}@{row.version}"
        rows = []
        for at, (application, enterprise) in enumerate(session.execute(query), 1):
            rows.append(self._listed(at, enterprise, language))
            application_source = f"application:{application.id}@{application.version}"
            subject.bound.append(
                Bound(_said(language, "公示企业", "listed"), rows[-1]["enterprise"], application_source)
            )
        first, last = _said(language, "公示首日", "first day"), _said(language, "公示末日", "last day")
        subject.bind("opens_on", first, _day(row.opens_on, language), source)
        subject.bind("closes_on", last, _day(row.closes_on, language), source)
        subject.bind("count", _said(language, "公示家数", "listed in all"), str(len(rows)), source)
        subject.values["rows"] = rows
        return subject

    def _award_letter(self, session: Session, award_id: int, language: Language) -> Subject:
        award = session.get(AwardRow, award_id)
        if award is None or award.state not in _COMMITTED:
            raise NothingToIssue(f"award {award_id} is not approved; a letter says what is committed, never a draft")
        recognition = session.get_one(RecognitionRow, award.recognition_id)
        version = session.scalars(
            select(AwardVersionRow).where(
                AwardVersionRow.award_id == award_id, AwardVersionRow.version == award.version
            )
        ).one()
        subject = self._of_one(session, recognition, language)
        source = f"award:{award.id}@{award.version}"
        amount = version.amount_fen
        words = in_words_zh(amount) if language == "zh" else in_words_en(amount)
        subject.bind("amount", _said(language, "奖补金额(元)", "award (yuan)"), in_yuan(amount), source)
        subject.bind("amount_words", _said(language, "金额大写", "in words"), words, source)
        rows = []
        for at, instalment in enumerate(version.instalments, 1):
            name, fen = _instalment(instalment, at, language), int(instalment["amount_fen"])
            rows.append({"no": str(at), "name": name, "amount": in_yuan(fen)})
            subject.bound.append(Bound(name, in_yuan(fen), f"{source}#instalment:{at}"))
        subject.values["rows"] = rows
        return subject

    def _acceptance_report(self, session: Session, acceptance_id: int, language: Language) -> Subject:
        row = session.get(AcceptanceRow, acceptance_id)
        if row is None or row.state != "accepted":
            raise NothingToIssue(f"acceptance {acceptance_id} is not accepted; a report says what was decided")
        project = session.get_one(ProjectRow, row.project_id)
        subject = self._of_one(session, session.get_one(RecognitionRow, project.recognition_id), language)
        source = f"acceptance:{row.id}@{row.version}"
        version = project.approved_version or project.version
        said = session.scalars(
            select(ProjectVersionRow.content).where(
                ProjectVersionRow.project_id == project.id, ProjectVersionRow.version == version
            )
        ).one()
        title = str(said[f"title_{language}"])
        subject.bind("project", _said(language, "项目名称", "project"), title, f"project:{project.id}@{version}")
        for key, zh, en, level in (
            ("level_before", "改造前水平", "level before", row.level_before),
            ("level_after", "改造后水平", "level after", row.level_after),
        ):
            subject.bind(key, _said(language, zh, en), _level(level, language), source)
        decided = session.scalars(
            select(StepRow)
            .where(StepRow.object_kind == "acceptance", StepRow.object_id == row.id, StepRow.state_to == row.state)
            .order_by(StepRow.id.desc())
            .limit(1)
        ).one()
        accepted_on = utc_datetime(decided.at_us).astimezone(self._zone).date()
        day, step = _said(language, "验收日期", "day of acceptance"), f"step:{decided.id}"
        subject.bind("accepted_on", day, _day(accepted_on, language), step)
        subject.bind("result", _said(language, "验收结论", "result"), _said(language, "通过验收", "accepted"), step)
        recognition = session.get_one(RecognitionRow, project.recognition_id)
        call = session.get_one(CallRow, recognition.call_id)
        names = self._categories(call.pack, call.pack_edition or "")
        self._bind_invoices(session, subject, acceptance_id, names, language)
        return subject

    @staticmethod
    def _bind_invoices(
        session: Session,
        subject: Subject,
        acceptance_id: int,
        names: Mapping[str, tuple[str, str]],
        language: Language,
    ) -> None:
        """What counts of the invoices, by category; each sum names the invoices that it is made of."""
        query = (
            select(InvoiceRow)
            .where(InvoiceRow.acceptance_id == acceptance_id, InvoiceRow.holds.is_not(None))
            .order_by(InvoiceRow.category, InvoiceRow.id)
        )
        by_category: dict[str, list[InvoiceRow]] = {}
        for invoice in session.scalars(query):
            by_category.setdefault(invoice.category, []).append(invoice)
        rows = []
        for at, (category, invoices) in enumerate(by_category.items(), 1):
            fen = sum(one.accepted_fen or 0 for one in invoices)
            name = names.get(category, (category, category))[0 if language == "zh" else 1]
            rows.append({"no": str(at), "name": name, "count": str(len(invoices)), "amount": in_yuan(fen)})
            named = ",".join(str(one.id) for one in invoices)
            subject.bound.append(Bound(name, in_yuan(fen), f"invoices:{named}"))
        total = sum(one.accepted_fen or 0 for invoices in by_category.values() for one in invoices)
        counts = _said(language, "符合条件的投入(元)", "input that counts (yuan)")
        subject.bind("eligible", counts, in_yuan(total), f"acceptance:{acceptance_id}#invoices")
        subject.values["rows"] = rows

    def _certificate(self, session: Session, recognition_id: int, language: Language) -> Subject:
        row = session.get(RecognitionRow, recognition_id)
        if row is None or row.state != "valid":
            raise NothingToIssue(f"recognition {recognition_id} does not stand; a certificate says what holds")
        subject = self._of_one(session, row, language)
        source = f"recognition:{row.id}@{row.version}"
        first, last = _said(language, "有效期起", "valid from"), _said(language, "有效期至", "valid until")
        subject.bind("valid_from", first, _day(row.valid_from, language), source)
        subject.bind("valid_until", last, _until(row.valid_until, language), source)
        return subject

    def _of_one(self, session: Session, row: RecognitionRow, language: Language) -> Subject:
        """What a document of one recognised enterprise always says."""
        enterprise = session.get_one(EnterpriseRow, row.enterprise_id)
        subject = self._of_call(session, row.call_id, language)
        subject.enterprise_id = enterprise.id
        subject.values |= {
            "enterprise": _name(enterprise, language),
            "credit_code": enterprise.credit_code or _NO_CODE[language],
            "grade": row.grade_code or _said(language, "认定企业", "recognised enterprise"),
        }
        source = f"recognition:{row.id}@{row.version}"
        subject.bind("recognition", _said(language, "认定编号", "recognition"), row.number, source)
        return subject

    def _of_call(self, session: Session, call_id: int, language: Language) -> Subject:
        call = session.get(CallRow, call_id)
        if call is None:
            raise NothingToIssue(f"there is no call {call_id}")
        programme = session.get_one(ProgrammeRow, call.programme_id)
        title = call.title_zh if language == "zh" else call.title_en
        named = programme.name_zh if language == "zh" else programme.name_en
        return Subject(title, {"call": title, "programme": named})

    def _listed(self, at: int, enterprise: EnterpriseRow, language: Language) -> dict[str, str]:
        zh, en = self._areas().get(enterprise.area_code, (enterprise.area_code, enterprise.area_code))
        return {
            "no": str(at),
            "enterprise": _name(enterprise, language),
            "credit_code": enterprise.credit_code or _NO_CODE[language],
            "county": zh if language == "zh" else en,
        }


def table_of_sources(bound: Sequence[Bound]) -> list[dict[str, str]]:
    """The rows of the table at a document's end."""
    return [
        {"no": str(at), "name": one.name, "text": one.text, "source": one.source} for at, one in enumerate(bound, 1)
    ]


def _name(enterprise: EnterpriseRow, language: Language) -> str:
    return enterprise.name_zh if language == "zh" else enterprise.name_en


def _instalment(instalment: Mapping[str, Any], at: int, language: Language) -> str:
    name = instalment.get(f"name_{language}") or instalment.get("id")
    return str(name) if name else _said(language, f"第{at}期", f"instalment {at}")


def _level(level: int | None, language: Language) -> str:
    if level is None:
        return _said(language, "未评定", "not assessed")
    return f"{'零一二三四五六七八九'[level]}级" if language == "zh" else f"level {level}"


def _until(day: date | None, language: Language) -> str:
    return _DONE[language] if day is None else _day(day, language)


def _day(day: date, language: Language) -> str:
    return wording.day(day, language)


def _said(language: Language, zh: str, en: str) -> str:
    return zh if language == "zh" else en
