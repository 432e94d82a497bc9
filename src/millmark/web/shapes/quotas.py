"""How much a gateway may bring."""

from __future__ import annotations

from pydantic import Field

from millmark.web.shapes.shape import Shape


class Quota(Shape):
    """Through all doors together; null is no limit. `series` is how many a gateway may register by itself."""

    points_per_s: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    bytes_per_s: int | None = Field(default=None, gt=0, le=2**62)
    series: int | None = Field(default=None, ge=0, le=2**31 - 1)


class QuotaView(Shape):
    """`own` limits go before those of the settings; `holds` is what comes of both."""

    own: Quota
    holds: Quota
