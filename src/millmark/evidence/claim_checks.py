"""Checks of a claim itself: its spelling, its key, its signature, and whether it agrees with itself."""

from __future__ import annotations

from millmark.evidence.claim import CLAIM, ClaimStatement, origins_of
from millmark.evidence.errors import Malformed
from millmark.evidence.inspection import Inspection
from millmark.evidence.report import CheckFailed, Sentence
from millmark.evidence.signing import verified_payload
from millmark.model import AssetPath


def document_form(inspection: Inspection) -> Sentence:
    try:
        document = inspection.document
        statement = inspection.statement
    except Malformed as error:
        raise CheckFailed(
            f"the document is not of the form of a claim document: {error}", f"文件不符合凭证文件格式：{error}"
        ) from error
    return Sentence(
        f"a claim document with {len(document.seals)} seals, about {statement.subject}",
        f"凭证文件，含 {len(document.seals)} 个封存记录，对象为 {statement.subject}",
    )


def issuer_key(inspection: Inspection) -> Sentence:
    key = inspection.document.key.id
    if inspection.statement.issuer != key:
        raise CheckFailed(
            f"the claim names {inspection.statement.issuer} as its issuer, but the document carries the key {key}",
            f"凭证写明签发密钥为 {inspection.statement.issuer}，但文件所附密钥为 {key}",
        )
    if inspection.trusted is None:
        return Sentence(
            f"issued with the key {key}; no trusted key was given to compare it with",
            f"由密钥 {key} 签发；未提供可信密钥，未作比对",
        )
    if key not in inspection.trusted:
        raise CheckFailed(f"issued with the key {key}, which is not trusted", f"签发密钥 {key} 不在可信密钥之列")
    return Sentence(f"issued with the trusted key {key}", f"由可信密钥 {key} 签发")


def claim_signature(inspection: Inspection) -> Sentence:
    try:
        verified_payload(inspection.document.claim, inspection.document.key, CLAIM)
    except Malformed as error:
        raise CheckFailed(f"the claim's signature does not hold: {error}", f"凭证签名无效：{error}") from error
    return Sentence("the claim is signed by its issuer, unaltered", "凭证由签发者签名，未被改动")


def claim_statement(inspection: Inspection) -> Sentence:
    statement = inspection.statement
    try:
        period = statement.question.period
    except ValueError as error:
        raise CheckFailed(f"the claim's days contradict each other: {error}", f"凭证日期自相矛盾：{error}") from error
    for contradicts, en, zh in _contradictions(statement):
        if contradicts:
            raise CheckFailed(f"the claim contradicts itself: {en}", f"凭证自相矛盾：{zh}")
    if statement.result.span.period != period:
        raise CheckFailed("the claim's period is not that of its days", "凭证期间与所列日期不符")
    first, last = statement.days[0].date, statement.days[-1].date
    return Sentence(
        f"{statement.measure} of {statement.subject}, {first} to {last}: it agrees with itself",
        f"{statement.subject} 的 {statement.measure}，{first} 至 {last}：内容自洽",
    )


def _contradictions(statement: ClaimStatement) -> list[tuple[bool, str, str]]:
    result = statement.result
    ratio = result.numerator / result.denominator if result.denominator else None
    subject = AssetPath.parse(statement.subject)
    sites = {AssetPath.parse(ref.site) for ref in statement.seals}
    foreign = any(not (site.is_under(subject) or subject.is_under(site)) for site in sites)
    enterprise = AssetPath((statement.enterprise.slug,))
    return [
        (
            result.value is not None and result.value != ratio,
            "its value is not numerator / denominator",
            "数值不等于分子除以分母",
        ),
        (result.covered_us > result.expected_us, "more time was observed than there was", "观测时间多于应有时间"),
        (
            statement.origins != origins_of(statement.inputs),
            "its origins are not those of its inputs",
            "来源与输入不符",
        ),
        (foreign, "it rests on a site that is not the subject's", "所依据的厂区与对象无关"),
        (not subject.is_under(enterprise), "its subject is not the enterprise's", "对象不属于该企业"),
    ]
