"""What is told of one path by which points come in."""

from __future__ import annotations

from typing import Final, TypedDict

from millmark.bench.child import Child
from millmark.bench.plan import LoadPlan
from millmark.bench.publisher import Published

NOT_INSTALLED: Final = "not installed"


class PathFigures(TypedDict, total=False):
    """`acknowledged` says what the acknowledgement of a point means there, `sent_as` how it was brought.

    `lost` and `double` come from reading everything back; `rss_mb` is the most resident memory while ingesting, and
    `cpu_s` the processor time, of the taking side alone; `refusals` is how often it was too busy to take a body.
    `share_of_live` compares late points with such in order of time.
    """

    points_per_s: int
    seconds: float
    points: int
    acknowledged: str
    sent_as: str
    ack_p50_ms: float
    ack_p99_ms: float
    lost: int
    double: int
    share_of_raw_insert: float
    share_of_live: float
    rss_mb: int
    cpu_s: float
    refusals: int


def path_figures(plan: LoadPlan, published: Published, server: Child, cpu_before_s: float) -> PathFigures:
    """Of a path that has just been measured; the server still runs."""
    points = published.timed_messages * plan.values_each
    return PathFigures(
        points_per_s=round(points / published.seconds),
        seconds=round(published.seconds, 2),
        points=points,
        ack_p50_ms=round(published.wait_ms(0.5), 1),
        ack_p99_ms=round(published.wait_ms(0.99), 1),
        rss_mb=round(server.peak_mb),
        cpu_s=round(server.cpu_s - cpu_before_s, 2),
    )
