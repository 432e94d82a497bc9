"""Webhooks as the API shows them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from millmark.programmes.webhooks import DeliveryState
from millmark.web.shapes.shape import Id, Shape, TimeUs


class NewSubscription(Shape):
    """Who is told, and of steps of which kinds of objects; of all, if none is named."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    object_kinds: Annotated[list[str], Field(max_length=50)] = Field(default_factory=list)


class SubscriptionChange(Shape):
    is_active: bool


class SubscriptionView(Shape):
    """`is_readable` is false when the secret was closed by another platform's key: give it a new one."""

    id: Id
    name: str
    url: str
    object_kinds: list[str]
    is_active: bool
    is_readable: bool
    created_at_us: TimeUs
    created_by: str
    waiting: int
    delivered: int
    dead: int


class SubscriptionList(Shape):
    subscriptions: list[SubscriptionView]


class SecretView(Shape):
    """The secret, told this once; receivers check signatures with it (Standard Webhooks)."""

    subscription_id: Id
    secret: str


class DeliveryView(Shape):
    id: Id
    step_id: int
    object_kind: str
    object_id: int
    state: DeliveryState
    attempts: int
    next_at_us: TimeUs
    last_status: int | None
    last_error: str | None
    created_at_us: TimeUs
    delivered_at_us: TimeUs | None


class DeliveryList(Shape):
    deliveries: list[DeliveryView]


class Replay(Shape):
    """Which dead deliveries are sent again; all of the subscription, if none is named."""

    delivery_ids: Annotated[list[Id], Field(max_length=1_000)] | None = None


class Replayed(Shape):
    replayed: int
