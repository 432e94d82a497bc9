"""From settings to drivers."""

from __future__ import annotations

from collections.abc import Callable

from millmark.drivers.config import DriverConfig, ModbusConfig, OpcUaConfig, ReplayConfig
from millmark.drivers.driver import Driver, LastStored, OnStatus


def build_driver(
    config: DriverConfig,
    *,
    now_us: Callable[[], int],
    on_status: OnStatus | None = None,
    last_stored: LastStored | None = None,
) -> Driver:
    """The driver a configuration asks for. `last_stored` lets it go on where the history ends."""
    # Each protocol's library loads only where it is used; together they take more than a second.
    match config:
        case OpcUaConfig():
            from millmark.drivers.opcua import OpcUaDriver

            return OpcUaDriver(config, now_us=now_us, on_status=on_status, last_stored=last_stored)
        case ModbusConfig():
            from millmark.drivers.modbus import ModbusDriver

            return ModbusDriver(config, now_us=now_us, on_status=on_status)
        case ReplayConfig():
            from millmark.drivers.replay import ReplayDriver

            return ReplayDriver(config, now_us=now_us, on_status=on_status, last_stored=last_stored)
