"""Readings from a broker that is not the platform's own."""

from millmark.intake.broker.settings import BrokerSettings, BrokerTls
from millmark.intake.broker.subscriber import BrokerStatus, BrokerSubscriber

__all__ = ["BrokerSettings", "BrokerStatus", "BrokerSubscriber", "BrokerTls"]
