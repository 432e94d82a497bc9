"""Shapes of the protocol that its Python package does not have: applications, forms, searches over them.

Source: the TypeSpec library @common-grants/core, models `ApplicationBase`, `Form`, `FormResponseBase`, `AppFilters`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from common_grants_sdk.schemas.pydantic.base import CommonGrantsBaseModel
from common_grants_sdk.schemas.pydantic.fields import CustomField
from common_grants_sdk.schemas.pydantic.filters.date import DateRangeFilter
from common_grants_sdk.schemas.pydantic.filters.string import StringArrayFilter
from common_grants_sdk.schemas.pydantic.pagination import PaginatedBodyParams
from common_grants_sdk.schemas.pydantic.sorting import SortOrder
from pydantic import Field


class AppStatusOptions(StrEnum):
    IN_PROGRESS = "inProgress"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CUSTOM = "custom"


class AppStatus(CommonGrantsBaseModel):
    value: AppStatusOptions
    custom_value: str | None = None
    description: str | None = None


class FormResponseStatus(CommonGrantsBaseModel):
    value: str
    description: str | None = None


class AppFormResponse(CommonGrantsBaseModel):
    """What an application answers to its call's form."""

    id: UUID
    application_id: UUID
    form_id: UUID
    response: dict[str, Any]
    status: FormResponseStatus
    created_at: datetime
    last_modified_at: datetime


class ApplicationBase(CommonGrantsBaseModel):
    """`title` is the name in version 0.4 of the protocol, `name` before it; both are given. Each call is one
    competition."""

    id: UUID
    title: str
    name: str
    competition_id: UUID
    opportunity_id: UUID
    form_responses: dict[str, AppFormResponse]
    status: AppStatus
    submitted_at: datetime | None = None
    validation_errors: list[Any] = Field(default_factory=list)
    custom_fields: dict[str, CustomField] = Field(default_factory=dict)
    created_at: datetime
    last_modified_at: datetime


class Form(CommonGrantsBaseModel):
    """A call's form: JSON Schema of the facts that it asks."""

    id: UUID
    name: str
    description: str | None = None
    json_schema: dict[str, Any]


class AppSortBy(StrEnum):
    LAST_MODIFIED_AT = "lastModifiedAt"
    CREATED_AT = "createdAt"
    SUBMITTED_AT = "submittedAt"
    STATUS = "status.value"
    OPPORTUNITY_ID = "opportunityId"
    COMPETITION_ID = "competitionId"


class AppSorting(CommonGrantsBaseModel):
    sort_by: AppSortBy = AppSortBy.LAST_MODIFIED_AT
    sort_order: SortOrder = SortOrder.DESC


class AppFilters(CommonGrantsBaseModel):
    opportunity_id: StringArrayFilter | None = None
    competition_id: StringArrayFilter | None = None
    status: StringArrayFilter | None = None
    submitted_at_range: DateRangeFilter | None = None
    custom_filters: dict[str, Any] | None = None


class AppSearchRequest(CommonGrantsBaseModel):
    """The body of a search; everything may be left out."""

    filters: AppFilters = Field(default_factory=AppFilters)
    sorting: AppSorting = Field(default_factory=AppSorting)
    pagination: PaginatedBodyParams = Field(default_factory=PaginatedBodyParams)
