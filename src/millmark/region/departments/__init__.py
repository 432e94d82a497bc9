"""Departments: the other offices and operators that the bureau asks, for an opinion or for a production factor."""

from millmark.region.departments.book import Department, Departments
from millmark.region.departments.errors import DepartmentNotFound, InvalidDepartment

__all__ = ["Department", "DepartmentNotFound", "Departments", "InvalidDepartment"]
