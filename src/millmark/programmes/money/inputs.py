"""Gathers what an award depends on, from the books, within the transaction that keeps the award."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.errors import InvalidPack, RecordConflict
from millmark.programmes.life.tables import RecognitionRow
from millmark.programmes.money.calculation import AwardInputs, Calculation, Support
from millmark.programmes.money.tables import AwardRow, AwardVersionRow
from millmark.programmes.money.work import Work
from millmark.programmes.packs.model import PolicyPack
from millmark.programmes.packs.money import Money
from millmark.programmes.packs.shelf import PackShelf
from millmark.programmes.packs.vectors import FactValue
from millmark.programmes.records import RecordKind
from millmark.programmes.tables import CallRow, ProgrammeRecordRow, ProgrammeRow


@dataclass(frozen=True, slots=True)
class Lowered:
    """An office's decision to give less than the rules would."""

    fen: int
    because: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What an officer adds to what the books know."""

    other_support: Sequence[Support] = ()
    lowered: Lowered | None = None


def pack_of(session: Session, shelf: PackShelf, recognition: RecognitionRow) -> PolicyPack:
    """The very text of the pack that the call was published with.

    Raises `RecordNotFound`, and `RecordConflict` where the files have changed since: money follows the published rules.
    """
    call = session.get_one(CallRow, recognition.call_id)
    if call.pack_edition is None:
        raise InvalidPack(f"call {call.slug!r} follows a pack without editions, which has no rules for money")
    pack = shelf.pack(call.pack, call.pack_edition)
    if call.pack_digest is not None and call.pack_digest != pack.ref.digest:
        raise RecordConflict(
            f"pack {pack.ref} was changed since call {call.slug!r} was published with it; put the published files "
            "back, or publish the call anew as an edition of its own"
        )
    return pack


def money_of(pack: PolicyPack) -> Money:
    """Raises `InvalidPack` for a pack without money."""
    if pack.money is None:
        raise InvalidPack(f"pack {pack.ref} has no money.toml: nothing is awarded by it")
    return pack.money


def gathered(
    session: Session,
    pack: PolicyPack,
    recognition: RecognitionRow,
    award_id: int | None,
    facts: Mapping[str, FactValue | None],
    work: Work,
    asked: Asked,
) -> AwardInputs:
    """The inputs of one award; a level comes from the acceptance, else from the grade that was recognised."""
    accepted = work.accepted(session, recognition.id)
    level, level_ref = (None, "") if accepted is None else (accepted.level, accepted.level_ref)
    if level is None:
        level, level_ref = _recognised_level(pack, recognition)
    lowered = asked.lowered
    return AwardInputs(
        level=level,
        level_ref=level_ref,
        costs=() if accepted is None else tuple(accepted.costs),
        awards=_standing_awards(session, recognition.enterprise_id, award_id),
        other_support=tuple(asked.other_support),
        findings=_findings(pack, facts),
        lowered_to_fen=None if lowered is None else lowered.fen,
        lowered_because="" if lowered is None else lowered.because,
    )


def inputs_as_json(inputs: AwardInputs) -> dict[str, Any]:
    """As it is read back: with lists where there were tuples."""
    kept: dict[str, Any] = json.loads(json.dumps(asdict(inputs)))
    return kept


def calculation_as_json(calculation: Calculation) -> dict[str, Any]:
    """As it is read back: with lists where there were tuples."""
    kept: dict[str, Any] = json.loads(json.dumps(asdict(calculation)))
    return kept


def _recognised_level(pack: PolicyPack, recognition: RecognitionRow) -> tuple[int | None, str]:
    code = recognition.grade_code
    found = next((level.number for level in pack.levels if code in (level.id, str(level.number))), None)
    if found is None and code is not None and code.isdigit():
        found = int(code)
    return found, "" if found is None else f"recognition:{recognition.record_id}"


def _findings(pack: PolicyPack, facts: Mapping[str, FactValue | None]) -> dict[str, bool | None]:
    found: dict[str, bool | None] = {}
    for exclusion in money_of(pack).exclusions:
        if exclusion.expression is not None:
            answer = pack.expression(exclusion.expression).answer(facts).value
            found[exclusion.id] = answer if isinstance(answer, bool) else None
    return found


def _standing_awards(session: Session, enterprise_id: int, award_id: int | None) -> tuple[Support, ...]:
    """Awards of the enterprise beside this one: those under way here, and those that were recorded from documents."""
    under_way = (
        select(AwardRow.id, ProgrammeRow.slug, AwardVersionRow.amount_fen)
        .join(ProgrammeRow, ProgrammeRow.id == AwardRow.programme_id)
        .join(
            AwardVersionRow,
            (AwardVersionRow.award_id == AwardRow.id) & (AwardVersionRow.version == AwardRow.version),
        )
        .where(AwardRow.enterprise_id == enterprise_id, AwardRow.state != "withdrawn", AwardVersionRow.amount_fen > 0)
        .order_by(AwardRow.id)
    )
    found = [
        Support(slug, fen, f"award:{number}") for number, slug, fen in session.execute(under_way) if number != award_id
    ]
    kept_here = select(AwardRow.record_id).where(AwardRow.record_id.is_not(None))
    voided = select(ProgrammeRecordRow.voids).where(ProgrammeRecordRow.voids.is_not(None))
    recorded = (
        select(ProgrammeRecordRow.id, ProgrammeRow.slug, ProgrammeRecordRow.amount_fen)
        .join(ProgrammeRow, ProgrammeRow.id == ProgrammeRecordRow.programme_id)
        .where(
            ProgrammeRecordRow.enterprise_id == enterprise_id,
            ProgrammeRecordRow.kind == RecordKind.AWARD,
            ProgrammeRecordRow.voids.is_(None),
            ProgrammeRecordRow.id.not_in(voided),
            ProgrammeRecordRow.id.not_in(kept_here),
        )
        .order_by(ProgrammeRecordRow.id)
    )
    found += [Support(slug, fen or 0, f"record:{number}") for number, slug, fen in session.execute(recorded)]
    return tuple(found)
