"""A webhook for every step of a programme's objects: at least once, in order for each object, signed."""

from millmark.programmes.webhooks.book import Delivery, DeliveryState, Subscription, WebhookBook
from millmark.programmes.webhooks.errors import ForbiddenAddress, InvalidSubscription, UnknownSubscription
from millmark.programmes.webhooks.sending import WebhookSender
from millmark.programmes.webhooks.signing import SecretBox

__all__ = [
    "Delivery",
    "DeliveryState",
    "ForbiddenAddress",
    "InvalidSubscription",
    "SecretBox",
    "Subscription",
    "UnknownSubscription",
    "WebhookBook",
    "WebhookSender",
]
