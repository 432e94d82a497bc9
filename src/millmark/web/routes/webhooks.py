"""Webhooks: who is told of each step of a programme's objects, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request, status

from millmark.programmes.webhooks import DeliveryState
from millmark.web.access import Permission, Principal, requires
from millmark.web.audit import audit_result
from millmark.web.services import Platform, Services
from millmark.web.shapes.shape import Id
from millmark.web.shapes.webhooks import (
    DeliveryList,
    DeliveryView,
    NewSubscription,
    Replay,
    Replayed,
    SecretView,
    SubscriptionChange,
    SubscriptionList,
    SubscriptionView,
)

if TYPE_CHECKING:
    from millmark.programmes.webhooks import Delivery, Subscription

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@router.get("")
def webhooks(
    _who: Annotated[Principal, Depends(requires(Permission.MANAGE_WEBHOOKS))], platform: Platform
) -> SubscriptionList:
    """Every subscription, with how many deliveries wait, arrived or are dead."""
    return SubscriptionList(subscriptions=[_view(platform, one) for one in platform.webhooks.subscriptions()])


@router.post("", status_code=status.HTTP_201_CREATED)
def subscribe_webhook(
    who: Annotated[Principal, Depends(requires(Permission.MANAGE_WEBHOOKS, action="webhooks.subscribe"))],
    form: NewSubscription,
    request: Request,
    platform: Platform,
) -> SecretView:
    """Tells an address of every step from now on; the answer has the secret, which is never told again."""
    kept, secret = platform.webhooks.subscribe(
        name=form.name, url=form.url, object_kinds=form.object_kinds, created_by=who.name
    )
    # The query of an address is often a password of the receiver's; the log has more readers than this list.
    audit_result(request, f"webhook:{kept.id} {kept.url.partition('?')[0]}")
    return SecretView(subscription_id=kept.id, secret=secret)


@router.patch("/{subscription_id}")
def change_webhook(
    _who: Annotated[Principal, Depends(requires(Permission.MANAGE_WEBHOOKS, action="webhooks.change"))],
    subscription_id: Id,
    form: SubscriptionChange,
    request: Request,
    platform: Platform,
) -> SubscriptionView:
    """Ends a subscription, or takes it up again; what waits for it meanwhile waits on."""
    kept = platform.webhooks.set_active(subscription_id, is_active=form.is_active)
    audit_result(request, f"webhook:{kept.id} active:{kept.is_active}")
    return _view(platform, kept)


@router.post("/{subscription_id}/secret")
def renew_webhook_secret(
    _who: Annotated[Principal, Depends(requires(Permission.MANAGE_WEBHOOKS, action="webhooks.secret"))],
    subscription_id: Id,
    request: Request,
    platform: Platform,
) -> SecretView:
    """Gives a subscription a new secret; the old one signs nothing any more."""
    secret = platform.webhooks.renew_secret(subscription_id)
    audit_result(request, f"webhook:{subscription_id}")
    return SecretView(subscription_id=subscription_id, secret=secret)


@router.get("/{subscription_id}/deliveries")
def webhook_deliveries(
    _who: Annotated[Principal, Depends(requires(Permission.MANAGE_WEBHOOKS))],
    subscription_id: Id,
    platform: Platform,
    state: DeliveryState | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    before: Id | None = None,
) -> DeliveryList:
    """What was sent, what waits and what is dead, the latest first, with the receiver's last answer."""
    found = platform.webhooks.deliveries(subscription_id, state=state, limit=limit, before=before)
    return DeliveryList(deliveries=[_delivery(one) for one in found])


@router.post("/{subscription_id}/replay")
def replay_webhook(
    _who: Annotated[Principal, Depends(requires(Permission.MANAGE_WEBHOOKS, action="webhooks.replay"))],
    subscription_id: Id,
    form: Replay,
    request: Request,
    platform: Platform,
) -> Replayed:
    """Sends dead deliveries again, under the same ids as before."""
    count = platform.webhooks.replay(subscription_id, form.delivery_ids)
    audit_result(request, f"webhook:{subscription_id} replayed:{count}")
    return Replayed(replayed=count)


def _view(platform: Services, kept: Subscription) -> SubscriptionView:
    counts = platform.webhooks.counts(kept.id)
    return SubscriptionView(
        id=kept.id,
        name=kept.name,
        url=kept.url,
        object_kinds=list(kept.object_kinds),
        is_active=kept.is_active,
        is_readable=kept.is_readable,
        created_at_us=kept.created_at_us,
        created_by=kept.created_by,
        waiting=counts.get(DeliveryState.WAITING, 0),
        delivered=counts.get(DeliveryState.DELIVERED, 0),
        dead=counts.get(DeliveryState.DEAD, 0),
    )


def _delivery(one: Delivery) -> DeliveryView:
    return DeliveryView(
        id=one.id,
        step_id=one.step_id,
        object_kind=one.object_kind,
        object_id=one.object_id,
        state=one.state,
        attempts=one.attempts,
        next_at_us=one.next_at_us,
        last_status=one.last_status,
        last_error=one.last_error,
        created_at_us=one.created_at_us,
        delivered_at_us=one.delivered_at_us,
    )
