"""What the machine says of an application: its pack's conditions answered by claims, facts, documents and levels.

Officers decide; this advises them, with the grade of the evidence and a reason for every answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import or_, select

from millmark.programmes.assessment.book import AssessmentBook
from millmark.programmes.assessment.facts import FactBook, FactRecord
from millmark.programmes.assessment.kept import AssessedKind
from millmark.programmes.assessment.machines import Standing, findings_by, standing_of
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
from millmark.programmes.packs.judging import (
    Case,
    FactProof,
    HeldRecognition,
    Judgement,
    ReachedLevel,
    judge_case,
    together,
)
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
        known = self._known(enterprise_id, claims)
        judgement = judge_case(pack, self._case(pack, known, content, judgements, claims))
        asked = {one.id for one in pack.conditions if not one.levels or content.level in one.levels}
        return _advice(pack, judgement, asked)

    def fit(self, call: CallFile, enterprise_id: int) -> Advice:
        """What the pack would answer to the enterprise as it is known today, before it lays anything before the call.

        Claims are those that verify, the latest of each subject. What is still to be attached or judged stands among
        the conditions and does not decide: it says nothing about the enterprise.
        """
        return self._fit(call, self._known(enterprise_id, None))

    def fits(self, calls: Sequence[CallFile], enterprise_id: int) -> dict[int, Advice]:
        """The same for many calls, by their ids; what is known of the enterprise is read once for all of them.

        A call whose pack lies on the shelf no longer has no answer.
        """
        known = self._known(enterprise_id, None)
        packs = self._shelf.packs
        return {call.id: self._fit(call, known) for call in calls if (call.pack, call.pack_edition or "") in packs}

    def _fit(self, call: CallFile, known: _Known) -> Advice:
        pack = self._shelf.pack(call.pack, call.pack_edition or "")
        measures = {one.measure for one in pack.conditions if isinstance(one, ClaimCondition)}
        claims = [claim for measure in sorted(measures) for claim in known.standing(measure, _every)]
        judgement = judge_case(pack, self._case(pack, known, Content(), {}, claims))
        # A level is applied for only later, so what single levels ask is not asked of the enterprise as a whole.
        asked = {
            one.id
            for one in pack.conditions
            if not one.levels and not isinstance(one, (DocumentCondition, JudgementCondition))
        }
        return _advice(pack, judgement, asked)

    def _known(self, enterprise_id: int, presented: Sequence[PresentedClaim] | None) -> _Known:
        """With `presented`, machines speak through those claims alone; else through all that the enterprise has."""
        found: dict[str, list[PresentedClaim]] = {}

        def standing(measure: str, fits: Callable[[PresentedClaim], bool]) -> list[PresentedClaim]:
            if fits is not _every:
                return self._claims.standing(enterprise_id, measure, fits)
            if measure not in found:
                found[measure] = self._claims.standing(enterprise_id, measure, fits)
            return found[measure]

        return _Known(
            enterprise_id,
            self._facts.latest(enterprise_id),
            self._held(enterprise_id),
            standing if presented is None else partial(standing_of, presented),
        )

    def _case(
        self,
        pack: PolicyPack,
        known: _Known,
        content: Content,
        judgements: Mapping[str, bool],
        claims: Sequence[PresentedClaim],
    ) -> Case:
        values: dict[str, FactValue] = {
            name: one.value for name, one in known.facts.items() if name in pack.facts_by_id
        }
        grades = {name: known.facts[name].grade for name in values}
        for name, value in content.values(pack).items():
            # The form may repeat what is known better than by saying so.
            if name not in values or values[name] != value:
                values[name], grades[name] = value, Grade.SELF_REPORTED
        proofs = {}
        for finding in findings_by(pack, known.standing):
            # What machines prove stands before what anybody says, on a form or before.
            fact = finding.binding.fact
            if fact is not None and finding.value is not None:
                said = values.get(fact)
                proofs[fact] = FactProof(
                    finding.claim_ids, finding.demonstration, None if said == finding.value else said
                )
                values[fact], grades[fact] = finding.value, finding.grade
        return Case(
            facts=values,
            fact_grades=grades,
            fact_proofs=proofs,
            claims=claims,
            documents=frozenset(content.documents),
            recognitions=known.held,
            levels=self._levels(pack, known.enterprise_id),
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


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of an enterprise whatever the call; `standing` gives its claims of a measure that fit."""

    enterprise_id: int
    facts: Mapping[str, FactRecord]
    held: frozenset[HeldRecognition]
    standing: Standing


def _every(_claim: PresentedClaim) -> bool:
    return True


def _advice(pack: PolicyPack, judgement: Judgement, asked: Collection[str]) -> Advice:
    """Eligibility and the conditions that are asked decide; the others are answered beside them."""
    parts = [one.verdict for one in judgement.eligibility]
    parts += [one.verdict for one in judgement.conditions if one.id in asked]
    return Advice(together(parts), _answers(pack, judgement), judgement.reached, judgement.classes)


def _answers(pack: PolicyPack, judgement: Judgement) -> tuple[ConditionAnswer, ...]:
    texts = {one.id: (one.text_zh, one.text_en) for one in (*pack.eligibility, *pack.conditions)}
    return tuple(
        ConditionAnswer(one.id, *texts[one.id], one.verdict) for one in (*judgement.eligibility, *judgement.conditions)
    )
