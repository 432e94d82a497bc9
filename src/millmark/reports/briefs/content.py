"""What a brief says: blocks of text with slots, in both languages, and its text once the slots are filled."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from millmark.programmes import shipped_packs
from millmark.programmes.toml_file import Frozen, read_toml
from millmark.reports.briefs.data import BriefData
from millmark.reports.briefs.errors import InvalidBrief
from millmark.reports.template import SLOT, Language

BlockKind = Literal["heading", "text", "table", "chart"]


class BriefBlock(Frozen):
    """A heading or paragraph with slots, or the name of a table or chart. One that `needs` what there is nothing of
    gives way to `otherwise`, or is left out without one."""

    kind: BlockKind
    text: str = Field(max_length=8_000)
    needs: str | None = Field(default=None, max_length=64)
    otherwise: str | None = Field(default=None, max_length=8_000)


class BriefText(Frozen):
    """A brief in one language."""

    title: str = Field(min_length=1, max_length=300)
    blocks: tuple[BriefBlock, ...] = Field(max_length=200)


class BriefContent(Frozen):
    zh: BriefText
    en: BriefText

    def of(self, language: Language) -> BriefText:
        return self.zh if language == "zh" else self.en


class Piece(Frozen):
    """A piece of a paragraph; with `value` it shows that value and leads to it."""

    text: str
    value: str | None = None


class Shown(Frozen):
    """A block as it is read: pieces of text, or the name of the table or chart that stands there."""

    kind: BlockKind
    pieces: tuple[Piece, ...] = ()
    name: str = ""

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


class ShownBrief(Frozen):
    title: str
    blocks: tuple[Shown, ...]


def shipped_content(city_pack: Path) -> BriefContent:
    """What a brief begins with: the city's own `brief.<language>.toml` beside its pack, else the shipped one."""
    texts: dict[str, BriefText] = {}
    for language in ("zh", "en"):
        own = city_pack / f"brief.{language}.toml"
        path = own if own.is_file() else shipped_packs() / "dispatch" / own.name
        texts[language] = read_toml(path, BriefText)
    return BriefContent(zh=texts["zh"], en=texts["en"])


def parsed(content: Mapping[str, Any], known: BriefData) -> BriefContent:
    """Raises `InvalidBrief`, naming the block, for slots, tables and charts that a brief does not have."""
    try:
        given = BriefContent.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InvalidBrief(f"{'.'.join(map(str, first['loc'])) or 'brief'}: {first['msg']}") from error
    values = {one.name for one in known.values}
    for language, text in (("zh", given.zh), ("en", given.en)):
        _check(text.title, values, f"{language}, title")
        for number, block in enumerate(text.blocks, 1):
            where = f"{language}, block {number}"
            if block.kind in ("table", "chart"):
                _check_name(block.text, NAMES[block.kind], where)
            else:
                _check(block.text, values, where)
                _check(block.otherwise or "", values, where)
    return given


NAMES: Mapping[str, frozenset[str]] = {
    "table": frozenset({"departments", "projects", "overdue"}),
    "chart": frozenset({"revenue", "factors", "timeline"}),
}


def shown(text: BriefText, data: BriefData, language: Language) -> ShownBrief:
    """The brief with every slot filled."""
    title = "".join(piece.text for piece in _pieces(text.title, data, language))
    return ShownBrief(title=title, blocks=tuple(_shown(text, data, language)))


def _shown(text: BriefText, data: BriefData, language: Language) -> Iterator[Shown]:
    for block in text.blocks:
        there = block.needs is None or block.needs in data.has
        if block.kind in ("table", "chart"):
            found = data.table(block.text) if block.kind == "table" else data.chart(block.text)
            if there and found is not None:
                yield Shown(kind=block.kind, name=block.text)
            continue
        said = block.text if there else block.otherwise
        if said is not None:
            yield Shown(kind=block.kind, pieces=tuple(_pieces(said, data, language)))


def _pieces(text: str, data: BriefData, language: Language) -> Iterator[Piece]:
    # Splitting by a pattern with one group alternates text and slot names.
    for position, part in enumerate(SLOT.split(text)):
        if position % 2 == 0:
            if part:
                yield Piece(text=part)
            continue
        value = data.value(part)
        if value is None:
            yield Piece(text="〔无数据〕" if language == "zh" else "[no data]")
        else:
            yield Piece(text=value.text[0 if language == "zh" else 1], value=part)


def _check(text: str, known: Collection[str], where: str) -> None:
    for name in SLOT.findall(text):
        _check_name(name, known, where)


def _check_name(name: str, known: Collection[str], where: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known))}"
    raise InvalidBrief(f"{where}: {name!r} is nothing that a brief shows; {hint}")
