"""Subscriptions, the outbox, and deliveries on their way: all in the database, so that a kill loses nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from millmark.model.period import SECOND_US, utc_datetime
from millmark.programmes.documents.tables import WebhookDeliveryRow, WebhookOutboxRow, WebhookSubscriptionRow
from millmark.programmes.life import ObjectKind
from millmark.programmes.life.tables import StepRow
from millmark.programmes.webhooks.addresses import checked_target
from millmark.programmes.webhooks.errors import InvalidSubscription, UnknownSubscription
from millmark.programmes.webhooks.signing import SecretBox, new_secret
from millmark.registry import Database
from millmark.registry.inserting import insert_missing

RETRY_AFTER_S = (5, 30, 120, 600, 1_800, 7_200, 21_600, 43_200, 86_400)
"""How long after each failure the next attempt comes: ten attempts over about two days, then it is left as dead."""

_STEPS_AT_ONCE = 500
_SETTLED_AFTER_US = timedelta(minutes=15) // timedelta(microseconds=1)
_LONGEST_ERROR = 500


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who is told of steps of `object_kinds` (all, if empty). The secret is told once, when it is made."""

    id: int
    name: str
    url: str
    object_kinds: tuple[str, ...]
    is_active: bool
    is_readable: bool
    created_at_us: int
    created_by: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One step on its way to one subscription."""

    id: int
    subscription_id: int
    step_id: int
    object_kind: str
    object_id: int
    state: DeliveryState
    attempts: int
    next_at_us: int
    last_status: int | None
    last_error: str | None
    created_at_us: int
    delivered_at_us: int | None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a delivery sends now. `message_id` is the same at every attempt."""

    delivery_id: int
    subscription_id: int
    message_id: str
    url: str
    secret: str | None
    body: bytes
    attempts: int


class WebhookBook:
    """The room's book of webhooks, on SQLite or PostgreSQL."""

    def __init__(
        self, database: Database, secrets: SecretBox, *, now_us: Callable[[], int], allow_private: bool
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._now_us = now_us
        self._allow_private = allow_private
        self._settled_id = 0

    @property
    def allow_private(self) -> bool:
        return self._allow_private

    def subscribe(
        self, *, name: str, url: str, object_kinds: Sequence[str], created_by: str
    ) -> tuple[Subscription, str]:
        """Keeps a subscription; returns it with its secret, which is never told again. Steps before it are not sent.
        Raises `InvalidSubscription`, `ForbiddenAddress`."""
        name = name.strip()
        if not name:
            raise InvalidSubscription("name: say who is told")
        if unknown := sorted(set(object_kinds) - {kind.value for kind in ObjectKind}):
            known = ", ".join(kind.value for kind in ObjectKind)
            raise InvalidSubscription(f"object_kinds: {', '.join(unknown)} is not known; known are {known}")
        checked_target(url, allow_private=self._allow_private)
        self.take_steps()
        secret = new_secret()
        row = WebhookSubscriptionRow(
            name=name,
            url=url,
            object_kinds=sorted(set(object_kinds)),
            secret=self._secrets.close(secret, name),
            is_active=True,
            created_at_us=self._now_us(),
            created_by=created_by,
        )
        try:
            with self._database.transaction() as session:
                session.add(row)
        except IntegrityError as error:
            raise InvalidSubscription(f"name: there is a subscription {name!r} already; choose another name") from error
        return self._subscription(row), secret

    def set_active(self, subscription_id: int, *, is_active: bool) -> Subscription:
        """An inactive subscription gets no new steps; what waits for it waits on. Steps up to this moment are those of
        the state that ends."""
        self.take_steps()
        with self._database.transaction() as session:
            row = _subscription_row(session, subscription_id)
            row.is_active = is_active
        return self._subscription(row)

    def renew_secret(self, subscription_id: int) -> str:
        """A new secret, told once; the old one signs nothing any more."""
        secret = new_secret()
        with self._database.transaction() as session:
            row = _subscription_row(session, subscription_id)
            row.secret = self._secrets.close(secret, row.name)
        return secret

    def subscriptions(self) -> list[Subscription]:
        query = select(WebhookSubscriptionRow).order_by(WebhookSubscriptionRow.id)
        with self._database.reading() as session:
            return [self._subscription(row) for row in session.scalars(query)]

    def counts(self, subscription_id: int) -> dict[DeliveryState, int]:
        """How many deliveries of a subscription are in which state."""
        query = (
            select(WebhookDeliveryRow.state, func.count())
            .where(WebhookDeliveryRow.subscription_id == subscription_id)
            .group_by(WebhookDeliveryRow.state)
        )
        with self._database.reading() as session:
            return {DeliveryState(state): count for state, count in session.execute(query)}

    def deliveries(
        self, subscription_id: int, *, state: DeliveryState | None = None, limit: int = 100, before: int | None = None
    ) -> list[Delivery]:
        """The latest first; `before` is a delivery's id, to page on from."""
        query = select(WebhookDeliveryRow).where(WebhookDeliveryRow.subscription_id == subscription_id)
        if state is not None:
            query = query.where(WebhookDeliveryRow.state == state)
        if before is not None:
            query = query.where(WebhookDeliveryRow.id < before)
        with self._database.reading() as session:
            _subscription_row(session, subscription_id)
            return [
                _delivery(row) for row in session.scalars(query.order_by(WebhookDeliveryRow.id.desc()).limit(limit))
            ]

    def replay(self, subscription_id: int, delivery_ids: Sequence[int] | None = None) -> int:
        """Sends dead deliveries again, from the first attempt on; all of them, or those named. Returns how many."""
        query = update(WebhookDeliveryRow).where(
            WebhookDeliveryRow.subscription_id == subscription_id, WebhookDeliveryRow.state == DeliveryState.DEAD
        )
        if delivery_ids is not None:
            query = query.where(WebhookDeliveryRow.id.in_(delivery_ids))
        with self._database.transaction() as session:
            _subscription_row(session, subscription_id)
            done = session.execute(
                query.values(state=DeliveryState.WAITING, attempts=0, next_at_us=self._now_us()).returning(
                    WebhookDeliveryRow.id
                )
            )
            return len(done.all())

    def take_steps(self) -> int:
        """Hands committed steps to every subscription there is; returns how many steps were new.

        Ids of steps are given before their transactions commit, so a step may appear behind others; whatever was not
        taken yet is looked for, back to where all is settled.
        """
        now = self._now_us()
        with self._database.reading() as session:
            anything_new = session.scalars(self._new_steps().limit(1)).first() is not None
            settled = session.scalar(select(func.max(StepRow.id)).where(StepRow.at_us < now - _SETTLED_AFTER_US))
        taken = self._take_new(now) if anything_new else 0
        self._settled_id = max(self._settled_id, settled or 0)
        return taken

    def due(self, limit: int) -> list[Outgoing]:
        """What may be sent now: of each object and subscription the earliest step that waits, and no other."""
        earlier = aliased(WebhookDeliveryRow)
        query = (
            select(WebhookDeliveryRow, WebhookSubscriptionRow)
            .join(WebhookSubscriptionRow, WebhookSubscriptionRow.id == WebhookDeliveryRow.subscription_id)
            .where(
                WebhookDeliveryRow.state == DeliveryState.WAITING,
                WebhookDeliveryRow.next_at_us <= self._now_us(),
                WebhookSubscriptionRow.is_active,
                ~exists().where(
                    earlier.subscription_id == WebhookDeliveryRow.subscription_id,
                    earlier.object_kind == WebhookDeliveryRow.object_kind,
                    earlier.object_id == WebhookDeliveryRow.object_id,
                    earlier.step_id < WebhookDeliveryRow.step_id,
                    earlier.state == DeliveryState.WAITING,
                ),
            )
            .order_by(WebhookDeliveryRow.next_at_us, WebhookDeliveryRow.step_id)
            .limit(limit)
        )
        with self._database.reading() as session:
            return [
                Outgoing(
                    delivery_id=row.id,
                    subscription_id=subscription.id,
                    message_id=f"step-{row.step_id}",
                    url=subscription.url,
                    secret=self._secrets.open(subscription.secret, subscription.name),
                    body=row.body.encode(),
                    attempts=row.attempts,
                )
                for row, subscription in session.execute(query)
            ]

    def delivered(self, delivery_id: int, status: int) -> None:
        now = self._now_us()
        self._note(delivery_id, state=DeliveryState.DELIVERED, last_status=status, last_error=None, delivered_at_us=now)

    def failed(self, outgoing: Outgoing, status: int | None, error: str) -> None:
        """Waits for the next attempt, or is dead after the last."""
        is_last = outgoing.attempts >= len(RETRY_AFTER_S)
        wait_s = 0 if is_last else RETRY_AFTER_S[outgoing.attempts]
        self._note(
            outgoing.delivery_id,
            state=DeliveryState.DEAD if is_last else DeliveryState.WAITING,
            last_status=status,
            last_error=error[:_LONGEST_ERROR],
            next_at_us=self._now_us() + wait_s * SECOND_US,
        )

    def _take_new(self, now: int) -> int:
        taken = 0
        with self._database.transaction() as session:
            # One taker at a time; SQLite has one writer anyway.
            session.execute(select(WebhookSubscriptionRow.id).order_by(WebhookSubscriptionRow.id).with_for_update())
            subscriptions = session.scalars(
                select(WebhookSubscriptionRow).where(WebhookSubscriptionRow.is_active)
            ).all()
            while steps := session.scalars(self._new_steps()).all():
                insert_missing(session, WebhookOutboxRow, [{"step_id": step.id, "taken_at_us": now} for step in steps])
                insert_missing(session, WebhookDeliveryRow, _deliveries_of(steps, subscriptions, now))
                taken += len(steps)
        return taken

    def _note(self, delivery_id: int, **values: Any) -> None:
        with self._database.transaction() as session:
            session.execute(
                update(WebhookDeliveryRow)
                .where(WebhookDeliveryRow.id == delivery_id)
                .values(attempts=WebhookDeliveryRow.attempts + 1, **values)
            )

    def _new_steps(self) -> Any:
        taken = exists().where(WebhookOutboxRow.step_id == StepRow.id)
        return select(StepRow).where(StepRow.id > self._settled_id, ~taken).order_by(StepRow.id).limit(_STEPS_AT_ONCE)

    def _subscription(self, row: WebhookSubscriptionRow) -> Subscription:
        return Subscription(
            id=row.id,
            name=row.name,
            url=row.url,
            object_kinds=tuple(row.object_kinds),
            is_active=row.is_active,
            is_readable=self._secrets.open(row.secret, row.name) is not None,
            created_at_us=row.created_at_us,
            created_by=row.created_by,
        )


def body_of(step: StepRow) -> str:
    """What is sent of a step: what changed, never why; reasons and details may speak of people and stay here."""
    at = utc_datetime(step.at_us).isoformat().replace("+00:00", "Z")
    event = {
        "type": f"{step.object_kind}.{step.action}",
        "timestamp": at,
        "data": {
            "step_id": step.id,
            "object_kind": step.object_kind,
            "object_id": step.object_id,
            "version": step.version,
            "state_from": step.state_from,
            "state_to": step.state_to,
            "action": step.action,
            "role": step.role,
        },
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def _deliveries_of(
    steps: Sequence[StepRow], subscriptions: Sequence[WebhookSubscriptionRow], now: int
) -> list[dict[str, Any]]:
    return [
        {
            "subscription_id": subscription.id,
            "step_id": step.id,
            "object_kind": step.object_kind,
            "object_id": step.object_id,
            "body": body_of(step),
            "state": DeliveryState.WAITING,
            "attempts": 0,
            "next_at_us": now,
            "created_at_us": now,
        }
        for step in steps
        for subscription in subscriptions
        if not subscription.object_kinds or step.object_kind in subscription.object_kinds
    ]


def _subscription_row(session: Session, subscription_id: int) -> WebhookSubscriptionRow:
    row = session.get(WebhookSubscriptionRow, subscription_id)
    if row is None:
        raise UnknownSubscription(f"there is no subscription {subscription_id}")
    return row


def _delivery(row: WebhookDeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        subscription_id=row.subscription_id,
        step_id=row.step_id,
        object_kind=row.object_kind,
        object_id=row.object_id,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        next_at_us=row.next_at_us,
        last_status=row.last_status,
        last_error=row.last_error,
        created_at_us=row.created_at_us,
        delivered_at_us=row.delivered_at_us,
    )
