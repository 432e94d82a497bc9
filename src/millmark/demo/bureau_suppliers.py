"""What suppliers, demands, cases and events show in the demonstration: a small pool, demands, a case, events.

Every supplier is fictional and named so, demands and cases belong to the fictional factories. May be repeated: what is
there stays as people left it.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from millmark.demo.desk_seed import ENTERPRISE, OFFICE
from millmark.programmes.life import Actor, Party
from millmark.programmes.projects import EffectName, EffectTopic, Side
from millmark.region.cases import CaseContent
from millmark.region.events import EventContent, EventForm
from millmark.region.suppliers import (
    AnswerContent,
    DemandContent,
    ScenarioReach,
    Shown,
    SolutionContent,
    SupplierProfile,
    WantedScenario,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from millmark.composition import Platform

SUPPLIER: Final = Actor("demo", "demo", frozenset({Party.SUPPLIER}))
WAN: Final = 1_000_000
NOTE: Final = "演示数据,非真实材料"


@dataclass(frozen=True, slots=True)
class _Offer:
    title: str
    title_en: str
    summary: str
    summary_en: str
    scenarios: tuple[tuple[str, int], ...]
    industries: tuple[str, ...]
    wan: tuple[int, int]
    days: int


@dataclass(frozen=True, slots=True)
class _Maker:
    slug: str
    name_zh: str
    name_en: str
    area_code: str
    intro_zh: str
    intro_en: str
    offers: tuple[_Offer, ...]
    admitted: bool = True


_MAKERS: Final = (
    _Maker(
        "demo-supplier-link",
        "演示服务商·联机(虚构)",
        "Demonstration supplier “Link” (fictional)",
        "421202",
        "做设备联网与老设备改造,覆盖冲压、机加、注塑。(虚构企业)",
        "Connects machines and retrofits old ones: stamping, machining, moulding. (Fictional)",
        (
            _Offer(
                "设备联网与OEE统计",
                "Machine connection and OEE",
                "采集PLC与数控系统,稼动率、停机原因、产量自动统计。",
                "Reads PLCs and CNCs; utilisation, reasons of stops and output count themselves.",
                (("equipment-management", 3),),
                ("C29", "C33", "C34", "C36"),
                (10, 40),
                45,
            ),
            _Offer(
                "老旧设备加装采集网关",
                "Gateways for old machines",
                "没有通讯口的旧机器加装电流互感与传感器,开机、停机、产量可见。",
                "Current clamps and sensors for machines without a port: on, off and output become visible.",
                (("equipment-management", 2),),
                (),
                (1, 6),
                10,
            ),
        ),
    ),
    _Maker(
        "demo-supplier-flow",
        "演示服务商·流程(虚构)",
        "Demonstration supplier “Flow” (fictional)",
        "421200",
        "做制造执行与排产,服务离散制造和食品饮料。(虚构企业)",
        "Manufacturing execution and scheduling for discrete and food makers. (Fictional)",
        (
            _Offer(
                "离散制造MES",
                "MES for discrete manufacturing",
                "工单下达、报工、在制品与工序流转跟踪,质检记录。",
                "Orders, reporting, work in progress and inspection records.",
                (("production-control", 3), ("quality-management", 2)),
                ("C33", "C34", "C36"),
                (30, 90),
                120,
            ),
            _Offer(
                "食品饮料批次追溯",
                "Batch tracing for food and drinks",
                "扫码看原料批次与检验报告,一键召回演练。",
                "A scan shows raw batches and test reports; recalls can be rehearsed.",
                (("quality-management", 3), ("warehousing", 2)),
                ("C13", "C14", "C15"),
                (10, 30),
                60,
            ),
            _Offer(
                "轻量排产看板",
                "Light scheduling board",
                "拖拽式排产,车间大屏显示进度,插单提醒。",
                "Drag-and-drop schedule, progress on a screen, warnings of rush orders.",
                (("planning-scheduling", 2),),
                (),
                (3, 9),
                15,
            ),
        ),
    ),
    _Maker(
        "demo-supplier-energy",
        "演示服务商·能效(虚构)",
        "Demonstration supplier “Energy” (fictional)",
        "421281",
        "做能源计量、空压站群控与余热利用。(虚构企业)",
        "Energy metering, compressor control and waste heat. (Fictional)",
        (
            _Offer(
                "能源管理平台",
                "Energy management",
                "水电气分项计量,班组单耗排名,异常用能报警。",
                "Water, power and gas by part; consumption by shift; alarms.",
                (("energy-management", 3),),
                (),
                (10, 35),
                45,
            ),
            _Offer(
                "空压站群控节能",
                "Control of compressor stations",
                "多台空压机联控,管网压力优化,泄漏监测。",
                "Several compressors run as one; pressure and leaks are watched.",
                (("energy-management", 3), ("equipment-management", 2)),
                (),
                (12, 40),
                40,
            ),
            _Offer(
                "加热炉燃烧优化",
                "Furnace combustion",
                "空燃比模型优化,降低吨钢气耗。",
                "Air-fuel ratio by a model: less gas for each tonne of steel.",
                (("energy-management", 4),),
                ("C31", "C30"),
                (30, 90),
                100,
            ),
        ),
    ),
    _Maker(
        "demo-supplier-vision",
        "演示服务商·视觉(虚构)",
        "Demonstration supplier “Vision” (fictional)",
        "420100",
        "做机器视觉外观检测,申请入库中。(虚构企业)",
        "Machine vision for surfaces; its application is waiting. (Fictional)",
        (),
        admitted=False,
    ),
)


def seed_suppliers(platform: Platform) -> None:
    """Enters what is not there yet."""
    desk = platform.bureau.suppliers
    if desk.pool.suppliers():
        return
    for maker in _MAKERS:
        _supplier(platform, maker)
    _demands(platform)
    _case(platform)
    _events(platform)


def _supplier(platform: Platform, maker: _Maker) -> None:
    enterprise = platform.registry.ensure_enterprise(
        slug=maker.slug,
        name_zh=maker.name_zh,
        name_en=maker.name_en,
        area_code=maker.area_code,
        is_demonstration=True,
    )
    paper = platform.files.keep(
        [_picture()], "演示材料.png", owner_enterprise_id=enterprise.id, purpose="supplier-licence", actor="demo"
    )
    profile = SupplierProfile(
        intro_zh=maker.intro_zh,
        intro_en=maker.intro_en,
        contact_name="演示联系人",
        documents={"licence": (paper.id,), "credit": (paper.id,)},
        pledge=True,
    )
    desk = platform.bureau.suppliers
    applied = desk.pool.apply(enterprise.id, profile, SUPPLIER)
    if not maker.admitted:
        return
    desk.pool.act(applied.id, "admit", OFFICE)
    for offer in maker.offers:
        content = SolutionContent(
            title_zh=offer.title,
            title_en=offer.title_en,
            summary_zh=offer.summary,
            summary_en=offer.summary_en,
            scenarios=tuple(ScenarioReach(scenario=one, level=level) for one, level in offer.scenarios),
            industries=offer.industries,
            price_min_fen=offer.wan[0] * WAN,
            price_max_fen=offer.wan[1] * WAN,
            delivery_days=offer.days,
        )
        drafted = desk.solutions.draft(applied.id, content, SUPPLIER)
        desk.solutions.act(drafted.id, "publish", SUPPLIER)


def _demands(platform: Platform) -> None:
    desk = platform.bureau.suppliers
    stamping, steel, drinks = (_factory(platform, slug) for slug in ("demo-a", "demo-b", "demo-c"))
    first = _published(
        platform,
        stamping,
        DemandContent(
            title="想知道压机一天开了多久、为什么停(演示)",
            text="五台压机,有一台老的没有通讯口。想自动统计开机、停机和停机原因,班后不再手抄。",
            scenarios=(WantedScenario(scenario="equipment-management", level=3),),
            industry="3360",
            area_code="421202",
            budget_max_fen=35 * WAN,
            shows=(Shown.INDUSTRY, Shown.AREA),
            consent=True,
        ),
    )
    _published(
        platform,
        steel,
        DemandContent(
            title="加热炉气耗偏高(演示)",
            text="加热炉吨钢气耗比同行高,空压机压力也不稳,想先看清用能再改造。",
            scenarios=(WantedScenario(scenario="energy-management", level=3),),
            industry="3130",
            area_code="421281",
            budget_max_fen=80 * WAN,
            shows=(Shown.INDUSTRY, Shown.BUDGET),
            consent=True,
        ),
    )
    desk.demands.write(
        drinks,
        DemandContent(
            title="批次追溯(演示,草稿)", text="商超要求能查到原料批次。", industry="1523", area_code="421221"
        ),
        ENTERPRISE,
    )
    makers = desk.pool.listed()
    answer = desk.answers.answer(
        first,
        makers[0].id,
        AnswerContent(
            text="四台走PLC采集,老压机加电流互感;六周上线,含一年维护。(演示)",
            price_min_fen=18 * WAN,
            price_max_fen=22 * WAN,
            delivery_days=42,
        ),
        SUPPLIER,
    )
    desk.answers.act(answer.id, "talk", ENTERPRISE)
    offered = AnswerContent(text="可与MES一并实施,先做设备层。(演示)", price_min_fen=30 * WAN, delivery_days=90)
    desk.answers.answer(first, makers[1].id, offered, SUPPLIER)


def _published(platform: Platform, enterprise_id: int, content: DemandContent) -> int:
    demands = platform.bureau.suppliers.demands
    written = demands.write(enterprise_id, content, ENTERPRISE)
    return demands.act(written.id, "publish", ENTERPRISE).id


def _case(platform: Platform) -> None:
    """One as told, and published; one with what claims measured, where the factory has two that make a pair."""
    cases, stamping = platform.bureau.cases, _factory(platform, "demo-a")
    supplier_id = platform.bureau.suppliers.pool.listed()[0].id
    content = CaseContent(
        title_zh="冲压车间设备联网(演示)",
        title_en="Connecting a stamping shop (demonstration)",
        problem_zh="停机靠手抄,月底才知道开动率。",
        problem_en="Stops were written down by hand; utilisation was known at the end of the month.",
        done_zh="四台压机接PLC,一台老压机加装网关,停机原因由班组在屏上点选。",
        done_en="Four presses by PLC, an old one by a gateway; shifts choose the reason of a stop on a screen.",
        scenarios=("equipment-management",),
        industry="3360",
        investment_fen=20 * WAN,
    )
    drafted = cases.draft(stamping, content, OFFICE, supplier_id=supplier_id)
    name = EffectName(
        topic=EffectTopic.EFFICIENCY,
        name_zh="设备开动率",
        name_en="Utilisation of machines",
        unit="%",
        lower_is_better=False,
    )
    before = Side(value=Decimal("61.5"), first=date(2025, 1, 1), last=date(2025, 3, 31))
    after = Side(value=Decimal("70.1"), first=date(2025, 7, 1), last=date(2025, 9, 30))
    cases.told(drafted.id, name, before, after, ENTERPRISE)
    cases.act(drafted.id, "consent", ENTERPRISE)
    cases.act(drafted.id, "publish", OFFICE)


def _events(platform: Platform) -> None:
    desk = platform.bureau.events
    today = desk.events.today()
    _named_after_the_reply(platform)
    ahead = desk.events.plan(
        EventContent(
            title_zh="设备联网与数据采集培训(演示)",
            title_en="Training: connecting machines (demonstration)",
            form=EventForm.TRAINING,
            text_zh="面向中小企业:看得见的设备、够用的数据。(演示活动)",
            text_en="For small and medium enterprises: machines that can be seen, data that suffice. (Demonstration)",
            area_code="421200",
            place="演示培训室",
            host="演示主办单位",
            starts_on=today + timedelta(days=21),
            ends_on=today + timedelta(days=21),
            register_until=today + timedelta(days=18),
            seats=60,
            scenarios=("equipment-management",),
        ),
        OFFICE,
    )
    desk.events.act(ahead.id, "call", OFFICE)
    stamping, steel = _factory(platform, "demo-a"), _factory(platform, "demo-b")
    desk.events.register(ahead.id, stamping, ENTERPRISE, people=2, contact="演示联系人", question="老压机怎么接?")
    held = desk.events.plan(
        EventContent(
            title_zh="服务商进园区对接会(演示)",
            title_en="Suppliers in the park (demonstration)",
            form=EventForm.MATCHING,
            area_code="421202",
            place="演示园区",
            host="演示主办单位",
            starts_on=today - timedelta(days=30),
            ends_on=today - timedelta(days=30),
        ),
        OFFICE,
        is_over=True,
    )
    desk.attendance.attend(held.id, [stamping, steel], OFFICE, source=f"签到表({NOTE})")
    desk.notes.write(
        held.id,
        stamping,
        "建议先给老压机加装网关,再统计停机原因。(演示)",
        OFFICE,
        scenarios=("equipment-management",),
        follow_up_by=today - timedelta(days=1),
    )
    note = desk.notes.write(
        held.id, steel, "建议先做空压站和加热炉的分项计量。(演示)", OFFICE, follow_up_by=today - timedelta(days=5)
    )
    desk.notes.follow_up(note.id, "已发布能耗需求,两家服务商在谈。(演示)", OFFICE)


def _named_after_the_reply(platform: Platform) -> None:
    """The event that the reply tells of, as it tells it: on 30 May 2023 in Chibi, for over 100 enterprises."""
    events = platform.bureau.events.events
    for event in events.events(["held"]):
        if event.content.starts_on == date(2023, 5, 30) and event.content.form is EventForm.PARK:
            content = event.content.model_copy(
                update={
                    "title_zh": "工业互联网进园区活动",
                    "title_en": "Industrial internet into the parks",
                    "text_zh": "邀请行业专家为100余家企业进行智改数转专题辅导。",
                    "text_en": "Experts coached over 100 enterprises on digital transformation.",
                    "host": "咸宁市经济和信息化局",
                    "place": "",
                }
            )
            events.revise(event.id, content, OFFICE)


def _factory(platform: Platform, slug: str) -> int:
    return platform.registry.enterprise_by_slug(slug).id


def _picture(side: int = 64) -> bytes:
    """A plain grey PNG (ISO/IEC 15948), standing for a paper that nobody has."""
    row = b"\x00" + b"\xdd" * side
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts: Sequence[tuple[bytes, bytes]] = ((b"IHDR", header), (b"IDAT", zlib.compress(row * side)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
