"""The door: what machines bring is gathered, written in blocks, and acknowledged when it is durable."""

from millmark.intake.commanding import (
    CommandDesk,
    CommandOutcome,
    CommandRefused,
    Delivery,
    NotReachable,
    NotWritable,
    PresentValue,
    UnfitValue,
)
from millmark.intake.contribution import QuarantineReason, SubmitReceipt
from millmark.intake.errors import IntakeError, IntakeStopped, NotCommitted
from millmark.intake.gateway_counters import GatewayCounters
from millmark.intake.intake import Intake
from millmark.intake.line_protocol import LineProtocolDoor, WriteReceipt
from millmark.intake.live import LiveSubscription, LiveUpdate
from millmark.intake.mqtt.listener import MqttListener
from millmark.intake.mqtt.peers import AccountScope
from millmark.intake.replay import QuarantineReplay, ReplaySummary
from millmark.intake.settings import IntakeSettings, LineProtocolSettings, MqttLimits
from millmark.intake.sign_in import GatewaySignIn
from millmark.intake.stats import IntakeCounters, IntakeStats, plain_counts

__all__ = [
    "AccountScope",
    "CommandDesk",
    "CommandOutcome",
    "CommandRefused",
    "Delivery",
    "GatewayCounters",
    "GatewaySignIn",
    "Intake",
    "IntakeCounters",
    "IntakeError",
    "IntakeSettings",
    "IntakeStats",
    "IntakeStopped",
    "LineProtocolDoor",
    "LineProtocolSettings",
    "LiveSubscription",
    "LiveUpdate",
    "MqttLimits",
    "MqttListener",
    "NotCommitted",
    "NotReachable",
    "NotWritable",
    "PresentValue",
    "QuarantineReason",
    "QuarantineReplay",
    "ReplaySummary",
    "SubmitReceipt",
    "UnfitValue",
    "WriteReceipt",
    "plain_counts",
]
