"""The host's STATE, as edge nodes see it."""

from __future__ import annotations

import json

import pytest

from millmark.wire.sparkplug import HostState, is_state_topic, legacy_state_payload, read_state

STATE = HostState("millmark", 1_767_225_600_000)


def test_will_and_birth_carry_the_same_time() -> None:
    assert json.loads(STATE.will()) == {"online": False, "timestamp": 1_767_225_600_000}
    assert json.loads(STATE.birth()) == {"online": True, "timestamp": 1_767_225_600_000}
    assert json.loads(STATE.death(1_767_225_700_000)) == {"online": False, "timestamp": 1_767_225_700_000}
    assert STATE.topic == "spBv1.0/STATE/millmark"
    assert STATE.legacy_topic == "STATE/millmark"


def test_a_word_that_the_host_is_offline_is_answered_with_a_new_birth() -> None:
    answer = STATE.answer(STATE.topic, STATE.will(), 1_767_225_800_000)
    assert answer is not None
    assert json.loads(answer) == {"online": True, "timestamp": 1_767_225_800_000}


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("spBv1.0/STATE/millmark", STATE.birth()),
        ("spBv1.0/STATE/other", STATE.will()),
        ("spBv1.0/STATE/millmark", b"\xff{"),
        ("spBv1.0/STATE/millmark", b'{"online": 0, "timestamp": 1}'),
    ],
)
def test_any_other_word_is_not_answered(topic: str, payload: bytes) -> None:
    assert STATE.answer(topic, payload, 1) is None


def test_both_forms_are_read() -> None:
    assert read_state(legacy_state_payload(online=True)) is True
    assert read_state(legacy_state_payload(online=False)) is False
    assert read_state(b'{"timestamp": 7, "online": true, "bdSeq": 3}') is True
    assert read_state(b"online") is None


@pytest.mark.parametrize(
    ("topic", "is_state"),
    [("spBv1.0/STATE/a", True), ("STATE/a", True), ("spBv1.0/plant/STATE/a", False), ("STATES/a", False)],
)
def test_topics_of_states_are_told_apart(topic: str, is_state: bool) -> None:
    assert is_state_topic(topic) == is_state
