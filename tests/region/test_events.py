"""Events on both databases: attendances move figure F27 and what it was stays in sight."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.region.city import City

from millmark.programmes.errors import IllegalStep, ReasonMissing, StepForbidden
from millmark.programmes.life import OFFICES, Actor, Party
from millmark.region import FigureQualifier
from millmark.region.events import Event, EventContent, EventForm
from millmark.region.events.errors import EventConflict, InvalidEvent

OFFICE = Actor("office", "officer", OFFICES)
ENTERPRISE = Actor("works", "manager", frozenset({Party.ENTERPRISE}))
DAY = date(2023, 5, 30)


def chibi(city: City) -> Event:
    """The event that the facts file brought."""
    return next(one for one in city.bureau.events.events.events() if one.content.starts_on == DAY)


def enterprise(city: City, slug: str) -> int:
    return city.registry.add_enterprise(
        slug=slug, name_zh=f"{slug}厂", name_en=slug, area_code="421281", is_placeholder=True
    ).id


def content(**changes: object) -> EventContent:
    told = {"title_zh": "培训", "form": EventForm.TRAINING, "area_code": "421281", "starts_on": DAY, "ends_on": DAY}
    return EventContent.model_validate(told | changes)


def test_the_facts_bring_an_event_whose_attendance_is_the_figure(city: City) -> None:
    city.load()
    figure = city.figures.figure("F27")
    assert (figure.value, figure.qualifier) == (Decimal(100), FigureQualifier.AT_LEAST)
    assert [record.ref for record in figure.records] == ["event:1"]
    assert city.figures.trace("event:1").record == figure.records[0]
    event = chibi(city)
    assert (event.state, event.counts_as) == ("held", "coached-enterprise")
    assert city.bureau.events.attendance.counted()[event.id] == (Decimal(100), True)
    # Again it brings nothing.
    assert city.load().added == 0
    assert len(city.bureau.events.events.events()) == 1


def test_naming_one_of_those_counted_leaves_the_figure_and_one_beyond_moves_it(city: City) -> None:
    city.load()
    event, book = chibi(city), city.bureau.events.attendance
    first, second = enterprise(city, "alpha"), enterprise(city, "beta")
    with pytest.raises(EventConflict, match="among_counted"):
        book.attend(event.id, [first], OFFICE, source="签到表")
    book.attend(event.id, [first], OFFICE, source="签到表", among_counted=True)
    figure = city.figures.figure("F27")
    assert (figure.value, figure.qualifier) == (Decimal(100), FigureQualifier.AT_LEAST)
    assert sorted(str(record.count) for record in figure.records) == ["1", "99"]
    (added,) = book.attend(event.id, [second], OFFICE, source="签到表", among_counted=False)
    assert city.figures.figure("F27").value == 101
    with pytest.raises(EventConflict, match="recorded already"):
        book.attend(event.id, [second], OFFICE, source="签到表", among_counted=False)
    book.void(added.id, OFFICE, reason="签错了")
    assert city.figures.figure("F27").value == 100
    with pytest.raises(EventConflict, match="already void"):
        book.void(added.id, OFFICE, reason="再来一次")
    # What was corrected is not brought again by the file.
    assert city.load().added == 0
    assert city.figures.figure("F27").value == 100


def test_a_number_in_bulk_stands_once(city: City) -> None:
    city.load()
    event, book = chibi(city), city.bureau.events.attendance
    with pytest.raises(EventConflict, match="counted already"):
        book.count(event.id, 20, OFFICE, source="通稿")
    with pytest.raises(InvalidEvent, match="number"):
        book.count(event.id, 0, OFFICE, source="通稿")
    book.void(1, OFFICE, reason="改按签到表")
    book.count(event.id, 88, OFFICE, source="签到表合计")
    figure = city.figures.figure("F27")
    assert (figure.value, figure.qualifier) == (Decimal(88), FigureQualifier.EXACT)


def test_more_cannot_be_named_than_were_counted(city: City) -> None:
    city.load()
    event, book = chibi(city), city.bureau.events.attendance
    book.void(1, OFFICE, reason="改按签到表")
    book.count(event.id, 1, OFFICE, source="签到表合计")
    two = [enterprise(city, "alpha"), enterprise(city, "beta")]
    with pytest.raises(EventConflict, match="only 1"):
        book.attend(event.id, two, OFFICE, source="签到表", among_counted=True)
    # Nothing of it was kept.
    assert city.figures.figure("F27").value == 1
    book.attend(event.id, two[:1], OFFICE, source="签到表", among_counted=True)
    figure = city.figures.figure("F27")
    assert (figure.value, [record.subject for record in figure.records]) == (Decimal(1), ["alpha厂"])


def test_an_attendance_elsewhere_or_on_another_day_is_not_in_the_figure(city: City) -> None:
    city.load()
    events, book = city.bureau.events.events, city.bureau.events.attendance
    other = events.plan(content(area_code="421202"), OFFICE, is_over=True)
    later = events.plan(content(starts_on=date(2023, 6, 1), ends_on=date(2023, 6, 1)), OFFICE, is_over=True)
    works = enterprise(city, "alpha")
    for event in (other, later):
        book.attend(event.id, [works], OFFICE, source="签到表")
    assert city.figures.figure("F27").value == 100


def test_seats_dates_and_parties_are_held_to(city: City) -> None:
    events = city.bureau.events.events
    ahead = content(starts_on=date(2024, 6, 10), ends_on=date(2024, 6, 10), seats=3)
    with pytest.raises(InvalidEvent, match="has not come"):
        events.plan(ahead, OFFICE, is_over=True)
    with pytest.raises(StepForbidden):
        events.plan(ahead, ENTERPRISE)
    event = events.plan(ahead, OFFICE)
    works, other = enterprise(city, "alpha"), enterprise(city, "beta")
    with pytest.raises(EventConflict, match="no registrations"):
        events.register(event.id, works, ENTERPRISE, people=1, contact="李")
    events.act(event.id, "call", OFFICE)
    registered = events.register(event.id, works, ENTERPRISE, people=2, contact="李")
    with pytest.raises(EventConflict, match="1 seats"):
        events.register(event.id, other, ENTERPRISE, people=2, contact="王")
    # Changing one's own counts one's own seats as free.
    assert events.register(event.id, works, ENTERPRISE, people=3, contact="李").version == 2
    events.act_on_registration(registered.id, "cancel", ENTERPRISE)
    assert events.register(event.id, other, ENTERPRISE, people=3, contact="王").state == "registered"
    with pytest.raises(EventConflict, match="nobody has come"):
        city.bureau.events.attendance.attend(event.id, [other], OFFICE, source="签到表")
    with pytest.raises(InvalidEvent, match="seats"):
        events.revise(event.id, content(starts_on=date(2024, 6, 10), ends_on=date(2024, 6, 10), seats=2), OFFICE)
    with pytest.raises(ReasonMissing):
        events.act(event.id, "cancel", OFFICE)
    with pytest.raises(IllegalStep):
        events.act(event.id, "close", OFFICE)


def test_a_note_is_due_until_it_is_followed_up(city: City) -> None:
    city.load()
    event, desk = chibi(city), city.bureau.events
    works = enterprise(city, "alpha")
    with pytest.raises(EventConflict, match="not recorded"):
        desk.notes.write(event.id, works, "先装网关", OFFICE)
    desk.attendance.attend(event.id, [works], OFFICE, source="签到表", among_counted=True)
    note = desk.notes.write(event.id, works, "先装网关", OFFICE, follow_up_by=date(2024, 5, 1))
    assert [one.id for one in desk.notes.due(date(2024, 4, 30))] == []
    assert [one.id for one in desk.notes.due(date(2024, 5, 1))] == [note.id]
    again = desk.notes.follow_up(note.id, "装了五台", OFFICE, follow_up_by=date(2024, 9, 1))
    assert [one.id for one in desk.notes.due(date(2024, 9, 1))] == [again.id]
    with pytest.raises(EventConflict, match="already"):
        desk.notes.follow_up(note.id, "又问", OFFICE)
