"""Where briefs are begun, edited, issued and replaced; what is issued never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import rfc8785
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.programmes.documents import LocalFileStore
from millmark.programmes.life import Actor, Offer, must_be_version
from millmark.region.dispatch.steps import DispatchStep, steps_of, take
from millmark.registry import Database
from millmark.reports.briefs.content import BriefContent, ShownBrief, parsed, shipped_content, shown
from millmark.reports.briefs.data import BriefData
from millmark.reports.briefs.document import made_docx, made_pdf
from millmark.reports.briefs.errors import BriefConflict, UnknownBrief
from millmark.reports.briefs.machine import BRIEF
from millmark.reports.briefs.sources import BriefSources
from millmark.reports.briefs.tables import BriefRow, BriefVersionRow
from millmark.reports.official.desk import Office
from millmark.reports.template import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
Form = Literal["pdf", "docx"]
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Brief:
    """`data` are the live values of a draft, or those that were frozen; `files` the kept ones by `zh.pdf` and so on."""

    id: int
    month: str
    area_code: str
    state: str
    version: int
    number: str | None
    digest: str | None
    files: Mapping[str, str]
    begun_at_us: int
    begun_by: str
    issued_at_us: int | None
    issued_by: str | None
    replaces: int | None
    content: BriefContent
    data: BriefData

    def shown(self, language: Language) -> ShownBrief:
        """The text with every slot filled: live in a draft, as it was once issued."""
        return shown(self.content.of(language), self.data, language)


@dataclass(frozen=True, slots=True)
class BriefRowView:
    """A brief in a list, without its values."""

    id: int
    month: str
    area_code: str
    state: str
    version: int
    number: str | None
    issued_at_us: int | None
    issued_by: str | None
    replaces: int | None


class BriefDesk:
    """Briefs of the city and of its counties; `offices` names who issues by the area's code."""

    def __init__(
        self,
        database: Database,
        files: LocalFileStore,
        sources: BriefSources,
        city_pack: Path,
        offices: Callable[[str], Office],
        *,
        now_us: Callable[[], int],
    ) -> None:
        self._database = database
        self._files = files
        self._sources = sources
        self._city_pack = city_pack
        self._offices = offices
        self._now_us = now_us

    def begin(self, month: str, area_code: str, *, actor: Actor, replaces: int | None = None) -> Brief:
        """A draft of a month, from the template; raises `BriefConflict` where one is being written already, or the
        month is issued and this one does not say that it replaces it."""
        self._sources.read(month, area_code)
        now, content = self._now_us(), shipped_content(self._city_pack)
        if replaces is not None:
            content = self.brief(replaces).content
        with self._database.transaction() as session:
            self._must_be_free(session, month, area_code, replaces)
            row = BriefRow(
                month=month, area_code=area_code, files={}, begun_at_us=now, begun_by=actor.name, replaces=replaces
            )
            take(session, BRIEF, row, "begin", actor, at_us=now, is_new=True)
            _keep_version(session, row, content, actor, now)
            number = row.id
        return self.brief(number)

    def save(self, brief_id: int, content: Mapping[str, Any], *, actor: Actor, version: int | None = None) -> Brief:
        """A new version of the text; raises `InvalidBrief` for a slot that a brief does not have."""
        known = self.brief(brief_id)
        given, now = parsed(content, known.data), self._now_us()
        with self._database.transaction() as session:
            row = _locked(session, brief_id)
            must_be_version(row, version, f"brief {brief_id}")
            take(session, BRIEF, row, "save", actor, at_us=now, corrected=True)
            _keep_version(session, row, given, actor, now)
        return self.brief(brief_id)

    def discard(self, brief_id: int, *, actor: Actor) -> Brief:
        with self._database.transaction() as session:
            row = _locked(session, brief_id)
            row.replaces = None
            take(session, BRIEF, row, "discard", actor, at_us=self._now_us())
        return self.brief(brief_id)

    def issue(self, brief_id: int, *, actor: Actor, version: int | None = None) -> Brief:
        """Freezes every value, numbers the brief and keeps Word files and PDFs; raises `FontsMissing`."""
        draft = self.brief(brief_id)
        BRIEF.check(draft.state, "issue", actor)
        must_be_version(draft, version, f"brief {brief_id}")
        for _ in range(_TRIES):
            try:
                self._issue(draft, actor)
            except IntegrityError:
                # Somebody else took the number meanwhile.
                continue
            return self.brief(brief_id)
        raise BriefConflict("too many briefs are being issued at this moment; try again")

    def preview(self, brief_id: int, language: Language, form: Form) -> bytes:
        """A file of the brief as it would be issued now, or as it was."""
        brief = self.brief(brief_id)
        if brief.state != "draft":
            return self._files.read(brief.files[f"{language}.{form}"])
        return self._file(brief, brief.data, language, form, number="——", digest="preview")

    def file_id(self, brief_id: int, language: Language, form: Form) -> str:
        """The kept file of an issued brief; raises `BriefConflict` for a draft."""
        brief = self.brief(brief_id)
        found = brief.files.get(f"{language}.{form}")
        if found is None:
            raise BriefConflict(f"brief {brief_id} is not issued; look at its preview")
        return found

    def brief(self, brief_id: int) -> Brief:
        """Raises `UnknownBrief`."""
        with self._database.reading() as session:
            row = session.get(BriefRow, brief_id)
            if row is None:
                raise UnknownBrief(f"there is no brief {brief_id}")
            content = _content(session, row)
        frozen = row.frozen
        data = self._sources.read(row.month, row.area_code) if frozen is None else BriefData.model_validate(frozen)
        return Brief(
            id=row.id,
            month=row.month,
            area_code=row.area_code,
            state=row.state,
            version=row.version,
            number=row.number,
            digest=row.digest,
            files=row.files,
            begun_at_us=row.begun_at_us,
            begun_by=row.begun_by,
            issued_at_us=row.issued_at_us,
            issued_by=row.issued_by,
            replaces=row.replaces,
            content=content,
            data=data,
        )

    def briefs(self) -> list[BriefRowView]:
        """The latest month first, without values."""
        query = select(BriefRow).order_by(BriefRow.month.desc(), BriefRow.id.desc())
        with self._database.reading() as session:
            return [
                BriefRowView(
                    row.id,
                    row.month,
                    row.area_code,
                    row.state,
                    row.version,
                    row.number,
                    row.issued_at_us,
                    row.issued_by,
                    row.replaces,
                )
                for row in session.scalars(query)
            ]

    def steps(self, brief_id: int) -> list[DispatchStep]:
        with self._database.reading() as session:
            return steps_of(session, BRIEF.kind, brief_id)

    def offers(self, brief: Brief, actor: Actor) -> list[Offer]:
        return BRIEF.offers(brief.state, actor, without={"save", "replace"})

    def _issue(self, draft: Brief, actor: Actor) -> None:
        now, data = self._now_us(), self._sources.read(draft.month, draft.area_code)
        frozen = data.model_dump(mode="json")
        digest = hashlib.sha256(rfc8785.dumps(frozen | {"text": draft.content.model_dump(mode="json")})).hexdigest()
        number = self._next_number(draft)
        made = {
            f"{language}.{form}": self._file(draft, data, language, form, number=number, digest=digest)
            for language in LANGUAGES
            for form in ("pdf", "docx")
        }
        kept = {
            name: self._files.keep(
                iter([body]), f"{draft.month}.{name}", owner_enterprise_id=None, purpose="brief", actor=actor.name
            ).id
            for name, body in made.items()
        }
        with self._database.transaction() as session:
            row = _locked(session, draft.id)
            must_be_version(row, draft.version, f"brief {draft.id}")
            take(session, BRIEF, row, "issue", actor, at_us=now, detail={"number": number, "digest": digest})
            row.number, row.frozen, row.digest, row.files = number, frozen, digest, kept
            row.issued_at_us, row.issued_by = now, actor.name
            if row.replaces is not None:
                old = _locked(session, row.replaces)
                take(session, BRIEF, old, "replace", actor, at_us=now, detail={"by": number})
            session.flush()

    def _file(
        self, brief: Brief, data: BriefData, language: Language, form: Form, *, number: str, digest: str
    ) -> bytes:
        text = shown(brief.content.of(language), data, language)
        office, number = self._offices(brief.area_code), number if language == "zh" else _in_english(number)
        if form == "docx":
            return made_docx(text, data, language, office=office, number=number, digest=digest)
        return made_pdf(text, data, language, office=office, number=number, digest=digest, made_at_us=self._now_us())

    def _next_number(self, draft: Brief) -> str:
        """A number of the area's own series, e.g. 调度421200〔2026〕3号."""
        year = draft.month[:4]
        start = f"调度{draft.area_code}〔{year}〕"
        with self._database.reading() as session:
            taken = session.scalars(select(BriefRow.number).where(BriefRow.number.startswith(start))).all()
        serials = [int(one.removeprefix(start).removesuffix("号")) for one in taken if one]
        return f"{start}{max(serials, default=0) + 1}号"

    def _must_be_free(self, session: Session, month: str, area_code: str, replaces: int | None) -> None:
        query = select(BriefRow).where(
            BriefRow.month == month, BriefRow.area_code == area_code, BriefRow.state.in_(("draft", "issued"))
        )
        standing = {row.state: row for row in session.scalars(query)}
        if "draft" in standing:
            raise BriefConflict(f"a brief of {month} is being written already: number {standing['draft'].id}")
        issued = standing.get("issued")
        if issued is not None and issued.id != replaces:
            raise BriefConflict(
                f"{month} is issued as {issued.number}; say that the new one replaces brief {issued.id}"
            )
        if issued is None and replaces is not None:
            raise BriefConflict(f"brief {replaces} is not the issued one of {month}; only that can be replaced")


def _in_english(number: str) -> str:
    return number.replace("调度", "Dispatch ").replace("〔", " [").replace("〕", "] No. ").removesuffix("号")


def _locked(session: Session, brief_id: int) -> BriefRow:
    row = session.get(BriefRow, brief_id, with_for_update=True)
    if row is None:
        raise UnknownBrief(f"there is no brief {brief_id}")
    return row


def _content(session: Session, row: BriefRow) -> BriefContent:
    query = select(BriefVersionRow.content).where(
        BriefVersionRow.brief_id == row.id, BriefVersionRow.version == row.version
    )
    return BriefContent.model_validate(session.scalars(query).one())


def _keep_version(session: Session, row: BriefRow, content: BriefContent, actor: Actor, now: int) -> None:
    session.add(
        BriefVersionRow(
            brief_id=row.id,
            version=row.version,
            content=content.model_dump(mode="json"),
            saved_by=actor.name,
            saved_at_us=now,
        )
    )
    session.flush()
