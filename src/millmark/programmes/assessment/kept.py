"""An assessment as it is read and kept: who filled it in, its answers with their sources, its score and level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from millmark.programmes.assessment.answers import Answers
from millmark.programmes.assessment.errors import InvalidAnswers
from millmark.programmes.assessment.sheet import Sheet
from millmark.programmes.assessment.tables import AssessmentRow, AssessmentVersionRow
from millmark.programmes.digest import content_digest
from millmark.programmes.grade import Grade
from millmark.programmes.life import (
    OFFICES,
    Machine,
    Party,
    transition,
)

_MOST_DOCUMENTS = 20


class AssessedKind(StrEnum):
    """Who fills in the questionnaire: the enterprise by itself, or somebody who looks at it on site."""

    SELF = "self"
    EXPERT = "expert"


_ON_SITE = OFFICES | {Party.REVIEWER}
_STATES = {
    "draft": ("填写中", "being filled in"),
    "submitted": ("已提交", "submitted"),
    "withdrawn": ("已撤回", "withdrawn"),
}


def _machine(by: frozenset[Party]) -> Machine:
    return Machine(
        "assessment",
        (
            transition("start", "", "draft", by, ("开始评测", "start")),
            transition("save", "draft", "draft", by, ("保存", "save")),
            transition("prefill", "draft", "draft", by, ("机器预填", "pre-fill from machines")),
            transition("submit", "draft", "submitted", by, ("提交", "submit")),
            transition("withdraw", "draft submitted", "withdrawn", by, ("撤回", "withdraw"), needs_reason=True),
        ),
        _STATES,
    )


SELF_ASSESSMENT = _machine(frozenset({Party.ENTERPRISE}))
EXPERT_ASSESSMENT = _machine(_ON_SITE)
MACHINES: Mapping[AssessedKind, Machine] = {
    AssessedKind.SELF: SELF_ASSESSMENT,
    AssessedKind.EXPERT: EXPERT_ASSESSMENT,
}


@dataclass(frozen=True, slots=True)
class AnswerSource:
    """Where an answer comes from when nobody typed it in: a claim of the machines, or facts told of the enterprise."""

    grade: Grade
    refs: tuple[str, ...]
    demonstration: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"grade": self.grade.value, "refs": list(self.refs), "demonstration": self.demonstration}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> AnswerSource:
        return cls(Grade(document["grade"]), tuple(document["refs"]), bool(document["demonstration"]))


@dataclass(frozen=True, slots=True)
class Assessment:
    """One questionnaire as its latest version says. `level` and `score` are set once it is submitted."""

    id: int
    enterprise_id: int
    kind: AssessedKind
    pack: str
    edition: str
    digest: str
    variant: str | None
    state: str
    version: int
    answers: Answers
    documents: Mapping[str, tuple[str, ...]]
    """Ids of files by the id of the item, scenario or requirement that they back."""
    sources: Mapping[str, AnswerSource]
    level: int | None
    score: Decimal | None
    answers_digest: str
    started_at_us: int
    started_by: str
    saved_at_us: int
    saved_by: str

    @property
    def ref(self) -> str:
        return f"assessment:{self.id}"


@dataclass(frozen=True, slots=True)
class SubmittedLevel:
    """A level that was reached in a submitted assessment, 0 for none."""

    assessment_id: int
    version: int
    kind: AssessedKind
    pack: str
    edition: str
    digest: str
    level: int
    score: Decimal
    submitted_at_us: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What a version says: answers, the files that show them, and where each answer came from."""

    answers: Answers
    documents: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, AnswerSource]

    @property
    def digest(self) -> str:
        """SHA-256 of answers and documents, so that an award can name what it rests on."""
        content = {"answers": self.answers.to_json(), "documents": {k: sorted(v) for k, v in self.documents.items()}}
        return content_digest(content)


def decimal_of(score: Fraction) -> Decimal:
    """A score as people read it, to a millionth; decisions compare the fraction itself."""
    return (Decimal(score.numerator) / Decimal(score.denominator)).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


def latest_versions() -> Any:
    return select(AssessmentRow, AssessmentVersionRow).join(
        AssessmentVersionRow,
        (AssessmentVersionRow.assessment_id == AssessmentRow.id)
        & (AssessmentVersionRow.version == AssessmentRow.version),
    )


def checked_documents(sheet: Sheet, documents: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    known = {
        *(item.id for item in sheet.items),
        *(one.id for one in sheet.scenarios),
        *(one.id for one in sheet.requirements),
    }
    for key, files in documents.items():
        if key not in known:
            raise InvalidAnswers(f"documents.{key}: the pack has no such item, scenario or requirement")
        if len(files) > _MOST_DOCUMENTS:
            raise InvalidAnswers(f"documents.{key}: {len(files)} files; at most {_MOST_DOCUMENTS} may back one answer")
    return {key: tuple(dict.fromkeys(files)) for key, files in documents.items() if files}


def same_answer(key: str, before: Answers, now: Answers) -> bool:
    return (
        before.items.get(key) == now.items.get(key)
        and before.scenarios.get(key) == now.scenarios.get(key)
        and before.requirements.get(key) == now.requirements.get(key)
    )


def is_answered(key: str, answers: Answers) -> bool:
    return key in answers.items or key in answers.scenarios or key in answers.requirements


def assessment_of(row: AssessmentRow, version: AssessmentVersionRow) -> Assessment:
    return Assessment(
        id=row.id,
        enterprise_id=row.enterprise_id,
        kind=AssessedKind(row.kind),
        pack=row.pack,
        edition=row.edition,
        digest=row.digest,
        variant=row.variant,
        state=row.state,
        version=version.version,
        answers=Answers.from_json(version.answers),
        documents={key: tuple(files) for key, files in version.documents.items()},
        sources={key: AnswerSource.from_json(source) for key, source in version.sources.items()},
        level=version.level,
        score=version.score,
        answers_digest=version.digest,
        started_at_us=row.started_at_us,
        started_by=row.started_by,
        saved_at_us=version.saved_at_us,
        saved_by=version.saved_by,
    )


def submitted_of(row: AssessmentRow, version: AssessmentVersionRow) -> SubmittedLevel:
    assert version.level is not None and version.score is not None  # noqa: S101, PT018 - set on submitting
    return SubmittedLevel(
        assessment_id=row.id,
        version=version.version,
        kind=AssessedKind(row.kind),
        pack=row.pack,
        edition=row.edition,
        digest=row.digest,
        level=version.level,
        score=version.score,
        submitted_at_us=version.saved_at_us,
    )
