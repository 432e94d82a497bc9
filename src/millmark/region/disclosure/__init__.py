"""Disclosure control: which sums of enterprises may be told, and what an outsider could still conclude.

Pure functions over columns. The method follows the Handbook on Statistical Disclosure Control (sdcTools), chapter 4;
`docs/explanation/disclosure-control.md` tells it in prose.
"""

from millmark.region.disclosure.attacks import Failure
from millmark.region.disclosure.audit import AuditReport, audit, exposures
from millmark.region.disclosure.cells import CellContributions, CellFindings, assess, grouped
from millmark.region.disclosure.confidential import drawn_rules, kept_rules, read_rules, write_rules
from millmark.region.disclosure.errors import DisclosureError, InvalidRules, PublicationRefused
from millmark.region.disclosure.lattice import Axis, Lattice, crossed
from millmark.region.disclosure.protecting import Protection, no_worse_than, protect
from millmark.region.disclosure.rules import SafetyRules, Unsafe
from millmark.region.disclosure.system import AttackSystem, Equations, Targets, joined

__all__ = [
    "AttackSystem",
    "AuditReport",
    "Axis",
    "CellContributions",
    "CellFindings",
    "DisclosureError",
    "Equations",
    "Failure",
    "InvalidRules",
    "Lattice",
    "Protection",
    "PublicationRefused",
    "SafetyRules",
    "Targets",
    "Unsafe",
    "assess",
    "audit",
    "crossed",
    "drawn_rules",
    "exposures",
    "grouped",
    "joined",
    "kept_rules",
    "no_worse_than",
    "protect",
    "read_rules",
    "write_rules",
]
