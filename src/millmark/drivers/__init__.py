"""Drivers read machines: one file a protocol, each reconnecting by itself and delivering columns of readings."""
