"""Claims, packs and programmes by the names that people know them by, where the rules know them by their keys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from millmark.web.shapes.claims import ClaimNameView

if TYPE_CHECKING:
    from millmark.programmes.rules import Reason
    from millmark.web.services import Services

_RECOGNISED_IN: Final = re.compile(r"(?:Recognised|Not recognised) in (\S+)\.")


class Naming:
    """Names for one answer."""

    def __init__(self, platform: Services) -> None:
        self._platform = platform

    def claims(self, claim_ids: Iterable[str]) -> list[ClaimNameView]:
        """What each claim says, of whom and when; one that is not kept here has no name."""
        enterprises: dict[int, tuple[str, str]] = {}
        named = []
        for claim in self._platform.claims.several(dict.fromkeys(claim_ids)):
            if claim.enterprise_id not in enterprises:
                found = self._platform.registry.enterprise(claim.enterprise_id)
                enterprises[claim.enterprise_id] = found.name_zh, found.name_en
            zh, en = enterprises[claim.enterprise_id]
            named.append(
                ClaimNameView(
                    id=claim.id,
                    measure=claim.measure,
                    first_date=claim.first_date,
                    last_date=claim.last_date,
                    enterprise_zh=zh,
                    enterprise_en=en,
                )
            )
        return named

    def pack(self, pack_id: str, edition: str | None) -> tuple[str, str]:
        """A pack's title in Chinese and English; its key where it is on the shelf no longer."""
        editions = self._platform.policy_packs.editions(pack_id)
        found = next((one for one in editions if edition in (None, one.ref.edition)), None)
        return (pack_id, pack_id) if found is None else (found.header.name_zh, found.header.name_en)

    def told(self, reason: Reason) -> Reason:
        """A reason with the names of the pack or the programme that it cites."""
        match reason.code:
            case "no_assessment":
                return self._with_packs(reason)
            case "recognition_held" | "recognition_not_held":
                return self._with_programme(reason)
            case _:
                return reason

    def _with_packs(self, reason: Reason) -> Reason:
        for pack in self._platform.policy_packs:
            key = f"{pack.ref.id} {pack.ref.edition}"
            zh, en = pack.header.name_zh, pack.header.name_en
            if key in reason.en:
                return replace(
                    reason,
                    zh=reason.zh.replace(key, f"“{zh}” {pack.ref.edition}"),
                    en=reason.en.replace(key, f"“{en}” {pack.ref.edition}"),
                )
        return reason

    def _with_programme(self, reason: Reason) -> Reason:
        slug = _RECOGNISED_IN.fullmatch(reason.en)
        if slug is None:
            return reason
        found = next((one for one in self._platform.programmes.programmes() if one.slug == slug[1]), None)
        if found is None:
            return reason
        return replace(
            reason,
            zh=reason.zh.replace(slug[1], found.name_zh),
            en=reason.en.replace(slug[1], found.name_en),
        )
