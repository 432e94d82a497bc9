"""Seals, claims and their verification as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from millmark.web.shapes.claims import CheckView, ClaimView, SealView, Verification

if TYPE_CHECKING:
    from millmark.evidence import Claim, Seal, VerificationReport


def seal_view(seal: Seal) -> SealView:
    return SealView(
        site=str(seal.site),
        date=seal.date,
        sequence=seal.sequence,
        kind=seal.kind,
        seal_hash=seal.hash,
        root=seal.root,
        leaf_count=seal.leaf_count,
        row_count=seal.row_count,
        sealed_at_us=seal.sealed_at_us,
        previous_seal_hash=seal.previous,
    )


def claim_view(claim: Claim) -> ClaimView:
    return ClaimView(
        id=claim.id,
        issuer=claim.issuer,
        enterprise_id=claim.enterprise_id,
        subject=str(claim.subject),
        measure=claim.measure,
        formula_version=claim.formula_version,
        first_date=claim.first_date,
        last_date=claim.last_date,
        value=claim.value,
        numerator=claim.numerator,
        denominator=claim.denominator,
        unit=claim.unit,
        coverage_share=claim.coverage_share,
        origins=list(claim.origins),
        flags=list(claim.flags),
        issued_at_us=claim.issued_at_us,
    )


def verification_view(report: VerificationReport) -> Verification:
    return Verification(
        verified=report.verified,
        checks=[
            CheckView(name=one.name, ok=one.ok, detail_en=one.detail_en, detail_zh=one.detail_zh)
            for one in report.checks
        ],
        recomputed_value=report.recomputed_value,
    )
