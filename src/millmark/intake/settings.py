"""How the door gathers, bounds and refuses."""

from __future__ import annotations

from dataclasses import dataclass

from millmark.registry import GatewayQuota
from millmark.wire.line_protocol import LineNaming

_YEAR_2000_US = 946_684_800_000_000
_TEN_MINUTES_US = 600_000_000
_NO_LIMITS = GatewayQuota()
_USUAL_NAMES = LineNaming()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSettings:
    """`window_s` is how long arrivals are gathered before a commit, `block_points` how many end the window early.

    Nothing more than `pending_points` waits in memory, half of it for the block being written and half for the next:
    beyond it the door stops reading its sockets. A reading more than `future_limit_us` ahead of the platform's clock,
    or before `ancient_before_us`, is quarantined.
    """

    window_s: float = 0.02
    block_points: int = 100_000
    pending_points: int = 1_000_000
    future_limit_us: int = _TEN_MINUTES_US
    ancient_before_us: int = _YEAR_2000_US
    retry_first_s: float = 0.25
    retry_longest_s: float = 5.0
    hang_up_after_s: float = 3.0
    """How long the store may refuse before connections are closed, so that devices keep what they have."""
    series_per_gateway: int = 20_000
    """How many series a gateway may register by itself."""
    bindings_reread_s: float = 2.0
    """How long an unknown tag stays unknown before the registry is asked again."""
    quota: GatewayQuota = _NO_LIMITS
    """What each gateway may bring a second, unless the registry says otherwise of it; None is no limit."""
    stop_within_s: float = 5.0

    def __post_init__(self) -> None:
        if not 0 < self.block_points <= self.pending_points:
            raise ValueError(
                f"a block ({self.block_points} points) must fit into what may wait ({self.pending_points} points)"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProtocolSettings:
    """Writes of line protocol over HTTP: the longest body (after unpacking), how much of all bodies together may be in
    memory, how long one waits for room, and how fields are named."""

    body_bytes: int = 64 << 20
    in_flight_bytes: int = 256 << 20
    wait_s: float = 5.0
    naming: LineNaming = _USUAL_NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttLimits:
    """What one connection, and all of them, may take."""

    packet_bytes: int = 1 << 20
    connections: int = 10_000
    connect_within_s: float = 10.0
    unacknowledged: int = 250_000
    """Readings and messages of one connection that wait for a commit before its socket is no longer read."""
    subscriptions: int = 50
    outgoing_in_flight: int = 100
    queued_messages: int = 1_000
    """Messages above QoS 0 that wait for one client, under way or while it is away."""
    queued_s: float = 3_600.0
    """How long one of them may wait."""
    command_s: float = 30.0
    """How long a command may wait to be acknowledged before it is not sent again."""
    session_expiry_s: int = 86_400
    """How long a session is kept at most when its client is away."""
    sessions_kept: int = 10_000
    receive_maximum: int = 65_535
    """Messages above QoS 0 that an MQTT 5 client may have under way (clause 3.2.2.3.3)."""
    topic_aliases: int = 100
    keep_alive_s: int = 3_600
    """The longest keep-alive of an MQTT 5 client, and that of one that wants none."""
    unread_within_s: float = 60.0
    """How long a client may leave unread what it is sent before it is cut off."""
    retained_messages: int = 10_000
    retained_bytes: int = 16 << 20
    host_id: str = "millmark"
    """The Sparkplug host id whose STATE the platform publishes (Sparkplug 3.0, clause 5.4)."""
