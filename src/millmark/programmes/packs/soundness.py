"""Whether a pack may be used for a call: it makes sense, and answers its own vectors."""

from __future__ import annotations

from millmark.programmes.packs.checking import check
from millmark.programmes.packs.findings import Severity
from millmark.programmes.packs.model import PolicyPack
from millmark.programmes.packs.shelf import PackShelf
from millmark.programmes.packs.trying import try_vectors


def faults(pack: PolicyPack, shelf: PackShelf) -> tuple[str, ...]:
    """One sentence for each mistake of sense and each vector that does not hold; none for a pack that may be used."""
    wrong = [str(one) for one in check(pack, shelf) if one.severity is Severity.ERROR]
    failed = [f"vector {one.name!r}: {'; '.join(one.failures)}" for one in try_vectors(pack) if not one.holds]
    return (*wrong, *failed)
