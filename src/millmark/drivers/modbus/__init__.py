"""Modbus TCP by polling, with the client of `pymodbus` (Modbus Messaging on TCP/IP V1.0b)."""

from millmark.drivers.modbus.driver import ModbusDriver

__all__ = ["ModbusDriver"]
