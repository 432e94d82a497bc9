"""What the machine says of an application: its pack's conditions answered by claims, facts, documents and levels.

Officers decide; this advises them, with the grade of the evidence and a reason for every answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from millmark.programmes.assessment.book import AssessedKind, AssessmentBook
from millmark.programmes.assessment.facts import FactBook
from millmark.programmes.claims import PresentedClaim, VerifiedClaims
from millmark.programmes.errors import InvalidRecord
from millmark.programmes.grade import Grade
from millmark.programmes.life.calls import CallFile
from millmark.programmes.life.content import Content
from millmark.programmes.life.tables import RecognitionRow
from millmark.programmes.packs import (
    AssessedBy,
    ClaimCondition,
    DocumentCondition,
    FactValue,
    JudgementCondition,
    LevelCondition,
    PackShelf,
    PolicyPack,
)
from millmark.programmes.packs.judging import Case, HeldRecognition, Judgement, ReachedLevel, judge_case, together
from millmark.programmes.rules import Verdict
from millmark.programmes.tables import ProgrammeRow
from millmark.registry import Database


@dataclass(frozen=True, slots=True)
class ConditionAnswer:
    """One condition or eligibility rule with its answer."""

    id: str
    text_zh: str
    text_en: str
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "text_zh": self.text_zh,
            "text_en": self.text_en,
            "outcome": self.verdict.outcome.value,
            "grade": self.verdict.grade.value,
            "reasons": [{"code": one.code, "zh": one.zh, "en": one.en} for one in self.verdict.reasons],
            "claim_ids": list(self.verdict.claim_ids),
        }


@dataclass(frozen=True, slots=True)
class Advice:
    """All answers together, and each of them; `reached` and `classes` as in a judgement of the pack."""

    verdict: Verdict
    conditions: tuple[ConditionAnswer, ...]
    reached: int | None
    classes: tuple[int, ...]


class Adviser:
    """Judges what an enterprise lays before a call. Verifying claims reads rows: never inside of a transaction."""

    def __init__(
        self,
        database: Database,
        shelf: PackShelf,
        claims: VerifiedClaims,
        facts: FactBook,
        assessments: AssessmentBook,
        *,
        today: Callable[[], date],
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._claims = claims
        self._facts = facts
        self._assessments = assessments
        self._today = today

    def claims_of(
        self, enterprise_id: int, claim_ids: Sequence[str], application_id: int | None = None
    ) -> list[PresentedClaim]:
        """The claims, checked now, each worth what was found when it came with the application.

        Raises `InvalidRecord` for one of another enterprise, and what the evidence room raises for an unknown one.
        """
        found = [self._claims.one(claim_id, application_id) for claim_id in claim_ids]
        for claim in found:
            if claim.enterprise_id != enterprise_id:
                raise InvalidRecord(f"claim_ids: {claim.id} is a claim of another enterprise")
        return found

    def advise(
        self,
        call: CallFile,
        enterprise_id: int,
        content: Content,
        judgements: Mapping[str, bool],
        *,
        application_id: int | None = None,
    ) -> Advice:
        """The pack's answer to the content; `judgements` are what people answered to what only they can judge."""
        pack = self._shelf.pack(call.pack, call.pack_edition or "")
        claims = self.claims_of(enterprise_id, content.claim_ids, application_id)
        judgement = judge_case(pack, self._case(pack, enterprise_id, content, judgements, claims))
        asked = {one.id for one in pack.conditions if not one.levels or content.level in one.levels}
        parts = [one.verdict for one in judgement.eligibility]
        parts += [one.verdict for one in judgement.conditions if one.id in asked]
        return Advice(together(parts), _answers(pack, judgement), judgement.reached, judgement.classes)

    def fit(self, call: CallFile, enterprise_id: int) -> Advice:
        """What the pack would answer to the enterprise as it is known today, before it lays anything before the call.

        Claims are those that verify, the latest of each subject. What is still to be attached or judged stands among
        the conditions and does not decide: it says nothing about the enterprise.
        """
        pack = self._shelf.pack(call.pack, call.pack_edition or "")
        measures = {one.measure for one in pack.conditions if isinstance(one, ClaimCondition)}
        claims = [
            claim
            for measure in sorted(measures)
            for claim in self._claims.standing(enterprise_id, measure, lambda _claim: True)
        ]
        judgement = judge_case(pack, self._case(pack, enterprise_id, Content(), {}, claims))
        # A level is applied for only later, so what single levels ask is not asked of the enterprise as a whole.
        asked = {
            one.id
            for one in pack.conditions
            if not one.levels and not isinstance(one, (DocumentCondition, JudgementCondition))
        }
        parts = [one.verdict for one in judgement.eligibility]
        parts += [one.verdict for one in judgement.conditions if one.id in asked]
        return Advice(together(parts), _answers(pack, judgement), judgement.reached, judgement.classes)

    def _case(
        self,
        pack: PolicyPack,
        enterprise_id: int,
        content: Content,
        judgements: Mapping[str, bool],
        claims: Sequence[PresentedClaim],
    ) -> Case:
        known = self._facts.latest(enterprise_id)
        values: dict[str, FactValue] = {name: one.value for name, one in known.items() if name in pack.facts_by_id}
        grades = {name: known[name].grade for name in values}
        for name, value in content.values(pack).items():
            # The form may repeat what is known better than by saying so.
            if name not in values or values[name] != value:
                values[name], grades[name] = value, Grade.SELF_REPORTED
        return Case(
            facts=values,
            fact_grades=grades,
            claims=claims,
            documents=frozenset(content.documents),
            recognitions=self._held(enterprise_id),
            levels=self._levels(pack, enterprise_id),
            judgements=judgements,
        )

    def _held(self, enterprise_id: int) -> frozenset[HeldRecognition]:
        query = (
            select(ProgrammeRow.slug, RecognitionRow.grade_code)
            .join(ProgrammeRow, ProgrammeRow.id == RecognitionRow.programme_id)
            .where(
                RecognitionRow.enterprise_id == enterprise_id,
                RecognitionRow.state == "valid",
                or_(RecognitionRow.valid_until.is_(None), RecognitionRow.valid_until >= self._today()),
            )
        )
        with self._database.reading() as session:
            return frozenset(
                HeldRecognition(slug, int(level) if level and level.isdecimal() else None)
                for slug, level in session.execute(query)
            )

    def _levels(self, pack: PolicyPack, enterprise_id: int) -> list[ReachedLevel]:
        found = []
        for ref in {(one.pack, one.edition) for one in pack.conditions if isinstance(one, LevelCondition)}:
            for kind in AssessedKind:
                level = self._assessments.submitted_level(enterprise_id, *ref, kind)
                if level is not None:
                    by_expert = kind is AssessedKind.EXPERT
                    found.append(
                        ReachedLevel(
                            *ref,
                            level=level.level,
                            assessed_by=AssessedBy.EXPERT if by_expert else AssessedBy.SELF,
                            grade=Grade.DOCUMENT_BACKED if by_expert else Grade.SELF_REPORTED,
                        )
                    )
        return found


def _answers(pack: PolicyPack, judgement: Judgement) -> tuple[ConditionAnswer, ...]:
    texts = {one.id: (one.text_zh, one.text_en) for one in (*pack.eligibility, *pack.conditions)}
    return tuple(
        ConditionAnswer(one.id, *texts[one.id], one.verdict) for one in (*judgement.eligibility, *judgement.conditions)
    )
