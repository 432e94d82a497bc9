"""The supplier pool: application, examination, admission, and how somebody leaves it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from millmark.programmes.documents import UsedFiles
from millmark.programmes.life import Actor, ObjectKind, Offer, Step, advance, begin, must_be_version, steps_of
from millmark.region.suppliers.contents import SupplierProfile
from millmark.region.suppliers.errors import InvalidContent, SupplierConflict, SupplierNotFound
from millmark.region.suppliers.machines import SUPPLIER
from millmark.region.suppliers.rules import PoolRules
from millmark.region.suppliers.tables import SupplierRow, SupplierVersionRow
from millmark.region.versioned import add_version, content_of, contents_of
from millmark.registry import Database


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier as it stands; `version` is that of its profile."""

    id: int
    enterprise_id: int
    state: str
    version: int
    profile: SupplierProfile
    applied_at_us: int

    @property
    def is_listed(self) -> bool:
        """Whether it stands in the public list and may answer demands."""
        return self.state == "admitted"


class SupplierBook:
    """Keeps suppliers, one for each enterprise that is or would be one."""

    def __init__(self, database: Database, files: UsedFiles, rules: PoolRules, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._files = files
        self._now_us = now_us
        self.rules = rules

    def apply(self, enterprise_id: int, profile: SupplierProfile, actor: Actor) -> Supplier:
        """A first application; raises `InvalidContent`, `SupplierConflict` where there is one already."""
        self._must_be_complete(profile)
        try:
            with self._database.transaction() as session:
                row = SupplierRow(enterprise_id=enterprise_id, applied_at_us=self._now_us())
                begin(session, SUPPLIER, row, "apply", actor, at_us=self._now_us())
                self._keep(session, row, profile, actor)
                return _supplier(row, profile)
        except IntegrityError as error:
            raise SupplierConflict(
                f"enterprise {enterprise_id} is there already; go on with the application that it has"
            ) from error

    def revise(
        self, supplier_id: int, profile: SupplierProfile, actor: Actor, *, version: int | None = None
    ) -> Supplier:
        """A new version of the profile: of a returned or ended application it is submitted again, in the pool it holds
        at once. Raises `StaleVersion`, `IllegalStep`, `InvalidContent`."""
        self._must_be_complete(profile)
        with self._database.transaction() as session:
            row = _locked(session, supplier_id)
            must_be_version(row, version, f"supplier {supplier_id}")
            action = {"returned": "resubmit", "refused": "apply", "withdrawn": "apply"}.get(row.state, "revise")
            advance(session, SUPPLIER, row, action, actor, at_us=self._now_us(), corrected=True)
            if action == "apply":
                row.applied_at_us = self._now_us()
            self._keep(session, row, profile, actor)
            return _supplier(row, profile)

    def act(
        self, supplier_id: int, action: str, actor: Actor, *, reason: str | None = None, version: int | None = None
    ) -> Supplier:
        """A step that changes no profile, such as `admit`, `refuse`, `suspend` or `remove`."""
        if action in ("apply", "resubmit", "revise", "evaluate"):
            raise InvalidContent(f"action: {action!r} needs its own form")
        with self._database.transaction() as session:
            row = _locked(session, supplier_id)
            must_be_version(row, version, f"supplier {supplier_id}")
            advance(session, SUPPLIER, row, action, actor, at_us=self._now_us(), reason=reason)
            return _read(session, row)

    def supplier(self, supplier_id: int) -> Supplier:
        """Raises `SupplierNotFound`."""
        with self._database.reading() as session:
            row = session.get(SupplierRow, supplier_id)
            if row is None:
                raise SupplierNotFound(f"there is no supplier {supplier_id}")
            return _read(session, row)

    def of_enterprise(self, enterprise_id: int) -> Supplier | None:
        """The supplier that an enterprise is, in whatever state."""
        with self._database.reading() as session:
            row = session.scalars(select(SupplierRow).where(SupplierRow.enterprise_id == enterprise_id)).one_or_none()
            return None if row is None else _read(session, row)

    def suppliers(self, states: Collection[str] | None = None) -> list[Supplier]:
        """In the order of application; of some states only, if named."""
        query = select(SupplierRow).order_by(SupplierRow.id)
        if states is not None:
            query = query.where(SupplierRow.state.in_(states))
        with self._database.reading() as session:
            rows = session.scalars(query).all()
            profiles = contents_of(session, SupplierVersionRow, SupplierProfile, rows)
            return [_supplier(row, profiles[row.id]) for row in rows]

    def listed(self) -> list[Supplier]:
        """Those of the public list."""
        return self.suppliers(["admitted"])

    def steps(self, supplier_id: int) -> list[Step]:
        with self._database.reading() as session:
            return steps_of(session, ObjectKind.SUPPLIER, supplier_id)

    def offers(self, supplier: Supplier | None, actor: Actor) -> list[Offer]:
        """What the actor may do with a supplier, or, with None, whether they may apply."""
        return SUPPLIER.offers(None if supplier is None else supplier.state, actor)

    def _must_be_complete(self, profile: SupplierProfile) -> None:
        if not profile.pledge:
            raise InvalidContent("pledge: the promise that everything said is true must be given")
        known = {one.id for one in self.rules.documents}
        if unknown := sorted(set(profile.documents) - known):
            raise InvalidContent(f"documents.{unknown[0]}: no such paper; the pool asks for {', '.join(sorted(known))}")
        missing = [one.name_zh for one in self.rules.documents if one.required and not profile.documents.get(one.id)]
        if missing:
            raise InvalidContent(f"documents: attach {', '.join(missing)}")

    def _keep(self, session: Session, row: SupplierRow, profile: SupplierProfile, actor: Actor) -> None:
        use_files(session, self._files, profile.file_ids, ObjectKind.SUPPLIER, row.id, row.enterprise_id, actor)
        add_version(session, SupplierVersionRow, row, profile, actor, at_us=self._now_us())


def use_files(
    session: Session,
    files: UsedFiles,
    file_ids: Iterable[str],
    kind: ObjectKind,
    object_id: int,
    enterprise_id: int,
    actor: Actor,
) -> None:
    """Notes that an object refers to files of its own enterprise; raises `UnknownFile` for any other."""
    for file_id in dict.fromkeys(file_ids):
        files.use_within(
            session,
            file_id,
            object_kind=kind,
            object_id=object_id,
            owner_enterprise_id=enterprise_id,
            actor=actor.name,
        )


def _locked(session: Session, supplier_id: int) -> SupplierRow:
    row = session.get(SupplierRow, supplier_id, with_for_update=True)
    if row is None:
        raise SupplierNotFound(f"there is no supplier {supplier_id}")
    return row


def _read(session: Session, row: SupplierRow) -> Supplier:
    return _supplier(row, content_of(session, SupplierVersionRow, SupplierProfile, row))


def _supplier(row: SupplierRow, profile: SupplierProfile) -> Supplier:
    return Supplier(row.id, row.enterprise_id, row.state, row.version, profile, row.applied_at_us)
