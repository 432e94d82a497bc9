"""Other nodes: their keys, the seals this region witnessed, and the claims they brought."""

from millmark.evidence.nodes.errors import (
    KeyNotInForce,
    KeyTaken,
    NodeError,
    NotImportable,
    NotTheHolder,
    NotWitnessable,
    UnknownKey,
)
from millmark.evidence.nodes.imports import MAX_DOCUMENT_BYTES, ClaimImports, ImportedClaim
from millmark.evidence.nodes.keys import EnrolledKey, KeyAction, KeyEvent, NodeBook
from millmark.evidence.nodes.letters import (
    check_request,
    key_named,
    read_enrolment,
    write_enrolment,
    write_request,
    write_succession,
)
from millmark.evidence.nodes.link import RegionLink, RegionUnreachable, WaitingChallenge
from millmark.evidence.nodes.witness import (
    AlarmKind,
    SiteChain,
    WitnessAlarm,
    WitnessBook,
    Witnessed,
    WitnessReceipt,
)

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "AlarmKind",
    "ClaimImports",
    "EnrolledKey",
    "ImportedClaim",
    "KeyAction",
    "KeyEvent",
    "KeyNotInForce",
    "KeyTaken",
    "NodeBook",
    "NodeError",
    "NotImportable",
    "NotTheHolder",
    "NotWitnessable",
    "RegionLink",
    "RegionUnreachable",
    "SiteChain",
    "UnknownKey",
    "WaitingChallenge",
    "WitnessAlarm",
    "WitnessBook",
    "WitnessReceipt",
    "Witnessed",
    "check_request",
    "key_named",
    "read_enrolment",
    "write_enrolment",
    "write_request",
    "write_succession",
]
