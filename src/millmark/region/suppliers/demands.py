"""Demands of enterprises and the answers of suppliers: written or proposed, confirmed, answered, agreed, done."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.life import Actor, ObjectKind, Offer, Step, advance, begin, must_be_version, steps_of
from millmark.region.suppliers.contents import DemandContent
from millmark.region.suppliers.errors import InvalidContent, SupplierNotFound
from millmark.region.suppliers.fit import ScenarioNames, Want
from millmark.region.suppliers.machines import DEMAND
from millmark.region.suppliers.tables import DemandRow, DemandVersionRow
from millmark.region.versioned import add_version, content_of, contents_of
from millmark.registry import Database, Enterprise


@dataclass(frozen=True, slots=True)
class Demand:
    """A demand as its latest version says."""

    id: int
    enterprise_id: int
    assessment_id: int | None
    state: str
    version: int
    content: DemandContent
    written_at_us: int

    def as_want(self) -> Want:
        """As matching sees it; what suppliers may not see still decides for the enterprise itself."""
        content = self.content
        return Want(
            scenarios={one.scenario: one.level for one in content.scenarios},
            industry=content.industry,
            budget_fen=content.budget_max_fen,
            area_code=content.area_code,
            text=f"{content.title}\n{content.text}",
        )


class DemandBook:
    """Keeps demands. Nothing of one is shown to suppliers before the enterprise has confirmed it."""

    def __init__(
        self,
        database: Database,
        scenarios: ScenarioNames,
        enterprise_of: Callable[[int], Enterprise],
        *,
        now_us: Callable[[], int],
    ) -> None:
        self._database = database
        self._scenarios = scenarios
        self._enterprise_of = enterprise_of
        self._now_us = now_us

    def write(
        self, enterprise_id: int, content: DemandContent, actor: Actor, *, assessment_id: int | None = None
    ) -> Demand:
        """A demand in the enterprise's own words, or with `assessment_id` one proposed from a gap of an assessment."""
        self._must_be_sound(enterprise_id, content)
        action = "write" if assessment_id is None else "propose"
        with self._database.transaction() as session:
            row = DemandRow(enterprise_id=enterprise_id, assessment_id=assessment_id, written_at_us=self._now_us())
            begin(session, DEMAND, row, action, actor, at_us=self._now_us())
            add_version(session, DemandVersionRow, row, content, actor, at_us=self._now_us())
            return _demand(row, content)

    def save(self, demand_id: int, content: DemandContent, actor: Actor, *, version: int | None = None) -> Demand:
        """A new version; of an open demand suppliers see it at once. Raises `StaleVersion`, `InvalidContent`."""
        with self._database.transaction() as session:
            row = locked_demand(session, demand_id)
            must_be_version(row, version, f"demand {demand_id}")
            self._must_be_sound(row.enterprise_id, content)
            if row.state == "open":
                _must_be_consented(content)
            advance(session, DEMAND, row, "save", actor, at_us=self._now_us(), corrected=True)
            add_version(session, DemandVersionRow, row, content, actor, at_us=self._now_us())
            return _demand(row, content)

    def act(
        self, demand_id: int, action: str, actor: Actor, *, reason: str | None = None, version: int | None = None
    ) -> Demand:
        """Publishes, withdraws or closes; publishing needs the consent to what is shown (`InvalidContent`)."""
        if action in ("write", "propose", "save", "agree", "reopen", "finish"):
            raise InvalidContent(f"action: {action!r} is taken on an answer or by its own form")
        with self._database.transaction() as session:
            row = locked_demand(session, demand_id)
            must_be_version(row, version, f"demand {demand_id}")
            content = content_of(session, DemandVersionRow, DemandContent, row)
            detail = {}
            if action == "publish":
                _must_be_consented(content)
                detail = {"shows": [one.value for one in content.shows]}
            advance(session, DEMAND, row, action, actor, at_us=self._now_us(), reason=reason, detail=detail)
            return _demand(row, content)

    def demand(self, demand_id: int) -> Demand:
        """Raises `SupplierNotFound`."""
        with self._database.reading() as session:
            row = session.get(DemandRow, demand_id)
            if row is None:
                raise SupplierNotFound(f"there is no demand {demand_id}")
            return _demand(row, content_of(session, DemandVersionRow, DemandContent, row))

    def demands(self, *, enterprise_id: int | None = None, states: Collection[str] | None = None) -> list[Demand]:
        """The latest first; of one enterprise, or of some states."""
        query = select(DemandRow).order_by(DemandRow.id.desc())
        if enterprise_id is not None:
            query = query.where(DemandRow.enterprise_id == enterprise_id)
        if states is not None:
            query = query.where(DemandRow.state.in_(states))
        with self._database.reading() as session:
            rows = session.scalars(query).all()
            contents = contents_of(session, DemandVersionRow, DemandContent, rows)
            return [_demand(row, contents[row.id]) for row in rows]

    def steps(self, demand_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.DEMAND, demand_id)

    def offers(self, demand: Demand, actor: Actor) -> list[Offer]:
        """What the actor may do; what is taken on an answer is offered there."""
        return DEMAND.offers(demand.state, actor, without=("agree", "reopen", "finish", "save"))

    def _must_be_sound(self, enterprise_id: int, content: DemandContent) -> None:
        for one in content.scenarios:
            if one.scenario not in self._scenarios.names:
                raise InvalidContent(f"scenarios: {one.scenario!r} is none of the 16 scenarios of the 2024 pack")
        enterprise = self._enterprise_of(enterprise_id)
        for field, text in (("title", content.title), ("text", content.text)):
            named = [name for name in (enterprise.name_zh, enterprise.name_en) if name and name in text]
            if named:
                raise InvalidContent(
                    f"{field}: names the enterprise ({named[0]}); suppliers read this before you agree to talk, "
                    "so leave the name out"
                )


def locked_demand(session: Session, demand_id: int) -> DemandRow:
    """The row, locked until the transaction ends; raises `SupplierNotFound`."""
    row = session.get(DemandRow, demand_id, with_for_update=True)
    if row is None:
        raise SupplierNotFound(f"there is no demand {demand_id}")
    return row


def _must_be_consented(content: DemandContent) -> None:
    if not content.consent:
        raise InvalidContent("consent: agree to what suppliers are shown before the demand is published")


def _demand(row: DemandRow, content: DemandContent) -> Demand:
    return Demand(row.id, row.enterprise_id, row.assessment_id, row.state, row.version, content, row.written_at_us)
