"""OPC UA by subscription, with the client of `asyncua` (OPC 10000-4)."""

from millmark.drivers.opcua.browse import BrowsedNode, browse
from millmark.drivers.opcua.driver import OpcUaDriver

__all__ = ["BrowsedNode", "OpcUaDriver", "browse"]
