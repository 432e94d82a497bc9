"""The file `pack.toml`: identity, source documents, the programme and its call."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from millmark.programmes.pack import ProgrammeText, Slug
from millmark.programmes.packs.labels import Confidence, Labelled, PackFile
from millmark.programmes.toml_file import Frozen

Edition = Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$", max_length=32)


class PackKind(StrEnum):
    """What a pack is for: an assessment leads to a level; a programme leads to a recognition or an award."""

    ASSESSMENT = "assessment"
    PROGRAMME = "programme"


class PackHeader(Frozen):
    """Identity of a pack. Both dates included; a pack outside of them is kept for reading only."""

    id: str = Slug
    edition: str = Edition
    kind: PackKind
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    summary_zh: str = Field(min_length=1)
    summary_en: str = Field(min_length=1)
    valid_from: date
    valid_to: date | None = None
    is_demonstration: bool = False

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"a pack must not end ({self.valid_to}) before it starts ({self.valid_from})")
        return self


class SourceDocument(Frozen):
    """A document that the pack's texts and numbers come from; `confidence` says how it was read."""

    id: str = Slug
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    number: str = ""
    issuer_zh: str = ""
    issuer_en: str = ""
    issued_on: date | None = None
    url: str = ""
    confidence: Confidence
    note_zh: str = ""
    note_en: str = ""


class CallDraft(Labelled):
    """What a call drafted from the pack starts with; the office fills in dates and may change the quota.

    `slug` with `{year}` in it makes one call a year. `select_at_most` is how many enterprises may be recognised,
    `opens_on` and `closes_on` (both included) are given when the policy itself fixes them.
    """

    slug: str = Field(min_length=1, max_length=64, pattern=r"^[a-z0-9{}]+(-[a-z0-9{}]+)*$")
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    opens_on: date | None = None
    closes_on: date | None = None
    select_at_most: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _closes_after_it_opens(self) -> Self:
        if self.opens_on is not None and self.closes_on is not None and self.closes_on < self.opens_on:
            raise ValueError(f"a call must not close ({self.closes_on}) before it opens ({self.opens_on})")
        return self


class LevelSource(Frozen):
    """Whose levels the pack means when it speaks of a level that it does not decide itself."""

    pack: str = Slug
    edition: str = Edition


class HeaderFile(PackFile):
    """The file `pack.toml`."""

    pack: PackHeader
    sources: tuple[SourceDocument, ...] = Field(min_length=1)
    programme: ProgrammeText | None = None
    call: CallDraft | None = None
    level_source: LevelSource | None = None
