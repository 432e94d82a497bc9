"""The demonstration listens where somebody wants it to, and says where."""

from __future__ import annotations

import socket

import pytest

from millmark.demo.ports import LOOPBACK, NoPort, choose_ports, usual_ports, without_ports


def test_a_variable_names_the_port_as_for_every_platform() -> None:
    assert usual_ports({}) == {"web": 8600, "mqtt": 1883, "opcua": 4840, "modbus": 5020}
    wanted = usual_ports({"MILLMARK_WEB__PORT": "18480", "MILLMARK_MQTT__PORT": ""})
    assert (wanted["web"], wanted["mqtt"]) == (18480, 1883)
    # What was chosen stands in the settings, and the variable would go before them.
    assert without_ports({"MILLMARK_WEB__PORT": "18480", "LANG": "zh_CN"}) == {"LANG": "zh_CN"}


@pytest.mark.parametrize("text", ["web", "0", "65536", "-1", "80.5"])
def test_what_is_no_port_is_refused_by_the_variables_name(text: str) -> None:
    with pytest.raises(NoPort, match=r"MILLMARK_WEB__PORT is .* from 1 to 65535"):
        usual_ports({"MILLMARK_WEB__PORT": text})


def test_a_port_that_is_taken_is_moved_and_told() -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        taken = other.getsockname()[1]
        port = choose_ports({"web": taken})["web"]
    assert port.moved
    assert port.number != taken
