"""Departments."""

from __future__ import annotations

from pydantic import Field

from millmark.web.shapes.shape import Shape


class DepartmentView(Shape):
    """Another office or an operator that the bureau asks; `id` is how accounts and proposals name it."""

    id: str
    name_zh: str
    name_en: str


class DepartmentList(Shape):
    departments: list[DepartmentView]


class DepartmentNames(Shape):
    name_zh: str = Field(min_length=1, max_length=100)
    name_en: str = Field(min_length=1, max_length=100)
