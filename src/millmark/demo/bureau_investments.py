"""What factor requests, investment projects and the dispatch brief show in the demonstration.

Requests come from the fictional factories; projects are named as demonstration, and none is tracked, so that no figure
of the city counts them. Departments are those a city has; what they answer is made up. May be repeated: what is there
stays as people left it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from millmark.programmes.life import OFFICES, Actor, Party
from millmark.region.departments import Department
from millmark.region.factors import FactorBook, FactorContent, Task
from millmark.region.factors.book import Act
from millmark.region.investments import (
    InvestmentBook,
    InvestmentContent,
    InvestmentProgress,
    PlannedMilestone,
    ProblemAct,
)

if TYPE_CHECKING:
    from millmark.composition import Platform

DAY_US: Final = 86_400_000_000
_HOUR_US: Final = 3_600_000_000
_ENTERPRISE: Final = Actor("demo", "demo", frozenset({Party.ENTERPRISE}))
_OFFICE: Final = Actor("demo", "demo", OFFICES)
_STAFF: Final = Actor("demo", "demo", frozenset({Party.DEPARTMENT}))
_SOURCE: Final = "演示数据(虚构项目)"

_DEPARTMENTS: Final = (
    Department("power-supply", "市供电公司", "Power supply company"),
    Department("housing", "市住建局", "Housing and construction bureau"),
    Department("human-resources", "市人社局", "Human resources bureau"),
    Department("transport", "市交通运输局", "Transport bureau"),
    Department("natural-resources", "市自然资源和规划局", "Natural resources and planning bureau"),
    Department("local-finance", "市地方金融工作局", "Local finance office"),
)


@dataclass(frozen=True, slots=True)
class _Request:
    """Asked so many days ago; the departments that answer after so many days, and how the enterprise finds it."""

    factor: str
    urgency: str
    days_ago: int
    title: str
    text: str
    departments: tuple[str, ...] = ()
    answered_after: int | None = None
    answer: str = ""
    found: str | None = None


_REQUESTS: Final = (
    _Request(
        "power",
        "urgent",
        27,
        "2号线扩产后变压器容量不足(演示)",
        "新增两台压机后,现有800kVA变压器满载,午高峰需限产,请协调增容。",
        ("power-supply",),
        2,
        "已现场勘察,安排增容至1250kVA,两周内完成送电。",
        "solved",
    ),
    _Request(
        "labour",
        "ordinary",
        24,
        "旺季缺普工三十名(演示)",
        "四季度订单集中,装配岗位缺口约三十人,请协调招聘渠道和职校实习生。",
        ("human-resources",),
        8,
        "已列入11月专场招聘会,并对接职业技术学院顶岗实习。",
        "unsolved",
    ),
    _Request(
        "finance",
        "ordinary",
        22,
        "技改贷款到期续贷(演示)",
        "一笔技改贷款下月到期,希望对接无还本续贷。",
        ("local-finance",),
        6,
        "已组织银企对接,合作银行同意续贷。",
        "solved",
    ),
    _Request(
        "gas",
        "urgent",
        18,
        "冬季用气指标(演示)",
        "热处理炉改用天然气后,冬季用气指标不足,担心保供期停气。",
        ("housing",),
    ),
    _Request(
        "logistics",
        "ordinary",
        9,
        "厂区门前限行影响重货进出(演示)",
        "门前道路限行7.5吨,重货需绕行三公里,请协调办理通行证。",
        ("transport",),
        4,
        "已办理长期通行证,每年核发一次。",
    ),
    _Request(
        "land",
        "ordinary",
        6,
        "二期扩建用地预审(演示)",
        "拟在厂区东侧扩建二期厂房,用地约20亩,请协调用地预审。",
        ("natural-resources", "housing"),
    ),
    _Request("power", "critical", 1, "10千伏线路跳闸停产(演示)", "今晨起线路两次跳闸,注塑车间停产,请尽快处置。"),
)


@dataclass(frozen=True, slots=True)
class _Project:
    name_zh: str
    name_en: str
    area_code: str
    investor: str
    planned_yuan: int
    stage: str
    paid: tuple[tuple[int, int], ...]
    """Each payment as days ago and yuan."""
    milestones: tuple[tuple[str, str, str, int, int | None], ...]
    """Key, names, the planned day and the actual day, both as days from today."""
    problem: tuple[str, str, int] | None = None
    """What stands in the way, whose it is, and the day it is due as days from today."""


_PROJECTS: Final = (
    _Project(
        "演示项目:精密光学模组产业园",
        "Demonstration: precision optics park",
        "421202",
        "演示投资方甲",
        860_000_000,
        "started",
        ((200, 60_000_000), (120, 95_000_000), (20, 42_000_000)),
        (
            ("signed", "签约", "signed", -320, -318),
            ("started", "开工", "ground broken", -210, -196),
            ("topped-out", "厂房封顶", "topped out", -15, None),
            ("equipped", "设备进场", "equipped", 90, None),
            ("producing", "投产", "in production", 190, None),
        ),
        ("项目红线内10千伏线路迁改未完成,影响主体施工。", "power-supply", -4),
    ),
    _Project(
        "演示项目:工业软件研发中心",
        "Demonstration: industrial software centre",
        "421202",
        "演示投资方乙",
        120_000_000,
        "signed",
        ((60, 8_000_000),),
        (
            ("signed", "签约", "signed", -90, -92),
            ("started", "开工", "ground broken", 25, None),
            ("producing", "投用", "in use", 260, None),
        ),
    ),
    _Project(
        "演示项目:封装测试二期",
        "Demonstration: packaging and test, phase 2",
        "421281",
        "演示投资方丙",
        1_500_000_000,
        "producing",
        ((400, 500_000_000), (250, 420_000_000), (70, 310_000_000), (12, 60_000_000)),
        (
            ("signed", "签约", "signed", -620, -620),
            ("started", "开工", "ground broken", -520, -505),
            ("equipped", "设备进场", "equipped", -230, -205),
            ("producing", "投产", "in production", -60, -41),
            ("at-capacity", "达产", "at planned output", 150, None),
        ),
        ("工艺用水管网接入口径不足,需扩容。", "housing", 12),
    ),
    _Project(
        "演示项目:智能装备零部件基地",
        "Demonstration: parts for smart machinery",
        "421221",
        "演示投资方丁",
        320_000_000,
        "negotiating",
        (),
        (("signed", "签约", "signed", 40, None), ("started", "开工", "ground broken", 160, None)),
    ),
)


class _Clock:
    """Time as the demonstration tells it: some days before now, and never after."""

    def __init__(self, now_us: int) -> None:
        self.now_us = now_us

    def __call__(self) -> int:
        return self.now_us


def seed_investments(platform: Platform) -> None:
    """Requests, projects and an issued brief over the running platform, once."""
    for department in _DEPARTMENTS:
        if platform.bureau.departments.named(department.name_zh) is None:
            platform.bureau.departments.put(department, recorded_by="demo")
    if not platform.bureau.factors.requests():
        _seed_requests(platform)
    if not any(one.source == _SOURCE for one in platform.bureau.investments.projects(with_void=True)):
        _seed_projects(platform)
    platform.bureau.factors.escalate_overdue()
    platform.bureau.progress.escalate_overdue()


def _seed_requests(platform: Platform) -> None:
    factories = [one.id for one in platform.registry.enterprises() if one.is_demonstration]
    if not factories:
        return
    clock, now = _Clock(platform.now_us()), platform.now_us()
    bureau = platform.bureau
    book = FactorBook(
        platform.database,
        platform.registry,
        bureau.departments,
        bureau.factors.rules,
        now_us=clock,
        zone=platform.zone,
    )
    for number, one in enumerate(_REQUESTS):
        clock.now_us = now - one.days_ago * DAY_US - 3 * _HOUR_US
        content = FactorContent(title=one.title, text=one.text, contact="演示联系人")
        asked = book.ask(factories[number % len(factories)], one.factor, one.urgency, content, actor=_ENTERPRISE)
        if not one.departments:
            continue
        clock.now_us += 2 * _HOUR_US
        tasks = [Task(_known(platform, name)) for name in one.departments]
        book.act(asked.id, Act(action="assign", tasks=tasks), actor=_OFFICE)
        lead = tasks[0].department
        book.act(asked.id, Act(action="take_up"), actor=_STAFF, department=lead)
        if one.answered_after is None:
            continue
        clock.now_us += one.answered_after * DAY_US
        book.act(asked.id, Act(action="answer", reason=one.answer), actor=_STAFF, department=lead)
        clock.now_us += 20 * _HOUR_US
        if one.found == "solved":
            book.act(asked.id, Act(action="solved"), actor=_ENTERPRISE)
        elif one.found is not None:
            book.act(asked.id, Act(action="not_solved", reason="到岗人数不足"), actor=_ENTERPRISE)


def _seed_projects(platform: Platform) -> None:
    clock, now = _Clock(platform.now_us()), platform.now_us()
    bureau, today = platform.bureau, platform.bureau.investments.today()
    book = InvestmentBook(
        platform.database, platform.city_pack, bureau.investments.rules, now_us=clock, zone=platform.zone
    )
    progress = InvestmentProgress(platform.database, book, bureau.departments, now_us=clock)
    for one in _PROJECTS:
        clock.now_us = now - 40 * DAY_US
        stages = {stage.id for stage in book.rules.investments.stages}
        made = book.register(
            InvestmentContent(
                name_zh=one.name_zh,
                name_en=one.name_en,
                investor=one.investor,
                summary="虚构的演示项目,不对应任何真实项目。",
                owner="演示专班",
                planned_fen=one.planned_yuan * 100,
                milestones=tuple(
                    PlannedMilestone(
                        key=key,
                        name_zh=zh,
                        name_en=en,
                        planned_on=today + timedelta(days=planned),
                        stage=key if key in stages else None,
                    )
                    for key, zh, en, planned, _actual in one.milestones
                ),
            ),
            area_code=one.area_code,
            source=_SOURCE,
            actor=_OFFICE,
            placeholder=True,
            tracked=False,
        )
        clock.now_us = now
        _seed_progress(book, progress, made.id, one, today)
        if one.problem is not None:
            text, department, due = one.problem
            clock.now_us = now - 10 * DAY_US
            raised = progress.raise_problem(
                made.id,
                text,
                actor=_OFFICE,
                department=_known(platform, department),
                due_on=today + timedelta(days=due),
            )
            act = ProblemAct(action="take_up")
            progress.act_on_problem(raised.id, act, actor=_STAFF, department=_known(platform, department))


def _seed_progress(
    book: InvestmentBook, progress: InvestmentProgress, project: int, one: _Project, today: date
) -> None:
    reached = {key: today + timedelta(days=actual) for key, _, _, _, actual in one.milestones if actual is not None}
    for stage in book.rules.investments.stages:
        if stage.id in reached:
            book.set_stage(project, stage.id, reached[stage.id], actor=_OFFICE)
    if one.stage == "negotiating":
        book.set_stage(project, one.stage, today - timedelta(days=30), actor=_OFFICE)
    for key, day in reached.items():
        progress.reach(project, key, day, actor=_OFFICE)
    for days_ago, yuan in one.paid:
        progress.pay(project, yuan * 100, today - timedelta(days=days_ago), source=_SOURCE, actor=_OFFICE)


def _known(platform: Platform, department_id: str) -> str:
    """The id under which a department stands: another part may have put it there by the same name."""
    wanted = next(one for one in _DEPARTMENTS if one.id == department_id)
    found = platform.bureau.departments.named(wanted.name_zh)
    return wanted.id if found is None else found.id
