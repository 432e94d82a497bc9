"""Commands to machines: what is written, why, and what became of it."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from millmark.web.shapes.shape import Finite, Shape, TimeUs

Element: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr | None
CommandValue: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr | list[Element]

Reason: TypeAlias = Annotated[str, Field(min_length=3, max_length=500, description="Why; it is kept in the audit log.")]
Seconds: TypeAlias = Annotated[float, Field(gt=0, le=30, description="How long to wait for what becomes of it.")]


class NewCommand(Shape):
    """A value for one metric of a gateway's machine; `asset` is relative to the gateway's root, "" the edge node."""

    asset: str = Field(default="", max_length=512)
    metric: str = Field(min_length=1, max_length=255)
    value: Annotated[CommandValue, Field(union_mode="left_to_right")]
    reason: Reason
    within_s: Seconds = 5.0


class RebirthRequest(Shape):
    reason: Reason
    within_s: Seconds = 5.0


class CommandResult(Shape):
    """`delivery` is `sent` where the edge node acknowledges nothing. `reported_back` says whether the machine gave the
    written value as its own within the time, null where no series shows it. `old_value` is what was known before."""

    topic: str
    sent_us: TimeUs
    delivery: Literal["sent", "acknowledged", "not_acknowledged"]
    connections: int
    reported_back: bool | None
    old_value: Finite | str = None
    old_time_us: TimeUs | None = None


class RebirthResult(Shape):
    commands: list[CommandResult]
