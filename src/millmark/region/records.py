"""Records of every book as figures see them."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from millmark.evidence import measure_names
from millmark.model.period import utc_datetime
from millmark.programmes import (
    DateSpan,
    Decision,
    Outcome,
    PresentedClaim,
    Programme,
    ProgrammeRecord,
    RecordKind,
)
from millmark.programmes.rules import grade_of
from millmark.region.catalogue import KindText
from millmark.region.entry import LedgerEntry, Qualifier
from millmark.region.figure import RecordRef
from millmark.registry import Enterprise

_VERB = {
    RecordKind.RECOMMENDATION: ("推荐", "recommended"),
    RecordKind.RECOGNITION: ("认定", "recognised"),
    RecordKind.AWARD: ("奖补", "award"),
}
_OUTCOME = {
    Outcome.MET: ("达到", "met"),
    Outcome.NOT_MET: ("未达到", "not met"),
    Outcome.NOT_PROVABLE: ("无法证明", "not provable"),
    Outcome.NOT_DECIDABLE: ("无法判定", "not decidable"),
}


def of_entry(entry: LedgerEntry, kind: KindText) -> RecordRef:
    who_zh, who_en = entry.subject, entry.subject
    if kind.counts == "subjects" and who_zh is None and entry.quantity is not None:
        who_zh = f"未列名{entry.quantity:f}{kind.unit_zh or '个'}"
        who_en = f"{entry.quantity:f} unnamed"
    return RecordRef(
        ref=entry.ref,
        kind="ledger",
        topic=entry.kind,
        title_zh=f"{kind.name_zh}:{who_zh}" if who_zh else kind.name_zh,
        title_en=f"{kind.name_en}: {who_en}" if who_en else kind.name_en,
        area=entry.area,
        span=entry.span,
        holds_from=entry.holds_from,
        source=entry.source,
        grade=entry.grade,
        subject=entry.subject,
        identity=entry.subject,
        counting=entry.counting,
        quantity=entry.quantity,
        unit=entry.unit,
        count=entry.quantity or Decimal(0),
        at_least=entry.qualifier is Qualifier.AT_LEAST,
        placeholder=entry.placeholder,
    )


def of_programme_record(record: ProgrammeRecord, programme: Programme, recovered_fen: int = 0) -> RecordRef:
    """What was recovered of an award stands beside it: the award was granted all the same."""
    verb_zh, verb_en = _VERB[record.kind]
    each = record.amount_yuan
    return RecordRef(
        ref=record.ref,
        kind=record.kind.value,
        topic=record.programme,
        title_zh=f"{verb_zh}{programme.name_zh}:{record.subject or f'未列名{record.count}家'}",
        title_en=f"{programme.name_en}, {verb_en}: {record.subject or f'{record.count} unnamed'}",
        area=record.area,
        span=record.span,
        holds_from=record.holds_from,
        source=record.source,
        grade=record.grade,
        subject=record.subject,
        identity=record.subject,
        counting=record.counting,
        quantity=Decimal(record.count) if each is None else each * record.count,
        unit="1" if each is None else "CNY",
        count=Decimal(record.count),
        each=each,
        placeholder=record.placeholder,
        demonstration=programme.is_demonstration,
        recovered=Decimal(recovered_fen) / 100 if recovered_fen else None,
    )


def of_decision(decision: Decision, enterprise: Enterprise, programme: Programme, zone: ZoneInfo) -> RecordRef:
    """A decision counts its enterprise when the outcome is met, and nobody otherwise."""
    verdict = decision.verdict
    outcome_zh, outcome_en = _OUTCOME[verdict.outcome]
    day = utc_datetime(decision.decided_at_us).astimezone(zone).date()
    met = Decimal(1 if verdict.outcome is Outcome.MET else 0)
    return RecordRef(
        ref=decision.ref,
        kind="decision",
        topic=programme.slug,
        title_zh=f"{programme.name_zh}:{enterprise.name_zh},{outcome_zh}",
        title_en=f"{programme.name_en}: {enterprise.name_en}, {outcome_en}",
        area=enterprise.area_code,
        span=DateSpan.of_day(day),
        holds_from=day,
        source=f"{decision.pack} {decision.pack_version} (sha256 {decision.pack_digest[:16]})",
        grade=verdict.grade,
        subject=enterprise.name_zh,
        identity=f"enterprise:{enterprise.id}",
        quantity=met,
        count=met,
        demonstration=verdict.demonstration or enterprise.is_demonstration,
        claim_id=verdict.claim_ids[0] if verdict.claim_ids else None,
    )


def of_claim(claim: PresentedClaim, enterprise: Enterprise) -> RecordRef:
    name_zh, name_en = measure_names(claim.measure)
    return RecordRef(
        ref=f"claim:{claim.id}",
        kind="claim",
        topic=claim.measure,
        title_zh=f"{enterprise.name_zh}:{name_zh}凭证",
        title_en=f"{enterprise.name_en}: claim of {name_en}",
        area=enterprise.area_code,
        span=DateSpan(claim.first_date, claim.last_date),
        holds_from=claim.last_date,
        source=str(claim.subject),
        grade=grade_of(claim),
        subject=enterprise.name_zh,
        identity=f"enterprise:{enterprise.id}",
        numerator=claim.numerator,
        denominator=claim.denominator,
        demonstration=claim.demonstration or not claim.from_machines_alone,
        claim_id=claim.id,
    )
