"""What can go wrong when a figure is made public."""

from __future__ import annotations

from enum import StrEnum

from millmark.region.errors import RegionError
from millmark.region.statistics import Clash
from millmark.region.watch.months import month_text


class Obstacle(StrEnum):
    """Why a figure cannot be public, told to those who publish; none says a parameter or a part.

    `no_value`: there is none. `few`: too few contributors. `dominant`: one part of the sum could be estimated too
    closely. `difference`: what changed since it was last told would tell of single contributors. `beside`: beside a
    published table, or another figure, it would tell of single contributors.
    """

    NO_VALUE = "no_value"
    FEW = "few"
    DOMINANT = "dominant"
    DIFFERENCE = "difference"
    BESIDE = "beside"


_WHY = {
    Obstacle.NO_VALUE: (
        "在该日没有数值,请先登记它所统计的记录",
        "has no value on that day; record what it counts first",
    ),
    Obstacle.FEW: (
        "由过少的企业(同一控股方计为一家)构成,公布会泄露单个企业的情况;请待更多企业加入,或公布口径更宽的数据",
        "rests on too few enterprises (one holding counts as one) and would tell of them; publish a wider figure",
    ),
    Obstacle.DOMINANT: (
        "由个别企业占了大部分,公布后可据此较准确地推算该企业的数值;请公布口径更宽的数据",
        "is mostly the part of single enterprises, which it would tell too closely; publish a wider figure",
    ),
    Obstacle.BESIDE: (
        "与已公布的统计表或其他数字对照,会泄露单个企业的情况;请公布口径更宽的数据",
        "beside the published tables and figures would tell of single enterprises; publish a wider figure",
    ),
    Obstacle.DIFFERENCE: (
        "与此前已公布的数值相减,会泄露单个企业的情况;请待更多企业的数值变化后再公布",
        "less what was told before would tell of single enterprises; wait until more of them have changed",
    ),
}


class NotPublishable(RegionError):
    """A figure that must not be made public; the message says why, without telling what it protects."""

    def __init__(self, figure_id: str, obstacle: Obstacle, clash: Clash | None = None) -> None:
        """`clash` is where, of a figure that cannot stand beside what is public."""
        zh, en = _WHY[obstacle] if clash is None else _beside(clash)
        super().__init__(f"{figure_id} {en}", f"{figure_id}{zh}")
        self.obstacle = obstacle


def _beside(clash: Clash) -> tuple[str, str]:
    month = month_text(clash.month)
    if clash.table is None:
        beside_zh, beside_en = f"数字{clash.figure}", f"the figure {clash.figure}"
    else:
        beside_zh = f"已公布的统计表{clash.table}第{clash.number}版"
        beside_en = f"version {clash.number} of the published table {clash.table!r}"
    zh = (
        f"与{beside_zh}对照,可推算出单个企业{month}的{clash.measure[0]}(单元格:{clash.cell[0]});请公布口径更宽的数据,"
        "或待更多企业的数值计入后再公布"
    )
    en = (
        f"beside {beside_en} would tell of single enterprises: {clash.measure[1]} of {month}, {clash.cell[1]}; publish "
        "a wider figure, or wait until more enterprises are in it"
    )
    return zh, en


class UnknownPublication(RegionError):
    """No such publication."""


class PublicationConflict(RegionError):
    """Withdrawn already, or the same content is public already."""
