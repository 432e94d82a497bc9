"""What the programme desk shows in the demonstration: open calls, applications on their way, a budget, an assessment.

Everything is named as demonstration, belongs to the fictional factories, and stops before anybody is recommended or
recognised: none of it counts in the city's figures. May be repeated: what is there stays as people left it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from millmark.programmes.assessment.answers import Answers, Chosen, ItemAnswer, Ratio, Ticked
from millmark.programmes.assessment.kept import AssessedKind
from millmark.programmes.life import OFFICES, Actor, Party
from millmark.programmes.life.content import Content
from millmark.programmes.life.office import OfficeStep
from millmark.programmes.money import FundSource, NewBudgetLine
from millmark.programmes.packs import Item, ItemKind

if TYPE_CHECKING:
    from millmark.composition import Platform
    from millmark.programmes.life.calls import CallFile

ENTERPRISE: Final = Actor("demo", "demo", frozenset({Party.ENTERPRISE}))
OFFICE: Final = Actor("demo", "demo", OFFICES)
OPEN_DAYS: Final = 180
BUDGET_FEN: Final = 1_200_000_000
ASSESSED: Final = ("sme-digital-level", "2024")
CONNECTION_ITEM: Final = "equipment-connection"
SAID_CONNECTED: Final = Ratio(Decimal(5), Decimal(5))
"""What the first factory says of its machines; its machines say four of five, and the page shows both."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """An application of a factory, taken as far as the office's `steps`; without `submits` it stays a draft."""

    factory: str
    submits: bool = True
    steps: tuple[OfficeStep, ...] = ()


@dataclass(frozen=True, slots=True)
class _Call:
    slug: str
    pack: str
    edition: str
    title_zh: str
    title_en: str
    facts: dict[str, bool]
    entries: tuple[_Entry, ...]
    changes: dict[str, Any] = field(default_factory=dict)


_CALLS: Final = (
    _Call(
        "demo-city-smart-manufacturing",
        "city-smart-manufacturing",
        "2023",
        "市级智能化制造数字化转型示范项目申报通知(演示)",
        "Call for city smart-manufacturing demonstrations (demonstration)",
        {"registered_in_city": True, "serious_record_3y": False},
        (
            _Entry("demo-a", steps=(OfficeStep("accept"),)),
            _Entry("demo-b", steps=(OfficeStep("return", reason="演示:申报书缺盖章页,请补正。"),)),
            _Entry("demo-c", submits=False),
        ),
        {"budget_line": "DEMO-CITY"},
    ),
    _Call(
        "demo-sme-digital-level",
        "pilot-city-zhongshan",
        "2024",
        "中小企业数字化转型试点申报通知(演示,按中山市奖补标准)",
        "Call of the SME digital-transformation pilot (demonstration, by the tiers of Zhongshan)",
        {
            "registered_in_city": True,
            "is_sme": True,
            "in_chosen_industry": True,
            "funded_little_giant": False,
            "scheme_2022": False,
        },
        (_Entry("demo-a"), _Entry("demo-c", submits=False)),
    ),
)


def seed_desk(platform: Platform) -> None:
    """Opens what is not there yet."""
    _open_budget(platform)
    _assess(platform, "demo-a")
    there = {call.slug: call for call in platform.life.calls.calls()}
    for one in _CALLS:
        call = there.get(one.slug) or _publish(platform, one)
        for entry in one.entries:
            _apply(platform, one, call, entry)


def _open_budget(platform: Platform) -> None:
    if any(line.opened_by == ENTERPRISE.name for line in platform.budget.lines()):
        return
    line = NewBudgetLine(
        code="DEMO-CITY",
        name_zh="市级示范项目奖补资金(演示)",
        name_en="City demonstration awards (demonstration)",
        source=FundSource.CITY,
        year=platform.life.calls.today().year,
        programme="city-smart-manufacturing",
        purpose="awards",
    )
    platform.budget.open(line, BUDGET_FEN, document="演示数据,不是真实预算", opened_by=OFFICE.name)


def _publish(platform: Platform, one: _Call) -> CallFile:
    calls = platform.life.calls
    proposed = calls.proposal(one.pack, one.edition)
    changes = {
        "title_zh": one.title_zh,
        "title_en": one.title_en,
        "opens_on": calls.today(),
        "closes_on": calls.today() + timedelta(days=OPEN_DAYS),
        # A form without papers can be tried by a newcomer who has none at hand.
        "documents": tuple(document.model_copy(update={"required": False}) for document in proposed.documents),
        **one.changes,
    }
    draft = calls.draft(one.pack, one.edition, OFFICE, slug=one.slug, changes=changes)
    return calls.publish(draft.id, OFFICE)


def _apply(platform: Platform, one: _Call, call: CallFile, entry: _Entry) -> None:
    applications = platform.life.applications
    enterprise_id = platform.registry.enterprise_by_slug(entry.factory).id
    if not call.is_open(platform.life.calls.today()) or applications.applications(
        call_id=call.id, enterprise_id=enterprise_id
    ):
        return
    started = applications.start(call.id, enterprise_id, ENTERPRISE)
    levels = [one.number for one in call.terms.levels]
    content = Content(facts=one.facts, level=2 if 2 in levels else None, pledge=entry.submits)
    applications.save(started.id, ENTERPRISE, content)
    if entry.submits:
        applications.submit(started.id, ENTERPRISE)
    for step in entry.steps:
        platform.life.office.act(started.id, step, OFFICE)


def _assess(platform: Platform, factory: str) -> None:
    """A self-assessment that says of its machines more than they do."""
    enterprise_id = platform.registry.enterprise_by_slug(factory).id
    if platform.assessments.assessments([enterprise_id]):
        return
    pack = platform.policy_packs.pack(*ASSESSED)
    answers = Answers(
        items={item.id: _answer(item) for item in pack.items} | {CONNECTION_ITEM: SAID_CONNECTED},
        scenarios={scenario.id: 1 + number % 2 for number, scenario in enumerate(pack.scenarios)},
    )
    started = platform.assessments.start(enterprise_id, *ASSESSED, AssessedKind.SELF, ENTERPRISE, answers=answers)
    platform.assessments.submit(started.id, ENTERPRISE)


def _answer(item: Item) -> ItemAnswer:
    """The middle one of an item's options, counted from the least."""
    middle = sorted(item.options, key=lambda option: option.share)[len(item.options) // 2].id
    return Ticked.of([middle]) if item.kind is ItemKind.MULTI else Chosen(middle)
