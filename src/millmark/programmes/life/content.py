"""What an application says: facts, documents, claims, the level applied for, and the pledge; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from millmark.programmes.assessment.facts import fact_json, fact_value
from millmark.programmes.digest import content_digest
from millmark.programmes.errors import InvalidRecord, PartMissing
from millmark.programmes.life.terms import CallTerms
from millmark.programmes.packs import FactValue, PolicyPack

MOST_CLAIMS = 50


@dataclass(frozen=True, slots=True)
class Content:
    """`facts` as JSON by fact id, `documents` file ids by document id; `pledge` says that all of it is true."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    claim_ids: tuple[str, ...] = ()
    level: int | None = None
    pledge: bool = False

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "facts": dict(self.facts),
            "documents": dict(self.documents),
            "claim_ids": list(self.claim_ids),
            "pledge": self.pledge,
        }
        # Left out where nobody applies for one, so that what was said before levels existed keeps its digest.
        return said if self.level is None else {**said, "level": self.level}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Content:
        return cls(
            facts=document.get("facts", {}),
            documents=document.get("documents", {}),
            claim_ids=tuple(document.get("claim_ids", ())),
            level=document.get("level"),
            pledge=bool(document.get("pledge", False)),
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical text: what a signature is about."""
        return content_digest(self.to_json())

    def values(self, pack: PolicyPack) -> dict[str, FactValue]:
        """Facts as the pack's expressions read them; raises `InvalidFact`."""
        return {
            name: fact_value(pack.facts_by_id[name], value)
            for name, value in self.facts.items()
            if name in pack.facts_by_id
        }


def checked_content(content: Content, terms: CallTerms, pack: PolicyPack | None) -> Content:
    """The content in the form that is kept; raises `InvalidRecord` for what the call does not ask, `InvalidFact`."""
    facts = {one.id for one in terms.facts}
    documents = {one.id for one in terms.documents}
    if unknown := sorted(set(content.facts) - facts):
        raise InvalidRecord(f"facts: {', '.join(unknown)} is not asked here; asked: {', '.join(sorted(facts))}")
    if unknown := sorted(set(content.documents) - documents):
        raise InvalidRecord(f"documents: {', '.join(unknown)} is not asked here; asked: {', '.join(sorted(documents))}")
    levels = {one.number for one in terms.levels}
    if content.level is not None and content.level not in levels:
        raise InvalidRecord(f"level: {content.level} is none of {', '.join(map(str, sorted(levels))) or 'none'}")
    if len(content.claim_ids) > MOST_CLAIMS:
        raise InvalidRecord(f"claim_ids: at most {MOST_CLAIMS} claims, not {len(content.claim_ids)}")
    values = {} if pack is None else {name: fact_json(value) for name, value in content.values(pack).items()}
    return Content(
        facts=values,
        documents=dict(content.documents),
        claim_ids=tuple(dict.fromkeys(content.claim_ids)),
        level=content.level,
        pledge=content.pledge,
    )


def must_be_whole(content: Content, terms: CallTerms) -> None:
    """Raises `PartMissing` naming every part that the call requires and the content lacks."""
    missing = missing_parts(content, terms)
    if missing:
        raise PartMissing(f"the application lacks: {'; '.join(missing)}")


def missing_parts(content: Content, terms: CallTerms) -> list[str]:
    """Every part that the call requires and the content lacks, as `facts.<id>`, `documents.<id>`, `level`, `pledge`."""
    parts = [f"facts.{one.id}" for one in terms.facts if one.required and one.id not in content.facts]
    parts += [f"documents.{one.id}" for one in terms.documents if one.required and one.id not in content.documents]
    if terms.levels and content.level is None:
        parts.append("level")
    if terms.pledge and not content.pledge:
        parts.append("pledge")
    return parts
