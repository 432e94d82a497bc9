"""What the bureau's desk shows in the demonstration, part by part; each may be repeated and keeps what is there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from millmark.composition import Platform

log = logging.getLogger(__name__)


def seed_bureau(platform: Platform) -> None:
    """Fills the desk while the platform runs. A part that cannot be filled is told in the log and keeps no other."""
    for name, part in _parts():
        if platform.services.stopping.is_set():
            return
        try:
            part(platform)
        except Exception:
            # The demonstration is better with a page that is empty than without any.
            log.exception("the demonstration has nothing to show of %s", name)


def _parts() -> Iterator[tuple[str, Callable[[Platform], None]]]:
    """In an order in which later ones find what they build on."""
    from millmark.demo.bureau_briefs import seed_briefs
    from millmark.demo.bureau_coverage import seed_coverage
    from millmark.demo.bureau_investments import seed_investments
    from millmark.demo.bureau_ledger import seed_ledger
    from millmark.demo.bureau_proposals import seed_proposals
    from millmark.demo.bureau_publications import seed_publications
    from millmark.demo.bureau_statistics import seed_statistics
    from millmark.demo.bureau_suppliers import seed_suppliers
    from millmark.demo.bureau_watch import seed_watch

    yield "the ledger", seed_ledger
    yield "the industry watch", seed_watch
    yield "coverage", seed_coverage
    yield "investments and requests", seed_investments
    yield "suppliers, demands, cases and events", seed_suppliers
    yield "proposals", seed_proposals
    yield "statistics", seed_statistics
    yield "publications", seed_publications
    yield "briefs", seed_briefs
