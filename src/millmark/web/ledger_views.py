"""Entries, kinds, indicators and targets of the ledger as the API tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from millmark.web.shapes.ledger import (
    ChoiceView,
    GigabitIndicatorView,
    GigabitPart,
    KindFieldView,
    KindView,
    LedgerEntryView,
    ObservedView,
    TargetView,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from millmark.region import KindText, LedgerEntry
    from millmark.region.field import FieldText
    from millmark.region.indicators import Indicator, Part
    from millmark.region.targets import Target

_ENTRIES_TOLD = 200


def entry_view(entry: LedgerEntry) -> LedgerEntryView:
    return LedgerEntryView(
        id=entry.id,
        kind=entry.kind,
        area=entry.area,
        area_code=entry.area_code,
        period_start=entry.period_start,
        period_end=entry.period_end,
        as_of=entry.as_of,
        holds_until=entry.holds_until,
        quantity=entry.quantity,
        unit=entry.unit,
        subject=entry.subject,
        counting=entry.counting.value,
        qualifier=entry.qualifier.value,
        source=entry.source,
        grade=entry.grade.value,
        placeholder=entry.placeholder,
        owner=entry.owner,
        longitude=entry.longitude,
        latitude=entry.latitude,
        fields=dict(entry.fields),
        part_of=entry.part_of,
        recorded_at_us=entry.recorded_at_us,
        recorded_by=entry.recorded_by,
        voids=entry.voids,
        voided_by=entry.voided_by,
        replaces=entry.replaces,
        batch=entry.batch,
    )


def kind_view(kind: KindText) -> KindView:
    return KindView(
        id=kind.id,
        name_zh=kind.name_zh,
        name_en=kind.name_en,
        counts=kind.counts,
        unit=kind.unit,
        unit_zh=kind.unit_zh,
        unit_en=kind.unit_en,
        book=kind.book,
        group=kind.group,
        subject_zh=kind.subject_zh,
        subject_en=kind.subject_en,
        place=kind.place,
        lists=kind.lists,
        fields=[_field(one) for one in kind.fields],
    )


def indicator_view(one: Indicator) -> GigabitIndicatorView:
    text = one.text
    return GigabitIndicatorView(
        id=text.id,
        name_zh=text.name_zh,
        name_en=text.name_en,
        unit_zh=text.unit_zh,
        unit_en=text.unit_en,
        value=one.value,
        threshold=text.threshold,
        passes=one.passes,
        confidence=text.confidence,
        note_zh=text.note_zh,
        note_en=text.note_en,
        source=text.source,
        observed=[
            ObservedView(
                year=seen.year, who_zh=seen.who_zh, who_en=seen.who_en, value=seen.value, confidence=seen.confidence
            )
            for seen in text.observed
        ],
        numerator=_part(one.numerator),
        denominator=_part(one.denominator),
        missing=list(one.missing),
        placeholder=one.placeholder,
    )


def target_view(one: Target, figure_ids: Collection[str]) -> TargetView:
    figure, indicator = one.figure, one.indicator
    zh, en = one.entry.subject or one.measure, one.entry.subject or one.measure
    unit_zh, unit_en = "", ""
    if figure is not None:
        zh, en, unit_zh, unit_en = figure.subject_zh, figure.subject_en, figure.unit_zh, figure.unit
    elif indicator is not None:
        text = indicator.text
        zh, en, unit_zh, unit_en = text.name_zh, text.name_en, text.unit_zh, text.unit_en
    return TargetView(
        entry=entry_view(one.entry),
        measure=one.measure,
        name_zh=zh,
        name_en=en,
        unit_zh=unit_zh,
        unit_en=unit_en,
        target=one.goal,
        value=one.value,
        progress=one.progress,
        reached=one.reached,
        due=one.due,
        figure_id=figure.id if figure is not None and figure.id in figure_ids else None,
    )


def _field(field: FieldText) -> KindFieldView:
    return KindFieldView(
        id=field.id,
        name_zh=field.name_zh,
        name_en=field.name_en,
        type=field.type,
        unit_zh=field.unit,
        unit_en=field.unit_en or field.unit,
        required=field.required,
        many=field.many,
        whole=field.whole,
        minimum=field.minimum,
        maximum=field.maximum,
        choices=[ChoiceView(id=one.id, name_zh=one.zh, name_en=one.en) for one in field.choices],
        hint_zh=field.hint_zh,
        hint_en=field.hint_en,
    )


def _part(part: Part | None) -> GigabitPart | None:
    if part is None:
        return None
    return GigabitPart(
        name_zh=part.text.name_zh,
        name_en=part.text.name_en,
        value=part.value,
        kind=part.text.kind,
        entries=list(part.entries[:_ENTRIES_TOLD]),
        entry_count=len(part.entries),
    )
