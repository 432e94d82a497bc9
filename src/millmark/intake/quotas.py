"""How much each gateway may bring: what is over its quota comes later, nothing is dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from millmark.registry import GatewayQuota

_BURST_S = 1.0
_MOST_BUCKETS = 20_000


@dataclass(slots=True)
class _Bucket:
    """Points and bytes that may still come at once; below zero is what came too early."""

    points: float
    bytes: float
    filled_at: float


class Quotas:
    """Token buckets of one second, one for each gateway, whichever doors it comes through.

    A bucket may be overdrawn by the message in hand, which is read whole; then the gateway is not read until the debt
    is paid, and its own network connection holds back what it sends. Belongs to the event loop.
    """

    def __init__(self, default: GatewayQuota, monotonic: Callable[[], float]) -> None:
        self._default = default
        self._monotonic = monotonic
        self._own: dict[str, GatewayQuota] = {}
        self._buckets: dict[str, _Bucket] = {}

    def set_all(self, own: Mapping[str, GatewayQuota]) -> None:
        """The gateways' own quotas; what one leaves open is as for everybody."""
        self._own = dict(own)

    def set(self, gateway: str, own: GatewayQuota) -> None:
        self._own[gateway] = own

    def of(self, gateway: str) -> GatewayQuota:
        """What holds for a gateway; None in it is no limit."""
        own = self._own.get(gateway)
        if own is None:
            return self._default
        return replace(
            own,
            points_per_s=self._default.points_per_s if own.points_per_s is None else own.points_per_s,
            bytes_per_s=self._default.bytes_per_s if own.bytes_per_s is None else own.bytes_per_s,
            series=self._default.series if own.series is None else own.series,
        )

    def spend(self, gateway: str, *, points: int = 0, size: int = 0) -> float:
        """Counts what a gateway brought; returns for how many seconds it should not be read."""
        quota = self.of(gateway)
        if quota.points_per_s is None and quota.bytes_per_s is None:
            return 0.0
        bucket = self._filled(gateway, quota)
        bucket.points -= points
        bucket.bytes -= size
        return _debt_s(bucket, quota)

    def wait_s(self, gateway: str) -> float:
        """For how many seconds a gateway should not be read."""
        return self.spend(gateway)

    def held_back(self) -> list[str]:
        """The gateways that are over their quota just now, and are not read."""
        return [gateway for gateway in self._buckets if self.wait_s(gateway) > 0]

    def _filled(self, gateway: str, quota: GatewayQuota) -> _Bucket:
        now = self._monotonic()
        most_points, most_bytes = (quota.points_per_s or 0.0) * _BURST_S, (quota.bytes_per_s or 0) * _BURST_S
        bucket = self._buckets.get(gateway)
        if bucket is None:
            if len(self._buckets) >= _MOST_BUCKETS:
                # Whoever was forgotten begins with a full bucket again: a second's worth, once.
                self._buckets.clear()
            bucket = self._buckets[gateway] = _Bucket(most_points, most_bytes, now)
        passed = now - bucket.filled_at
        bucket.points = min(bucket.points + passed * (quota.points_per_s or 0.0), most_points)
        bucket.bytes = min(bucket.bytes + passed * (quota.bytes_per_s or 0), most_bytes)
        bucket.filled_at = now
        return bucket


def _debt_s(bucket: _Bucket, quota: GatewayQuota) -> float:
    owed = 0.0
    if quota.points_per_s is not None and bucket.points < 0:
        owed = -bucket.points / quota.points_per_s
    if quota.bytes_per_s is not None and bucket.bytes < 0:
        owed = max(owed, -bucket.bytes / quota.bytes_per_s)
    return owed
