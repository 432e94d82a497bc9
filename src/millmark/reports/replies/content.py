"""What a draft says: blocks of text with slots for live figures, and promises with owner and day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import Field, ValidationError

from millmark.programmes.toml_file import Frozen
from millmark.region.proposals import Part, Person, Promise, Proposal, ProposalRules
from millmark.reports.filling import slot_names
from millmark.reports.replies.errors import InvalidDraft
from millmark.reports.template import Language, ReplyTemplate, Slot, Style

BlockKind = Literal["heading", "text", "promise"]
OWN_FIGURE = "P01"
"""The figure that each proposal has of its own: the departments consulted on it."""


class Block(Frozen):
    """A paragraph. A promise becomes a commitment when the reply is signed, so it has an owner and a day by then;
    `placeholder` marks an owner and day that the demonstration made up."""

    kind: BlockKind = "text"
    text: str = Field(max_length=8_000)
    owner: str | None = Field(default=None, max_length=200)
    department: str | None = Field(default=None, max_length=64)
    due_on: date | None = None
    placeholder: bool = False


class DraftContent(Frozen):
    """A draft. `as_of` is the day its figures speak of and `written_on` the day beneath it, both the day of signing
    unless they are said; `slots` describes those that show more than the value of the figure by their name."""

    language: Language = "zh"
    title: str = Field(min_length=1, max_length=300)
    salutation: str = Field(default="", max_length=300)
    reply_class: str | None = Field(default=None, pattern=r"^[A-F]$")
    as_of: date | None = None
    written_on: date | None = None
    blocks: tuple[Block, ...] = Field(max_length=200)
    slots: dict[str, Slot] = Field(default_factory=dict, max_length=200)

    @property
    def promises(self) -> list[Promise]:
        """Those that have an owner and a day."""
        return [
            Promise(block.text, block.owner, block.due_on, block.department, block.placeholder)
            for block in self.blocks
            if block.kind == "promise" and block.owner and block.due_on
        ]

    def slot(self, name: str) -> Slot:
        return self.slots.get(name) or Slot(figure=name)

    def figures(self) -> set[str]:
        """The ids of all figures that it shows."""
        return {self.slot(name).figure for block in self.blocks for name in slot_names(block.text)}


@dataclass(frozen=True, slots=True)
class DraftVoice:
    """A draft's slots in the style and with the names of the city's pack."""

    content: DraftContent
    language: Language
    style: Style
    names: Mapping[str, str]

    def slot(self, name: str) -> Slot:
        return self.content.slot(name)


def parsed(content: Mapping[str, Any], figure_ids: Collection[str]) -> DraftContent:
    """Raises `InvalidDraft`, naming the field, also for a slot whose figure there is not."""
    try:
        draft = DraftContent.model_validate(dict(content))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InvalidDraft(f"{'.'.join(map(str, first['loc'])) or 'draft'}: {first['msg']}") from error
    for number, block in enumerate(draft.blocks, 1):
        for name in slot_names(block.text):
            if draft.slot(name).figure not in figure_ids:
                raise InvalidDraft(
                    f"block {number}: {{{name}}} means the figure {draft.slot(name).figure!r}, which there is not; "
                    "insert a figure from the list, or take the braces away"
                )
    return draft


def beginning(proposal: Proposal, rules: ProposalRules, template: ReplyTemplate, *, is_own: bool) -> DraftContent:
    """What a draft begins with: the city's own reply whole, or the fixed parts of one to any other proposal."""
    if is_own and template.whole is not None:
        return _whole(template)
    zh = template.language == "zh"
    titles = rules.titles
    co = proposal.part is Part.CO
    pattern = (titles.opinion_zh if co else titles.lead_zh) if zh else (titles.opinion_en if co else titles.lead_en)
    title = pattern.format(
        session=proposal.session,
        number=proposal.number,
        kind=proposal.kind.name_zh if zh else proposal.kind.name_en,
    )
    return DraftContent(
        language=template.language,
        title=title[:300],
        salutation=(f"{proposal.lead}:" if co else f"{proposal.kind.name_zh}委员:") if zh else "To the proposer:",
        blocks=tuple(_fixed(proposal, template.language, co=co)),
        slots={f"{OWN_FIGURE}_names": Slot(figure=OWN_FIGURE, show="names")},
    )


def must_be_whole(draft: DraftContent, proposal: Proposal, rules: ProposalRules) -> None:
    """Raises `InvalidDraft` for what may not leave the drafter's desk, naming the first block that lacks something."""
    if not draft.blocks:
        raise InvalidDraft("blocks: the reply says nothing yet")
    for number, block in enumerate(draft.blocks, 1):
        if not block.text.strip():
            raise InvalidDraft(f"block {number}: is empty; write it or take it out")
        if block.kind == "promise" and not (block.owner and block.owner.strip() and block.due_on):
            raise InvalidDraft(f"block {number}: a commitment needs who answers for it and until when")
    if proposal.part is Part.CO:
        return
    marks = ", ".join(one.mark for one in rules.classes)
    if draft.reply_class is None or rules.reply_class(draft.reply_class) is None:
        raise InvalidDraft(f"reply_class: choose one of {marks}")
    if rules.reply_class(draft.reply_class).tracked and not draft.promises:  # type: ignore[union-attr]
        raise InvalidDraft(
            f"reply_class: a reply of class {draft.reply_class} promises something that is followed up; "
            "mark at least one block as a commitment"
        )


def must_name_nobody(draft: DraftContent, people: Sequence[Person]) -> None:
    """Raises `InvalidDraft` where the text names a person of the proposal: a signed reply is meant to be public."""
    for place, text in _all_texts(draft):
        for person in people:
            if person.name in text:
                raise InvalidDraft(
                    f"{place}: names {person.name}; a reply names no persons, the addressed copy adds the proposers' "
                    "names by itself"
                )


def _all_texts(draft: DraftContent) -> Iterator[tuple[str, str]]:
    yield "title", draft.title
    yield "salutation", draft.salutation
    for number, block in enumerate(draft.blocks, 1):
        yield f"block {number}", f"{block.text}\n{block.owner or ''}"


def _whole(template: ReplyTemplate) -> DraftContent:
    whole = template.whole
    assert whole is not None  # noqa: S101 - asked by the caller
    return DraftContent(
        language=template.language,
        title=whole.title,
        salutation=whole.salutation,
        as_of=whole.as_of,
        written_on=whole.written_on,
        blocks=(
            *(Block(text=text) for text in whole.opening),
            Block(kind="heading", text=template.title),
            *(Block(text=text) for text in template.paragraphs),
            Block(kind="heading", text=whole.plan_title),
            *(
                Block(kind="promise", text=one.text, owner=one.owner, due_on=one.due_on, placeholder=True)
                for one in whole.plan
            ),
        ),
        slots=dict(template.slots),
    )


def _fixed(proposal: Proposal, language: Language, *, co: bool) -> Iterator[Block]:
    if language == "zh":
        consulted = f"我局会同{{{OWN_FIGURE}_names}}等{{{OWN_FIGURE}}}部门和单位进行了研究,"
        yield Block(text=f"{'委员' if not co else ''}提出的“{proposal.title}”收悉。{consulted}现将有关情况答复如下。")
        yield Block(kind="heading", text="一、工作推进情况")
        yield Block(text="")
        yield Block(kind="heading", text="二、下一步打算")
        yield Block(kind="promise", text="")
        return
    consulted = f"We looked into it together with {{{OWN_FIGURE}_names}}, {{{OWN_FIGURE}}} offices and operators."
    yield Block(text=f"Your {proposal.kind.name_en} “{proposal.title}” has been received. {consulted}")
    yield Block(kind="heading", text="I. Progress of the work")
    yield Block(text="")
    yield Block(kind="heading", text="II. What comes next")
    yield Block(kind="promise", text="")
