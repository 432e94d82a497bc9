"""The platform about itself: what it did lately, metrics for Prometheus, and a log that programs can read."""

from millmark.observability.logs import LogSettings, RequestLog, json_line, request_id, start_log
from millmark.observability.metrics import PlatformMetrics
from millmark.observability.process_state import ProcessState, process_state
from millmark.observability.recorder import GatewayActivity, IntakeRecorder, Span
from millmark.observability.requests import RequestTimes
from millmark.observability.ring import Rows
from millmark.observability.watch import PlatformWatch, SealingState

__all__ = [
    "GatewayActivity",
    "IntakeRecorder",
    "LogSettings",
    "PlatformMetrics",
    "PlatformWatch",
    "ProcessState",
    "RequestLog",
    "RequestTimes",
    "Rows",
    "SealingState",
    "Span",
    "json_line",
    "process_state",
    "request_id",
    "start_log",
]
