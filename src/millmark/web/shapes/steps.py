"""What happened to an object of a programme, and what may happen next."""

from __future__ import annotations

from typing import Any

from millmark.programmes.life import Offer, Step
from millmark.web.shapes.shape import Shape, TimeUs


class AllowedView(Shape):
    """An action that whoever asks may take now."""

    action: str
    needs_reason: bool
    name_zh: str
    name_en: str

    @classmethod
    def of(cls, offer: Offer) -> AllowedView:
        return cls(action=offer.action, needs_reason=offer.needs_reason, name_zh=offer.name_zh, name_en=offer.name_en)


class StepView(Shape):
    """One thing that happened, by whom, when and why; `detail` says what belongs to this action."""

    version: int
    state_from: str | None
    state_to: str
    action: str
    actor: str
    role: str
    at_us: TimeUs
    reason: str | None
    detail: dict[str, Any]

    @classmethod
    def of(cls, step: Step) -> StepView:
        return cls(
            version=step.version,
            state_from=step.state_from,
            state_to=step.state_to,
            action=step.action,
            actor=step.actor,
            role=step.role,
            at_us=step.at_us,
            reason=step.reason,
            detail=dict(step.detail),
        )
