"""Which series a gateway's tags are, remembered so that the registry is asked only about what is new."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from millmark.intake.contribution import QuarantineReason
from millmark.intake.engineering_unit import EngineeringUnits
from millmark.intake.settings import IntakeSettings
from millmark.model import DataType, Series
from millmark.model.period import SECOND_US
from millmark.registry import Gateway, GatewayQuota, InvalidEntry, NotRegistered, Registry, SeriesDeclaration
from millmark.wire.readings import MetricTraits
from millmark.wire.sparkplug import Properties

Tag = tuple[str, str]
Refusal = tuple[QuarantineReason, str]
_MOST_REFUSALS = 50_000
_MOST_SOURCES = 256
"""Connections of one gateway whose tags are remembered as arrays."""


@dataclass(frozen=True, slots=True, eq=False)
class TagsInUse:
    """The tags of a batch; `used` ones have readings in it, `valued` ones a value that shows their data type."""

    tags: Sequence[Tag]
    used: NDArray[np.bool_]
    valued: NDArray[np.bool_]
    is_text: bool


@dataclass(frozen=True, slots=True, eq=False)
class ResolvedTags:
    """For each tag of a batch: its series id or -1, whether that holds text, and, for a used -1, why."""

    series: NDArray[np.int64]
    is_text: NDArray[np.bool_]
    refusals: Mapping[int, Refusal]


@dataclass(slots=True)
class _GatewayBook:
    """`columns` are the arrays of tags resolved before, by the tags' identity: a connection brings the same ones in
    every window. The tags are kept with them, so that no other object can come to have their identity."""

    gateway: Gateway | None
    read_at_us: int
    series: dict[Tag, Series]
    most_series: int | None = None
    refusals: dict[Tag, Refusal] = field(default_factory=dict)
    columns: OrderedDict[int, tuple[Sequence[Tag], ResolvedTags]] = field(default_factory=OrderedDict)

    def find(self, tags: Sequence[Tag]) -> ResolvedTags | None:
        found = self.columns.get(id(tags))
        if found is None:
            return None
        self.columns.move_to_end(id(tags))
        return found[1]

    def keep(self, tags: Sequence[Tag], columns: ResolvedTags) -> None:
        self.columns[id(tags)] = tags, columns
        self.columns.move_to_end(id(tags))
        if len(self.columns) > _MOST_SOURCES:
            self.columns.popitem(last=False)


class Bindings:
    """Belongs to the committer's thread. A refusal holds until the registry is read again."""

    def __init__(
        self, registry: Registry, units: EngineeringUnits, settings: IntakeSettings, now_us: Callable[[], int]
    ) -> None:
        self._registry = registry
        self._units = units
        self._settings = settings
        self._now_us = now_us
        self._books: dict[str, _GatewayBook] = {}
        self._old_before_us = 0

    def read_again(self) -> None:
        """No refusal of before now holds any longer; may be called from any thread."""
        self._old_before_us = self._now_us() + 1

    def known(self, gateway: str, tags: Sequence[Tag]) -> ResolvedTags | None:
        """What is remembered of these tags, the very same object as before; some may not be resolved."""
        book = self._books.get(gateway)
        return None if book is None else book.find(tags)

    def resolve(self, gateway: str, batch: TagsInUse, traits: Mapping[Tag, MetricTraits]) -> ResolvedTags:
        """The series of the used tags; new ones are registered when the gateway may. Raises `DatabaseUnavailable`."""
        book = self._books.get(gateway)
        known = None if book is None else book.find(batch.tags)
        if _covers(known, batch):
            return known
        used = [batch.tags[position] for position in np.flatnonzero(batch.used).tolist()]
        if book is None or self._must_reread(book, used):
            book = self._books[gateway] = self._read(gateway)
        refusals = self._admit(book, gateway, batch, traits)
        columns = _columns(book, batch, refusals)
        book.keep(batch.tags, columns)
        return columns

    def declare(self, gateway: str, declared: Mapping[Tag, Properties]) -> None:
        """Keeps what devices say of their series; what is no series is not kept. Raises `DatabaseUnavailable`."""
        book = self._books.get(gateway)
        if book is not None:
            said = {book.series[tag].id: properties for tag, properties in declared.items() if tag in book.series}
            self._registry.declare_properties(said)

    def _must_reread(self, book: _GatewayBook, used: Sequence[Tag]) -> bool:
        age_us = self._now_us() - book.read_at_us
        is_young = 0 <= age_us < self._settings.bindings_reread_s * SECOND_US
        is_fresh = is_young and book.read_at_us >= self._old_before_us
        return not is_fresh and any(tag not in book.series for tag in used)

    def _read(self, gateway: str) -> _GatewayBook:
        try:
            known = self._registry.gateway(gateway)
        except NotRegistered:
            return _GatewayBook(None, self._now_us(), {})
        own = self._registry.gateway_quotas().get(gateway, GatewayQuota()).series
        return _GatewayBook(known, self._now_us(), dict(self._registry.bindings(gateway)), own)

    def _admit(
        self, book: _GatewayBook, gateway: str, batch: TagsInUse, traits: Mapping[Tag, MetricTraits]
    ) -> dict[Tag, Refusal]:
        """Registers the unknown tags that may be; returns why the others are refused."""
        refusals: dict[Tag, Refusal] = {}
        declarations: dict[Tag, SeriesDeclaration] = {}
        for position in np.flatnonzero(batch.used).tolist():
            tag = batch.tags[position]
            if tag in book.series:
                continue
            trait = traits.get(tag)
            refusal = book.refusals.get(tag) or self._refusal(book, gateway, len(declarations))
            if refusal is not None:
                refusals[tag] = refusal
            elif trait is None and not batch.valued[position]:
                # Not remembered: the next reading may show what it is.
                why = "it has brought no value yet that shows its data type"
                refusals[tag] = (QuarantineReason.UNKNOWN_SERIES, why)
            else:
                declarations[tag] = self._declaration(tag, trait, is_text=batch.is_text)
        if declarations:
            refusals |= self._register(book, gateway, declarations)
        return refusals

    def _refusal(self, book: _GatewayBook, gateway: str, being_added: int) -> Refusal | None:
        """Why this gateway may not register one more series, or None."""
        if book.gateway is None:
            return QuarantineReason.UNKNOWN_GATEWAY, f"no gateway is registered as {gateway!r}"
        if not book.gateway.may_register:
            why = f"gateway {gateway!r} may not register series; declare this metric or let the gateway register"
            return QuarantineReason.UNKNOWN_SERIES, why
        own = book.most_series
        if len(book.series) + being_added >= (self._settings.series_per_gateway if own is None else own):
            why = f"gateway {gateway!r} has {len(book.series)} series, the most it may register by itself"
            return QuarantineReason.UNKNOWN_SERIES, why
        return None

    def _declaration(self, tag: Tag, trait: MetricTraits | None, *, is_text: bool) -> SeriesDeclaration:
        if trait is None:
            return SeriesDeclaration(*tag, data_type=DataType.TEXT if is_text else DataType.FLOAT)
        return SeriesDeclaration(*tag, unit=self._units.code(trait.engineering_unit), data_type=trait.data_type)

    def _register(
        self, book: _GatewayBook, gateway: str, declarations: Mapping[Tag, SeriesDeclaration]
    ) -> dict[Tag, Refusal]:
        try:
            found = self._registry.ensure_all_series(gateway, list(declarations.values()))
        except (InvalidEntry, NotRegistered) as error:
            if len(declarations) > 1:
                # All or none was refused; one by one, only those at fault are.
                refused: dict[Tag, Refusal] = {}
                for tag, declaration in declarations.items():
                    refused |= self._register(book, gateway, {tag: declaration})
                return refused
            refusals = dict.fromkeys(declarations, (QuarantineReason.UNKNOWN_SERIES, str(error)))
            if len(book.refusals) < _MOST_REFUSALS:
                book.refusals.update(refusals)
            return refusals
        book.series.update(zip(declarations, found, strict=True))
        return {}


def _covers(columns: ResolvedTags | None, batch: TagsInUse) -> TypeGuard[ResolvedTags]:
    return columns is not None and bool((columns.series[batch.used] >= 0).all())


def _columns(book: _GatewayBook, batch: TagsInUse, refusals: Mapping[Tag, Refusal]) -> ResolvedTags:
    series = np.full(len(batch.tags), -1, np.int64)
    is_text = np.zeros(len(batch.tags), np.bool_)
    refused: dict[int, Refusal] = {}
    for position, tag in enumerate(batch.tags):
        found = book.series.get(tag)
        if found is not None:
            series[position] = found.id
            is_text[position] = found.data_type is DataType.TEXT
        elif tag in refusals:
            refused[position] = refusals[tag]
    return ResolvedTags(series, is_text, refused)
