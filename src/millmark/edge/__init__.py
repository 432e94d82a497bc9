"""The edge: drivers kept running beside the machines, their readings held until they are stored."""

from millmark.edge.agent import ConnectionStatus, EdgeAgent, EdgeSettings
from millmark.edge.assembly import build_driver

__all__ = ["ConnectionStatus", "EdgeAgent", "EdgeSettings", "build_driver"]
