"""Projects: filed by the enterprise, confirmed by the office, changed in sight, followed by their milestones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.programmes.documents import UsedFiles
from millmark.programmes.errors import InvalidRecord, RecordConflict, RecordNotFound, StepForbidden
from millmark.programmes.life import Actor, ObjectKind, Offer, Party, Step, advance, begin, steps_of
from millmark.programmes.life.steps import must_be_version, record
from millmark.programmes.life.tables import RecognitionRow
from millmark.programmes.money.inputs import pack_of
from millmark.programmes.packs.model import PolicyPack
from millmark.programmes.packs.shelf import PackShelf
from millmark.programmes.projects.content import Milestone, ProjectContent, check_content
from millmark.programmes.projects.machines import PROJECT
from millmark.programmes.projects.tables import MilestoneReportRow, ProjectRow, ProjectVersionRow
from millmark.registry import Database

_FULL = 100
_BY_CONTENT = ("refile", "request_change")
_BY_HAND_ONLY_ELSEWHERE = ("file", "accept", *_BY_CONTENT)


@dataclass(frozen=True, slots=True)
class MilestoneReport:
    """What was said about a milestone; `percent` 100 and `confirmed` by an office finish it."""

    percent: int
    confirmed: bool
    note: str
    file_ids: tuple[str, ...]
    reported_by: str
    reported_at_us: int


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """A milestone of the version that holds, with every report on it, oldest first."""

    milestone: Milestone
    reports: tuple[MilestoneReport, ...]

    @property
    def percent(self) -> int:
        return self.reports[-1].percent if self.reports else 0

    @property
    def is_confirmed(self) -> bool:
        return bool(self.reports) and self.reports[-1].confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project; `content` is the version that holds, `requested` one that waits for the office's word."""

    id: int
    recognition_id: int
    recognition_number: str
    call_id: int
    programme_id: int
    enterprise_id: int
    state: str
    version: int
    approved_version: int | None
    content: ProjectContent
    requested: ProjectContent | None
    milestones: tuple[MilestoneState, ...]


class ProjectBook:
    """Keeps projects, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, shelf: PackShelf, files: UsedFiles, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._shelf = shelf
        self._files = files
        self._now_us = now_us

    def file(self, recognition_id: int, content: ProjectContent, *, actor: Actor) -> Project:
        """Files the project of a recognition, one at a time.

        Raises `InvalidRecord`, `RecordNotFound`, `RecordConflict`.
        """
        try:
            with self._database.transaction() as session:
                recognition = session.get(RecognitionRow, recognition_id, with_for_update={"key_share": True})
                if recognition is None:
                    raise RecordNotFound(f"there is no recognition {recognition_id}")
                if recognition.state != "valid":
                    raise RecordConflict(f"recognition {recognition.number} is {recognition.state}")
                check_content(content, pack_of(session, self._shelf, recognition).money)
                row = ProjectRow(
                    recognition_id=recognition.id,
                    holds=recognition.id,
                    programme_id=recognition.programme_id,
                    enterprise_id=recognition.enterprise_id,
                    approved_version=None,
                )
                begin(session, PROJECT, row, "file", actor, at_us=self._now_us())
                self._save(session, row, content, actor)
                return project_of(session, row)
        except IntegrityError as error:
            raise RecordConflict(f"recognition {recognition_id} has a project already; change that one") from error

    def rewrite(
        self, project_id: int, content: ProjectContent, *, actor: Actor, reason: str = "", version: int | None = None
    ) -> Project:
        """A new version: of a returned project to file it again, of a running one as a request for a change."""
        with self._database.transaction() as session:
            row = locked_project(session, project_id)
            must_be_version(row, version, f"project {project_id}")
            action = "refile" if row.state == "returned" else "request_change"
            check_content(content, self._pack(session, row).money)
            advance(session, PROJECT, row, action, actor, at_us=self._now_us(), reason=reason, corrected=True)
            self._save(session, row, content, actor)
            return project_of(session, row)

    def act(
        self, project_id: int, action: str, *, actor: Actor, reason: str = "", version: int | None = None
    ) -> Project:
        """Takes one of the machine's steps that need no content."""
        with self._database.transaction() as session:
            row = locked_project(session, project_id)
            must_be_version(row, version, f"project {project_id}")
            if action in _BY_HAND_ONLY_ELSEWHERE:
                raise InvalidRecord(
                    f"action: {action!r} is not taken by name; send the content, or decide the acceptance"
                )
            advance(session, PROJECT, row, action, actor, at_us=self._now_us(), reason=reason)
            if action in ("confirm", "approve_change"):
                row.approved_version = row.version
            if action == "terminate":
                row.holds = None
            if action == "finish":
                self._must_be_done(project_of(session, row))
            session.flush()
            return project_of(session, row)

    def report(
        self,
        project_id: int,
        milestone: str,
        *,
        percent: int,
        note: str,
        file_ids: Sequence[str],
        actor: Actor,
        confirm: bool = False,
    ) -> Project:
        """Says how far a milestone has come; with `confirm` an office finds it done, which may release an instalment.

        Raises `RecordNotFound`, `InvalidRecord`, `RecordConflict` (not running, or not reported as done yet),
        `StepForbidden`.
        """
        with self._database.transaction() as session:
            row = locked_project(session, project_id)
            project = project_of(session, row)
            found = next((one for one in project.milestones if one.milestone.key == milestone), None)
            if found is None:
                raise RecordNotFound(f"project {project_id} has no milestone {milestone!r}")
            self._check_report(project, found, percent, confirm, actor)
            for file_id in file_ids:
                self._use(session, row, file_id, actor)
            session.add(
                MilestoneReportRow(
                    project_id=project_id,
                    milestone=milestone,
                    percent=percent,
                    confirmed=confirm,
                    note=note.strip(),
                    file_ids=list(file_ids),
                    reported_by=actor.name,
                    reported_at_us=self._now_us(),
                )
            )
            record(
                session,
                kind=ObjectKind.PROJECT,
                object_id=project_id,
                version=row.version,
                state_from=row.state,
                state_to=row.state,
                action="confirm_milestone" if confirm else "report_milestone",
                actor=actor,
                at_us=self._now_us(),
                reason=note,
                detail={"milestone": milestone, "percent": percent},
            )
            return project_of(session, row)

    def project(self, project_id: int) -> Project:
        """Raises `RecordNotFound`."""
        with self._database.reading() as session:
            row = session.get(ProjectRow, project_id)
            if row is None:
                raise RecordNotFound(f"there is no project {project_id}")
            return project_of(session, row)

    def projects(
        self, *, enterprise_id: int | None = None, programme_id: int | None = None, state: str | None = None
    ) -> list[Project]:
        query = select(ProjectRow).order_by(ProjectRow.id)
        if enterprise_id is not None:
            query = query.where(ProjectRow.enterprise_id == enterprise_id)
        if programme_id is not None:
            query = query.where(ProjectRow.programme_id == programme_id)
        if state is not None:
            query = query.where(ProjectRow.state == state)
        with self._database.reading() as session:
            return projects_of(session, query)

    def steps(self, project_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.PROJECT, project_id)

    @staticmethod
    def offers(project: Project, actor: Actor) -> list[Offer]:
        return PROJECT.offers(project.state, actor, without={"accept"})

    def _pack(self, session: Session, row: ProjectRow) -> PolicyPack:
        return pack_of(session, self._shelf, session.get_one(RecognitionRow, row.recognition_id))

    def _save(self, session: Session, row: ProjectRow, content: ProjectContent, actor: Actor) -> None:
        session.add(
            ProjectVersionRow(
                project_id=row.id,
                version=row.version,
                content=content.as_json(),
                saved_by=actor.name,
                saved_at_us=self._now_us(),
            )
        )
        session.flush()
        for file_id in content.file_ids:
            self._use(session, row, file_id, actor)

    def _use(self, session: Session, row: ProjectRow, file_id: str, actor: Actor) -> None:
        self._files.use_within(
            session,
            file_id,
            object_kind=ObjectKind.PROJECT,
            object_id=row.id,
            owner_enterprise_id=row.enterprise_id,
            actor=actor.name,
        )

    @staticmethod
    def _check_report(project: Project, found: MilestoneState, percent: int, confirm: bool, actor: Actor) -> None:
        if project.state not in ("running", "change_requested", "finished", *(["accepted"] if confirm else [])):
            raise RecordConflict(f"project {project.id} is {project.state}; milestones are reported while it runs")
        if not 0 <= percent <= _FULL:
            raise InvalidRecord(f"percent: {percent} is not between 0 and 100")
        if confirm and not actor.parties & {Party.COUNTY, Party.CITY, Party.PROVINCE}:
            raise StepForbidden("a milestone is confirmed by an office")
        if confirm and (percent != _FULL or found.percent != _FULL):
            raise RecordConflict(
                f"milestone {found.milestone.key!r} stands at {found.percent} %; it is confirmed once it is "
                "reported as done"
            )
        if not confirm and not actor.acts_for(Party.ENTERPRISE):
            raise StepForbidden("progress is reported by the enterprise itself")
        if not confirm and found.is_confirmed:
            raise RecordConflict(
                f"milestone {found.milestone.key!r} is confirmed; nothing more is to be reported on it"
            )

    @staticmethod
    def _must_be_done(project: Project) -> None:
        behind = [one.milestone.key for one in project.milestones if one.percent < _FULL]
        if behind:
            raise RecordConflict(f"project {project.id}: report these milestones as done first: {', '.join(behind)}")


def locked_project(session: Session, project_id: int) -> ProjectRow:
    row = session.get(ProjectRow, project_id, with_for_update={"key_share": True})
    if row is None:
        raise RecordNotFound(f"there is no project {project_id}")
    return row


def project_of(session: Session, row: ProjectRow) -> Project:
    session.flush()
    return projects_of(session, select(ProjectRow).where(ProjectRow.id == row.id))[0]


def projects_of(session: Session, query: Select[Any]) -> list[Project]:
    """The projects that a query of project rows finds, by id, in three reads however many there are."""
    ids = query.with_only_columns(ProjectRow.id).order_by(None)
    versions: dict[int, dict[int, ProjectContent]] = {}
    for kept in session.scalars(select(ProjectVersionRow).where(ProjectVersionRow.project_id.in_(ids))):
        versions.setdefault(kept.project_id, {})[kept.version] = ProjectContent.from_json(kept.content)
    reports: dict[tuple[int, str], list[MilestoneReport]] = {}
    told = select(MilestoneReportRow).where(MilestoneReportRow.project_id.in_(ids)).order_by(MilestoneReportRow.id)
    for one in session.scalars(told):
        reports.setdefault((one.project_id, one.milestone), []).append(
            MilestoneReport(
                one.percent, one.confirmed, one.note, tuple(one.file_ids), one.reported_by, one.reported_at_us
            )
        )
    found = (
        select(ProjectRow, RecognitionRow)
        .join(RecognitionRow, RecognitionRow.id == ProjectRow.recognition_id)
        .where(ProjectRow.id.in_(ids))
        .order_by(ProjectRow.id)
    )
    return [_project(row, recognition, versions[row.id], reports) for row, recognition in session.execute(found)]


def _project(
    row: ProjectRow,
    recognition: RecognitionRow,
    versions: Mapping[int, ProjectContent],
    reports: Mapping[tuple[int, str], Sequence[MilestoneReport]],
) -> Project:
    holding = versions[row.approved_version or row.version]
    return Project(
        id=row.id,
        recognition_id=row.recognition_id,
        recognition_number=recognition.number,
        call_id=recognition.call_id,
        programme_id=row.programme_id,
        enterprise_id=row.enterprise_id,
        state=row.state,
        version=row.version,
        approved_version=row.approved_version,
        content=holding,
        requested=versions[row.version] if row.state == "change_requested" else None,
        milestones=tuple(MilestoneState(one, tuple(reports.get((row.id, one.key), ()))) for one in holding.milestones),
    )
