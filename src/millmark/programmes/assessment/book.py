"""The book of assessments: questionnaires that are saved, resumed and submitted, every save a version of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from millmark.programmes.assessment.answers import Answers
from millmark.programmes.assessment.compiling import sheet_of
from millmark.programmes.assessment.errors import AssessmentNotFound, NotAssessable
from millmark.programmes.assessment.kept import (
    MACHINES,
    Answered,
    AnswerSource,
    AssessedKind,
    Assessment,
    SubmittedLevel,
    assessment_of,
    checked_documents,
    decimal_of,
    is_answered,
    latest_versions,
    same_answer,
    submitted_of,
)
from millmark.programmes.assessment.scoring import Assessed, check_answers, score_one
from millmark.programmes.assessment.sheet import Sheet
from millmark.programmes.assessment.stored import StoredAnswers, read_stored
from millmark.programmes.assessment.tables import AssessmentRow, AssessmentVersionRow
from millmark.programmes.documents import UsedFiles
from millmark.programmes.life import (
    Actor,
    ObjectKind,
    Offer,
    Step,
    advance,
    begin,
    must_be_version,
    steps_of,
)
from millmark.programmes.packs import PackShelf, PolicyPack
from millmark.registry import Database


class AssessmentBook:
    """Keeps assessments. Those of the enterprise and those of an expert stand beside each other, never in one."""

    def __init__(self, database: Database, packs: PackShelf, files: UsedFiles, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._packs = packs
        self._files = files
        self._now_us = now_us

    def pack_of(self, assessment: Assessment) -> PolicyPack:
        """The pack as it is now; raises `RecordNotFound`. Its digest tells whether its text is still the same."""
        return self._packs.pack(assessment.pack, assessment.edition)

    def sheet_of(self, assessment: Assessment) -> Sheet:
        return sheet_of(self.pack_of(assessment), assessment.variant)

    def start(
        self,
        enterprise_id: int,
        pack_id: str,
        edition: str,
        kind: AssessedKind,
        actor: Actor,
        *,
        variant: str | None = None,
        answers: Answers | None = None,
    ) -> Assessment:
        """A new questionnaire, empty or with answers taken over. Raises `RecordNotFound`, `NotAssessable`,
        `InvalidAnswers`, and `StepForbidden` when it is not this actor's to fill in."""
        pack = self._packs.pack(pack_id, edition)
        sheet = sheet_of(pack, variant)
        first = answers or Answers()
        check_answers(sheet, first)
        now_us = self._now_us()
        row = AssessmentRow(
            enterprise_id=enterprise_id,
            kind=kind.value,
            pack=pack.id,
            edition=pack.edition,
            digest=pack.ref.digest,
            variant=variant,
            started_at_us=now_us,
            started_by=actor.name,
        )
        with self._database.transaction() as session:
            begin(session, MACHINES[kind], row, "start", actor, at_us=now_us, detail={"pack": str(pack.ref)})
            version = self._add_version(session, row, Answered(first, {}, {}), actor)
            return assessment_of(row, version)

    def save(
        self,
        assessment_id: int,
        answers: Answers,
        actor: Actor,
        *,
        documents: Mapping[str, Sequence[str]] | None = None,
        seen_version: int | None = None,
    ) -> Assessment:
        """All answers as they are now, as a new version; saving what is there already adds none.

        `documents` replace those attached before; None keeps them. An answer that differs from the one a machine gave
        is from now on somebody's own. Raises `AssessmentNotFound`, `InvalidAnswers`, `StaleVersion`, `IllegalStep` (it
        is submitted), `StepForbidden`, and what the file store raises for a file that is not there.
        """
        with self._database.transaction() as session:
            row, before = self._locked(session, assessment_id)
            must_be_version(row, seen_version, f"assessment {assessment_id}")
            sheet = sheet_of(self._packs.pack(row.pack, row.edition), row.variant)
            check_answers(sheet, answers)
            attached = before.documents if documents is None else checked_documents(sheet, documents)
            sources = {
                key: source for key, source in before.sources.items() if same_answer(key, before.answers, answers)
            }
            content = Answered(answers, attached, sources)
            return self._keep(session, row, before, content, "save", actor)

    def prefill(
        self,
        assessment_id: int,
        given: Mapping[str, tuple[Answers, AnswerSource]],
        actor: Actor,
        *,
        replace: bool = False,
    ) -> Assessment:
        """Answers found elsewhere, by the id of what they answer, put where nothing was answered yet; with `replace`
        also over answers. Raises as `save` does."""
        with self._database.transaction() as session:
            row, before = self._locked(session, assessment_id)
            answers, sources = before.answers, dict(before.sources)
            for key, (found, source) in given.items():
                if not replace and is_answered(key, answers):
                    continue
                answers = Answers(
                    {**answers.items, **found.items},
                    {**answers.scenarios, **found.scenarios},
                    {**answers.requirements, **found.requirements},
                )
                sources[key] = source
            check_answers(sheet_of(self._packs.pack(row.pack, row.edition), row.variant), answers)
            return self._keep(session, row, before, Answered(answers, before.documents, sources), "prefill", actor)

    def submit(
        self, assessment_id: int, actor: Actor, *, seen_version: int | None = None
    ) -> tuple[Assessment, Assessed]:
        """Scores the answers and closes the questionnaire; what was not answered counts as nothing.

        Raises as `save` does, and `NotAssessable` when the pack's text is no longer the one it was started with.
        """
        with self._database.transaction() as session:
            row, before = self._locked(session, assessment_id)
            must_be_version(row, seen_version, f"assessment {assessment_id}")
            pack = self._packs.pack(row.pack, row.edition)
            if pack.ref.digest != row.digest:
                raise NotAssessable(
                    f"pack {pack.ref} was changed since assessment {row.id} was started; start another one, "
                    "the answers can be taken over"
                )
            assessed = score_one(sheet_of(pack, row.variant), before.answers)
            at_us = self._now_us()
            detail = {"level": assessed.level, "score": format(decimal_of(assessed.score), "f")}
            advance(
                session,
                MACHINES[AssessedKind(row.kind)],
                row,
                "submit",
                actor,
                at_us=at_us,
                detail=detail,
                corrected=True,
            )
            content = Answered(before.answers, before.documents, before.sources)
            version = self._add_version(session, row, content, actor, assessed)
            return assessment_of(row, version), assessed

    def withdraw(self, assessment_id: int, actor: Actor, reason: str) -> Assessment:
        """Takes an assessment back: it no longer counts, and stays to be read."""
        with self._database.transaction() as session:
            row, before = self._locked(session, assessment_id)
            machine = MACHINES[AssessedKind(row.kind)]
            advance(session, machine, row, "withdraw", actor, at_us=self._now_us(), reason=reason)
            return assessment_of(row, self._version(session, row.id, before.version))

    def assessment(self, assessment_id: int, version: int | None = None) -> Assessment:
        """The latest version, or an earlier one; raises `AssessmentNotFound`."""
        with self._database.reading() as session:
            row = session.get(AssessmentRow, assessment_id)
            if row is None:
                raise AssessmentNotFound(f"there is no assessment {assessment_id}")
            return assessment_of(row, self._version(session, row.id, version))

    def assessments(
        self,
        enterprise_ids: Collection[int] | None = None,
        *,
        pack_id: str | None = None,
        before: int | None = None,
        limit: int | None = None,
    ) -> list[Assessment]:
        """Latest first, each as its latest version says; `before` an id and at most `limit`, to page through many."""
        query = latest_versions().order_by(AssessmentRow.id.desc())
        if enterprise_ids is not None:
            query = query.where(AssessmentRow.enterprise_id.in_(enterprise_ids))
        if pack_id is not None:
            query = query.where(AssessmentRow.pack == pack_id)
        if before is not None:
            query = query.where(AssessmentRow.id < before)
        with self._database.reading() as session:
            return [assessment_of(row, version) for row, version in session.execute(query.limit(limit))]

    def versions(self, assessment_id: int) -> list[Assessment]:
        """Every version, oldest first."""
        with self._database.reading() as session:
            row = session.get(AssessmentRow, assessment_id)
            if row is None:
                raise AssessmentNotFound(f"there is no assessment {assessment_id}")
            versions = session.scalars(
                select(AssessmentVersionRow)
                .where(AssessmentVersionRow.assessment_id == assessment_id)
                .order_by(AssessmentVersionRow.version)
            )
            return [assessment_of(row, version) for version in versions]

    def steps(self, assessment_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.ASSESSMENT, assessment_id)

    def offers(self, assessment: Assessment, actor: Actor) -> list[Offer]:
        """What the actor may do with it now."""
        return MACHINES[assessment.kind].offers(assessment.state, actor)

    def latest(
        self, enterprise_id: int, pack_id: str, edition: str, kind: AssessedKind, *, drafts: bool = True
    ) -> Assessment | None:
        """The enterprise's latest one by a pack that was not withdrawn, submitted ones before drafts."""
        states = ("submitted", "draft") if drafts else ("submitted",)
        found = [
            one
            for one in self.assessments([enterprise_id], pack_id=pack_id)
            if (one.edition, one.kind) == (edition, kind) and one.state in states
        ]
        return next((one for one in found if one.state == "submitted"), next(iter(found), None))

    def submitted_level(
        self, enterprise_id: int, pack_id: str, edition: str, kind: AssessedKind | None = None
    ) -> SubmittedLevel | None:
        """The level of the latest submitted assessment; without a `kind` an expert's stands before the enterprise's."""
        found = [
            one
            for one in self.submitted_levels(pack_id, edition, [enterprise_id])
            if kind is None or one[1].kind is kind
        ]
        by_kind = {level.kind: level for _, level in found}
        return by_kind.get(AssessedKind.EXPERT) or by_kind.get(AssessedKind.SELF)

    def submitted_levels(
        self, pack_id: str, edition: str, enterprise_ids: Iterable[int] | None = None
    ) -> list[tuple[int, SubmittedLevel]]:
        """Enterprise and level of every submitted assessment by a pack, oldest first."""
        query = latest_versions().where(
            AssessmentRow.pack == pack_id, AssessmentRow.edition == edition, AssessmentRow.state == "submitted"
        )
        if enterprise_ids is not None:
            query = query.where(AssessmentRow.enterprise_id.in_(list(enterprise_ids)))
        with self._database.reading() as session:
            return [
                (row.enterprise_id, submitted_of(row, version))
                for row, version in session.execute(
                    query.order_by(AssessmentVersionRow.saved_at_us, AssessmentVersionRow.id)
                )
            ]

    def answers_of_all(self, pack_id: str) -> Mapping[int, tuple[str, str | None, StoredAnswers]]:
        """Of each enterprise the edition, variant and answers of its latest submitted assessment by any edition of a
        pack, an expert's before its own: for thousands of enterprises."""
        row, version = AssessmentRow.__table__, AssessmentVersionRow.__table__
        query = (
            # As text: the general reader of JSON would take most of the time.
            select(row.c.enterprise_id, row.c.kind, row.c.edition, row.c.variant, cast(version.c.answers, Text))
            .join(version, (version.c.assessment_id == row.c.id) & (version.c.version == row.c.version))
            .where(row.c.pack == pack_id, row.c.state == "submitted")
            .order_by(version.c.saved_at_us, version.c.id)
        )
        found: dict[int, tuple[str, str, str | None, str]] = {}
        with self._database.reading() as session:
            for enterprise_id, kind, edition, variant, answers in session.execute(query):
                standing = found.get(enterprise_id)
                if standing is None or kind == AssessedKind.EXPERT or standing[0] == AssessedKind.SELF:
                    found[enterprise_id] = (kind, edition, variant, answers)
        return {key: (edition, variant, read_stored(text)) for key, (_, edition, variant, text) in found.items()}

    def _locked(self, session: Session, assessment_id: int) -> tuple[AssessmentRow, Assessment]:
        row = session.get(AssessmentRow, assessment_id, with_for_update=True)
        if row is None:
            raise AssessmentNotFound(f"there is no assessment {assessment_id}")
        return row, assessment_of(row, self._version(session, row.id, row.version))

    @staticmethod
    def _version(session: Session, assessment_id: int, number: int | None) -> AssessmentVersionRow:
        query = select(AssessmentVersionRow).where(AssessmentVersionRow.assessment_id == assessment_id)
        if number is not None:
            query = query.where(AssessmentVersionRow.version == number)
        found = session.scalars(query.order_by(AssessmentVersionRow.version.desc()).limit(1)).first()
        if found is None:
            raise AssessmentNotFound(f"assessment {assessment_id} has no version {number}")
        return found

    def _keep(
        self,
        session: Session,
        row: AssessmentRow,
        before: Assessment,
        content: Answered,
        action: str,
        actor: Actor,
    ) -> Assessment:
        machine = MACHINES[AssessedKind(row.kind)]
        machine.check(row.state, action, actor)
        if content == Answered(before.answers, before.documents, before.sources):
            return before
        for file_id in {one for files in content.documents.values() for one in files}:
            self._files.use_within(
                session,
                file_id,
                object_kind=ObjectKind.ASSESSMENT,
                object_id=row.id,
                owner_enterprise_id=row.enterprise_id,
                actor=actor.name,
            )
        advance(session, machine, row, action, actor, at_us=self._now_us(), corrected=True)
        return assessment_of(row, self._add_version(session, row, content, actor))

    def _add_version(
        self,
        session: Session,
        row: AssessmentRow,
        content: Answered,
        actor: Actor,
        assessed: Assessed | None = None,
    ) -> AssessmentVersionRow:
        version = AssessmentVersionRow(
            assessment_id=row.id,
            version=row.version,
            answers=content.answers.to_json(),
            documents={key: list(files) for key, files in content.documents.items()},
            sources={key: source.to_json() for key, source in content.sources.items()},
            level=None if assessed is None else assessed.level,
            score=None if assessed is None else decimal_of(assessed.score),
            digest=content.digest,
            saved_at_us=self._now_us(),
            saved_by=actor.name,
        )
        session.add(version)
        session.flush()
        return version
