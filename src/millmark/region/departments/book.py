"""The departments of the region, each with the id by which accounts, proposals and requests name it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from millmark.region.departments.errors import DepartmentNotFound, InvalidDepartment
from millmark.region.departments.tables import DepartmentRow
from millmark.registry import Database

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID = 64
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Department:
    id: str
    name_zh: str
    name_en: str


class Departments:
    """Keeps departments, on SQLite or PostgreSQL."""

    def __init__(self, database: Database, *, now_us: Callable[[], int]) -> None:
        self._database = database
        self._now_us = now_us

    def departments(self) -> list[Department]:
        """All of them, by id."""
        with self._database.reading() as session:
            return [_department(row) for row in session.scalars(select(DepartmentRow).order_by(DepartmentRow.id))]

    def department(self, department_id: str) -> Department:
        """Raises `DepartmentNotFound`."""
        with self._database.reading() as session:
            row = session.get(DepartmentRow, department_id)
        if row is None:
            raise DepartmentNotFound(f"there is no department {department_id!r}; look at the list of departments")
        return _department(row)

    def named(self, name_zh: str) -> Department | None:
        """The department by its Chinese name, or None."""
        with self._database.reading() as session:
            row = session.scalars(select(DepartmentRow).where(DepartmentRow.name_zh == name_zh)).one_or_none()
        return None if row is None else _department(row)

    def put(self, department: Department, *, recorded_by: str) -> Department:
        """Adds a department, or corrects the names of the one by this id; raises `InvalidDepartment`."""
        given = _checked(department)
        try:
            with self._database.transaction() as session:
                row = session.get(DepartmentRow, given.id)
                if row is None:
                    row = DepartmentRow(id=given.id, recorded_at_us=self._now_us(), recorded_by=recorded_by)
                    session.add(row)
                row.name_zh, row.name_en = given.name_zh, given.name_en
        except IntegrityError as error:
            raise InvalidDepartment(
                f"name_zh: another department is called {given.name_zh!r}; use that one, or choose another name"
            ) from error
        return given


def _checked(department: Department) -> Department:
    if not _ID.fullmatch(department.id) or len(department.id) > _LONGEST_ID:
        raise InvalidDepartment(f"id: {department.id!r} must be small letters, digits and hyphens, such as 'finance'")
    zh, en = department.name_zh.strip(), department.name_en.strip()
    for field, text in (("name_zh", zh), ("name_en", en)):
        if not text or len(text) > _LONGEST_NAME:
            raise InvalidDepartment(f"{field}: give a name of at most {_LONGEST_NAME} characters")
    return Department(department.id, zh, en)


def _department(row: DepartmentRow) -> Department:
    return Department(row.id, row.name_zh, row.name_en)
