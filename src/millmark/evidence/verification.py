"""Verification of a claim document by anyone, with nothing but the document and the rows.

Each check is a function that returns what it found or raises `CheckFailed`. A check whose ground failed is listed as
failed too, with the name of the one it stands on: nothing is ever left unsaid.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from millmark.evidence import chain_checks, claim_checks, row_checks
from millmark.evidence.inspection import Inspection
from millmark.evidence.report import Check, CheckFailed, Sentence, VerificationReport
from millmark.measures import MeasureError
from millmark.model import UnitSystem

Step = Callable[[Inspection], Sentence]

_STEPS: tuple[tuple[str, Step, tuple[str, ...]], ...] = (
    ("document_form", claim_checks.document_form, ()),
    ("issuer_key", claim_checks.issuer_key, ("document_form",)),
    ("claim_signature", claim_checks.claim_signature, ("document_form",)),
    ("claim_statement", claim_checks.claim_statement, ("document_form",)),
    ("seal_signatures", chain_checks.seal_signatures, ("document_form",)),
    ("seal_chain", chain_checks.seal_chain, ("seal_signatures", "claim_statement")),
    ("sealed_days", chain_checks.sealed_days, ("seal_chain",)),
    ("leaves_in_seals", chain_checks.leaves_in_seals, ("sealed_days",)),
    ("leaves_complete", chain_checks.leaves_complete, ("leaves_in_seals",)),
)
_ROW_STEPS: tuple[tuple[str, Step, tuple[str, ...]], ...] = (
    ("rows_file", row_checks.rows_file, ()),
    ("rows_in_leaves", row_checks.rows_in_leaves, ("rows_file", "leaves_complete")),
    ("value_recomputed", row_checks.value_recomputed, ("rows_in_leaves", "claim_signature")),
)


def verify_document(
    document: bytes,
    rows: bytes | None = None,
    trusted_keys: Sequence[str] | None = None,
    *,
    units: UnitSystem | None = None,
) -> VerificationReport:
    """Check a claim document, and with its rows file the claimed value.

    `trusted_keys` are key ids (JWK thumbprints) of which the issuer must be one; with None any key will do, and the
    report says so. Pure: reads nothing, asks nobody, and raises nothing for whatever bytes it is given. Who verifies
    many passes one `units`, which takes a while to load.
    """
    trusted = None if trusted_keys is None else frozenset(trusted_keys)
    inspection = Inspection(document, rows, trusted, units or UnitSystem())
    done: dict[str, Check] = {}
    for name, step, grounds in _STEPS if rows is None else _STEPS + _ROW_STEPS:
        missing = next((ground for ground in grounds if not done[ground].ok), None)
        done[name] = _not_reached(name, missing) if missing else _run(name, step, inspection)
    return VerificationReport(tuple(done.values()), inspection.recomputed_value)


def _run(name: str, step: Step, inspection: Inspection) -> Check:
    try:
        found = step(inspection)
    except CheckFailed as failure:
        return Check(name, False, failure.sentence.en, failure.sentence.zh)
    # The boundary to bytes of strangers: whatever a forger thinks of, it is a failed check and never a crash. Errors
    # of the machine, such as a full memory, do pass.
    except (MeasureError, ValueError, TypeError, ArithmeticError, LookupError, RecursionError) as error:
        return Check(name, False, f"the content makes no sense: {error}", f"内容不成立：{error}")
    return Check(name, True, found.en, found.zh)


def _not_reached(name: str, ground: str) -> Check:
    return Check(name, False, f"not checked, because {ground} failed", f"未检查，因为 {ground} 未通过")
