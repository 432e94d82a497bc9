"""The lists that offices send with their recommendations: which place each application has on an office's list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.orm import Session

from millmark.programmes.errors import InvalidRecord, RecordConflict
from millmark.programmes.life.parties import OFFICES, Party
from millmark.programmes.life.tables import RecommendationRankRow
from millmark.programmes.tables import ApplicationRow
from millmark.registry.tables import EnterpriseRow

LOWEST_RANK = 9_999
NO_LONGER_RECOMMENDED = ("draft", "submitted", "returned", "withdrawn", "rejected", "complete")
"""Where an application is when no office's recommendation of it stands."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The place that an office gave an application among what it recommends in a call; 1 is the first."""

    office: Party
    rank: int


def give_rank(session: Session, row: ApplicationRow, office: Party, area: str, rank: int | None) -> None:
    """Puts an application on an office's list in the place of `rank`, or takes it off for None; whoever asks holds the
    call. Raises `InvalidRecord` for a place that no list has, `RecordConflict` for one that another has."""
    if rank is not None and not 1 <= rank <= LOWEST_RANK:
        raise InvalidRecord(
            f"{rank} is no place on a list; give one from 1, the first, to {LOWEST_RANK}",
            f"推荐排序不能为 {rank},应为 1(第一位)至 {LOWEST_RANK} 的整数",
        )
    session.execute(
        delete(RecommendationRankRow).where(
            RecommendationRankRow.call_id == row.call_id,
            RecommendationRankRow.office == office,
            or_(RecommendationRankRow.application_id == row.id, _no_longer_stands()),
        )
    )
    if rank is None:
        return
    place = (RecommendationRankRow.office == office, RecommendationRankRow.area == area)
    taken = session.execute(
        select(ApplicationRow.id, EnterpriseRow.name_zh, EnterpriseRow.name_en)
        .join(RecommendationRankRow, RecommendationRankRow.application_id == ApplicationRow.id)
        .join(EnterpriseRow, EnterpriseRow.id == ApplicationRow.enterprise_id)
        .where(RecommendationRankRow.call_id == row.call_id, *place, RecommendationRankRow.rank == rank)
    ).first()
    if taken is not None:
        application_id, name_zh, name_en = taken
        raise RecordConflict(
            f"application {application_id} ({name_en}) is number {rank} of what area {area} recommends in this call; "
            "give another rank, or change that one first",
            f"本单位在本通知中的推荐排序第 {rank} 位已是“{name_zh}”(申报 {application_id}),"
            "请另定排序,或先调整该申报的排序",
        )
    session.add(RecommendationRankRow(call_id=row.call_id, application_id=row.id, office=office, area=area, rank=rank))
    session.flush()


def take_off_lists(session: Session, application_ids: Iterable[int]) -> None:
    """Frees the places of applications on the list of the office that recommended each last, so that they can be given
    anew in any order."""
    query = select(ApplicationRow.id, ApplicationRow.state).where(ApplicationRow.id.in_(application_ids))
    for application_id, state in session.execute(query).all():
        session.execute(
            delete(RecommendationRankRow).where(
                RecommendationRankRow.application_id == application_id,
                RecommendationRankRow.office == state.removesuffix("_recommended"),
            )
        )


def ranks_of(session: Session, wanted: Select[int] | Iterable[int]) -> Mapping[int, tuple[Ranked, ...]]:
    """The places that stand of applications by their ids, county before city before province."""
    query = (
        select(RecommendationRankRow)
        .join(ApplicationRow, ApplicationRow.id == RecommendationRankRow.application_id)
        .where(ApplicationRow.id.in_(wanted), ApplicationRow.state.not_in(NO_LONGER_RECOMMENDED))
    )
    found: dict[int, list[Ranked]] = {}
    for row in session.scalars(query):
        found.setdefault(row.application_id, []).append(Ranked(Party(row.office), row.rank))
    return {one: tuple(sorted(ranks, key=lambda ranked: _LADDER.index(ranked.office))) for one, ranks in found.items()}


def _no_longer_stands() -> ColumnElement[bool]:
    """A place is free again for whoever comes after what was rejected."""
    rejected = select(ApplicationRow.id).where(ApplicationRow.state.in_(NO_LONGER_RECOMMENDED))
    return RecommendationRankRow.application_id.in_(rejected)


_LADDER = [one for one in Party if one in OFFICES]
