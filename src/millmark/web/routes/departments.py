"""The departments that proposals and requests are assigned to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from millmark.region.departments import Department
from millmark.web.access import Permission, Principal, requires
from millmark.web.services import Platform
from millmark.web.shapes.departments import DepartmentList, DepartmentNames, DepartmentView

router = APIRouter(prefix="/departments", tags=["departments"])


@router.get("")
def departments(
    _who: Annotated[Principal, Depends(requires(Permission.READ_CITY))], platform: Platform
) -> DepartmentList:
    """Every department, by id."""
    return DepartmentList(departments=[_view(one) for one in platform.bureau.departments.departments()])


@router.put("/{department}")
def put_department(
    who: Annotated[Principal, Depends(requires(Permission.MANAGE_ACCOUNTS, action="departments.put"))],
    department: Annotated[str, Path(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)],
    form: DepartmentNames,
    platform: Platform,
) -> DepartmentView:
    """Adds a department, or corrects the names of the one by this id."""
    given = Department(department, form.name_zh, form.name_en)
    return _view(platform.bureau.departments.put(given, recorded_by=who.name))


def _view(department: Department) -> DepartmentView:
    return DepartmentView(id=department.id, name_zh=department.name_zh, name_en=department.name_en)
