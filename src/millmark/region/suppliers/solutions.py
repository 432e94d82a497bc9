"""Solutions: what a supplier offers, kept by itself version by version, shown while it is in the pool."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from millmark.programmes.documents import UsedFiles
from millmark.programmes.life import Actor, ObjectKind, Offer, Step, advance, begin, must_be_version, steps_of
from millmark.region.suppliers.contents import SolutionContent
from millmark.region.suppliers.errors import InvalidContent, SupplierConflict, SupplierNotFound
from millmark.region.suppliers.fit import Offer as MatchOffer
from millmark.region.suppliers.fit import ScenarioNames
from millmark.region.suppliers.machines import SOLUTION
from millmark.region.suppliers.pool import use_files
from millmark.region.suppliers.tables import SolutionRow, SolutionVersionRow, SupplierRow
from millmark.region.versioned import add_version, content_of, contents_of
from millmark.registry import Database


@dataclass(frozen=True, slots=True)
class Solution:
    """A solution as its latest version says; `is_shown` to everybody while it is published and its supplier in."""

    id: int
    supplier_id: int
    enterprise_id: int
    state: str
    version: int
    content: SolutionContent
    is_shown: bool

    def as_offer(self) -> MatchOffer:
        """As matching sees it."""
        content = self.content
        told = (content.title_zh, content.title_en, content.summary_zh, content.summary_en, content.text_zh)
        return MatchOffer(
            id=self.id,
            scenarios={one.scenario: one.level for one in content.scenarios},
            industries=content.industries,
            price_min_fen=content.price_min_fen,
            price_max_fen=content.price_max_fen,
            areas=content.areas,
            text="\n".join(part for part in told if part),
        )


class SolutionBook:
    """Keeps solutions."""

    def __init__(
        self, database: Database, files: UsedFiles, scenarios: ScenarioNames, *, now_us: Callable[[], int]
    ) -> None:
        self._database = database
        self._files = files
        self._scenarios = scenarios
        self._now_us = now_us

    def draft(self, supplier_id: int, content: SolutionContent, actor: Actor) -> Solution:
        """A new solution of a supplier, not shown yet; raises `InvalidContent`, `SupplierNotFound`."""
        self._must_be_known(content)
        with self._database.transaction() as session:
            supplier = _supplier(session, supplier_id)
            row = SolutionRow(supplier_id=supplier_id)
            begin(session, SOLUTION, row, "draft", actor, at_us=self._now_us())
            return self._keep(session, row, supplier, content, actor)

    def save(self, solution_id: int, content: SolutionContent, actor: Actor, *, version: int | None = None) -> Solution:
        """A new version; one that is published is shown at once. Raises `StaleVersion`, `InvalidContent`."""
        self._must_be_known(content)
        with self._database.transaction() as session:
            row = _locked(session, solution_id)
            must_be_version(row, version, f"solution {solution_id}")
            advance(session, SOLUTION, row, "save", actor, at_us=self._now_us(), corrected=True)
            return self._keep(session, row, _supplier(session, row.supplier_id), content, actor)

    def act(self, solution_id: int, action: str, actor: Actor, *, reason: str | None = None) -> Solution:
        """Publishes, takes down, blocks or unblocks; only a supplier in the pool publishes (`SupplierConflict`)."""
        if action in ("draft", "save"):
            raise InvalidContent(f"action: {action!r} needs its own form")
        with self._database.transaction() as session:
            row = _locked(session, solution_id)
            supplier = _supplier(session, row.supplier_id)
            if action == "publish" and supplier.state != "admitted":
                raise SupplierConflict("a solution is published once its supplier is admitted to the pool")
            advance(session, SOLUTION, row, action, actor, at_us=self._now_us(), reason=reason)
            return _solution(row, supplier, content_of(session, SolutionVersionRow, SolutionContent, row))

    def solution(self, solution_id: int) -> Solution:
        """Raises `SupplierNotFound`."""
        with self._database.reading() as session:
            row = session.get(SolutionRow, solution_id)
            if row is None:
                raise SupplierNotFound(f"there is no solution {solution_id}")
            content = content_of(session, SolutionVersionRow, SolutionContent, row)
            return _solution(row, _supplier(session, row.supplier_id), content)

    def solutions(
        self,
        *,
        supplier_id: int | None = None,
        ids: Collection[int] | None = None,
        shown_only: bool = False,
    ) -> list[Solution]:
        """In the order drafted; of one supplier, of some ids, or only those that everybody sees."""
        query = select(SolutionRow, SupplierRow).join(SupplierRow, SupplierRow.id == SolutionRow.supplier_id)
        if supplier_id is not None:
            query = query.where(SolutionRow.supplier_id == supplier_id)
        if ids is not None:
            query = query.where(SolutionRow.id.in_(ids))
        if shown_only:
            query = query.where(SolutionRow.state == "published", SupplierRow.state == "admitted")
        with self._database.reading() as session:
            found = [(row, supplier) for row, supplier in session.execute(query.order_by(SolutionRow.id))]
            contents = contents_of(session, SolutionVersionRow, SolutionContent, [row for row, _ in found])
            return [_solution(row, supplier, contents[row.id]) for row, supplier in found]

    def standing_marks(self) -> tuple[tuple[int, int], ...]:
        """Id and version of every shown solution: tells whether an index of them still holds."""
        query = select(SolutionRow.id, SolutionRow.version).join(SupplierRow, SupplierRow.id == SolutionRow.supplier_id)
        query = query.where(SolutionRow.state == "published", SupplierRow.state == "admitted")
        with self._database.reading() as session:
            return tuple((key, version) for key, version in session.execute(query.order_by(SolutionRow.id)))

    def steps(self, solution_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.SOLUTION, solution_id)

    def offers(self, solution: Solution, actor: Actor) -> list[Offer]:
        return SOLUTION.offers(solution.state, actor)

    def _must_be_known(self, content: SolutionContent) -> None:
        for one in content.scenarios:
            if one.scenario not in self._scenarios.names:
                raise InvalidContent(f"scenarios: {one.scenario!r} is none of the 16 scenarios of the 2024 pack")

    def _keep(
        self, session: Session, row: SolutionRow, supplier: SupplierRow, content: SolutionContent, actor: Actor
    ) -> Solution:
        use_files(session, self._files, content.file_ids, ObjectKind.SOLUTION, row.id, supplier.enterprise_id, actor)
        add_version(session, SolutionVersionRow, row, content, actor, at_us=self._now_us())
        return _solution(row, supplier, content)


def _locked(session: Session, solution_id: int) -> SolutionRow:
    row = session.get(SolutionRow, solution_id, with_for_update=True)
    if row is None:
        raise SupplierNotFound(f"there is no solution {solution_id}")
    return row


def _supplier(session: Session, supplier_id: int) -> SupplierRow:
    supplier = session.get(SupplierRow, supplier_id)
    if supplier is None:
        raise SupplierNotFound(f"there is no supplier {supplier_id}")
    return supplier


def _solution(row: SolutionRow, supplier: SupplierRow, content: SolutionContent) -> Solution:
    return Solution(
        id=row.id,
        supplier_id=row.supplier_id,
        enterprise_id=supplier.enterprise_id,
        state=row.state,
        version=row.version,
        content=content,
        is_shown=row.state == "published" and supplier.state == "admitted",
    )
