"""Awards with what of them was paid, and whence they came: what grant tools ask of an award."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select

from millmark.model.period import utc_datetime
from millmark.programmes.life.tables import RecognitionRow, StepRow
from millmark.programmes.money.tables import AwardRow, AwardVersionRow, DisbursementRow
from millmark.programmes.tables import CallRow
from millmark.registry import Database
from millmark.registry.tables import EnterpriseRow

_SHOWN = ("committed", "paid", "withdrawn")


@dataclass(frozen=True, slots=True)
class Awarded:
    """An award that was approved; `paid_fen` is what was paid and not returned."""

    id: int
    state: str
    version: int
    amount_fen: int
    paid_fen: int
    recognition: str
    valid_from: date
    valid_until: date | None
    application_id: int
    call_id: int
    call_zh: str
    call_en: str
    enterprise_id: int
    enterprise_zh: str
    enterprise_en: str
    awarded_on: date | None
    created_at_us: int
    changed_at_us: int


class AwardedBook:
    """Reads awards that were approved; drafts of the office are not shown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Awarded]:
        """The latest changed first."""
        return sorted(self._read(self._query()), key=lambda one: (-one.changed_at_us, -one.id))

    def one(self, award_id: int) -> Awarded | None:
        found = self._read(self._query().where(AwardRow.id == award_id))
        return found[0] if found else None

    def _query(self) -> Select[AwardRow, AwardVersionRow, RecognitionRow, CallRow, EnterpriseRow]:
        return (
            select(AwardRow, AwardVersionRow, RecognitionRow, CallRow, EnterpriseRow)
            .join(
                AwardVersionRow,
                (AwardVersionRow.award_id == AwardRow.id) & (AwardVersionRow.version == AwardRow.version),
            )
            .join(RecognitionRow, RecognitionRow.id == AwardRow.recognition_id)
            .join(CallRow, CallRow.id == RecognitionRow.call_id)
            .join(EnterpriseRow, EnterpriseRow.id == AwardRow.enterprise_id)
            .where(AwardRow.state.in_(_SHOWN))
        )

    def _read(self, query: Select[AwardRow, AwardVersionRow, RecognitionRow, CallRow, EnterpriseRow]) -> list[Awarded]:
        with self._database.reading() as session:
            found = session.execute(query).all()
            ids = [row[0].id for row in found]
            paid = {
                award: int(fen)
                for award, fen in session.execute(
                    select(DisbursementRow.award_id, func.sum(DisbursementRow.amount_fen))
                    .where(DisbursementRow.award_id.in_(ids), DisbursementRow.state == "paid")
                    .group_by(DisbursementRow.award_id)
                )
            }
            steps = session.scalars(
                select(StepRow).where(StepRow.object_kind == "award", StepRow.object_id.in_(ids)).order_by(StepRow.id)
            ).all()
        first: dict[int, int] = {}
        latest: dict[int, int] = {}
        approved: dict[int, date] = {}
        for step in steps:
            first.setdefault(step.object_id, step.at_us)
            latest[step.object_id] = step.at_us
            if step.state_to == "committed":
                approved.setdefault(step.object_id, utc_datetime(step.at_us).date())
        return [
            Awarded(
                id=award.id,
                state=award.state,
                version=award.version,
                amount_fen=version.amount_fen,
                paid_fen=paid.get(award.id, 0),
                recognition=recognition.number,
                valid_from=recognition.valid_from,
                valid_until=recognition.valid_until,
                application_id=recognition.application_id,
                call_id=call.id,
                call_zh=call.title_zh,
                call_en=call.title_en,
                enterprise_id=enterprise.id,
                enterprise_zh=enterprise.name_zh,
                enterprise_en=enterprise.name_en,
                awarded_on=approved.get(award.id),
                created_at_us=first.get(award.id, version.saved_at_us),
                changed_at_us=latest.get(award.id, version.saved_at_us),
            )
            for award, version, recognition, call, enterprise in found
        ]
