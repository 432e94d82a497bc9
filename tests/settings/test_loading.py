"""The settings file as an operator meets it: defaults, overrides, and mistakes."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from millmark.model import UnitSystem
from millmark.settings import InvalidSettings, Settings, check_units, load_settings

OPCUA = """
[[opcua]]
gateway = "press-line"
root = "acme/north"
endpoint = "opc.tcp://192.0.2.10:4840"

[[opcua.tags]]
asset = "line-1/press-1"
metric = "temperature"
node = "nsu=urn:vendor:line;s=Press1.Temperature"
unit = "Cel"
"""


def load(folder: Path, text: str = "", **environment: str) -> Settings:
    (folder / "millmark.toml").write_text(dedent(text), "utf-8")
    return load_settings(folder, environment=environment)


def refusal(folder: Path, text: str = "", **environment: str) -> str:
    with pytest.raises(InvalidSettings) as caught:
        load(folder, text, **environment)
    return str(caught.value)


def test_a_folder_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, environment={})
    assert settings.data == tmp_path
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8480)
    assert (settings.mqtt.host, settings.mqtt.port) == ("127.0.0.1", 1883)
    assert settings.history.path == tmp_path / "history"
    assert settings.database_url == f"sqlite:///{tmp_path}/registry.sqlite"
    assert settings.key_file == tmp_path / "keys" / "node-ed25519.pem"
    assert settings.drivers == ()
    assert not settings.demonstration
    assert settings == load(tmp_path, "")


def test_nothing_listens_beyond_this_machine_by_default(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, environment={})
    assert settings.web.host == settings.mqtt.host == "127.0.0.1"


def test_the_folder_is_the_one_named_then_the_environments_then_the_default(tmp_path: Path) -> None:
    named, other = tmp_path / "named", tmp_path / "other"
    environment = {"MILLMARK_DATA": str(other)}
    assert load_settings(named, environment=environment).data == named
    assert load_settings(environment=environment).data == other
    assert load_settings(environment={}).data == Path.cwd() / "millmark-data"


def test_relative_paths_start_at_the_state_folder(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        """
        [history]
        path = "points"
        [registry]
        url = "sqlite:///what-exists.sqlite"
        [region]
        pack = "packs/our-city"
        [node]
        key_file = "/etc/millmark/node.pem"
        [[replay]]
        gateway = "oven"
        root = "acme/north"
        file = "recordings/oven.csv"
        time_column = "time"
        anchor = 2026-01-01T00:00:00Z
        tags = [{ metric = "temperature", column = "value", unit = "Cel" }]
        """
        + dedent(OPCUA).replace(
            "\n[[opcua.tags]]",
            '\n[opcua.security]\ncertificate = "own.der"\nprivate_key = "/keys/own.pem"\n[[opcua.tags]]',
        ),
    )
    assert settings.history.path == tmp_path / "points"
    assert settings.database_url == f"sqlite:///{tmp_path}/what-exists.sqlite"
    assert settings.city_pack == str(tmp_path / "packs" / "our-city")
    assert settings.key_file == Path("/etc/millmark/node.pem")
    opcua, replay = settings.drivers
    assert replay.kind == "replay"
    assert replay.file == tmp_path / "recordings" / "oven.csv"
    assert opcua.kind == "opcua"
    assert opcua.security is not None
    assert (opcua.security.certificate, opcua.security.private_key) == (tmp_path / "own.der", Path("/keys/own.pem"))


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        """
        [web]
        port = 9000
        host = "10.0.0.1"
        """,
        MILLMARK_WEB__PORT="9001",
        MILLMARK_MQTT__ENABLED="false",
        MILLMARK_REGISTRY__URL="postgresql+psycopg://millmark:secret@db/millmark",
        MILLMARK_INTAKE__ANCIENT_BEFORE="2020-01-01",
        PATH="/bin",
        MILLMARK_TEST_SOMETHING="left alone",
    )
    assert (settings.web.port, settings.web.host) == (9001, "10.0.0.1")
    assert not settings.mqtt.enabled
    assert settings.database_url == "postgresql+psycopg://millmark:secret@db/millmark"
    assert settings.intake.ancient_before_us == 1_577_836_800_000_000


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("open sesame\n")
    settings = load(
        tmp_path,
        """
        [node]
        key_passphrase_file = "passphrase"
        """,
        MILLMARK_REGISTRY__URL="postgresql+psycopg://millmark:hunter2@db/millmark",
        MILLMARK_HISTORY__URL="http://millmark:hunter2@clickhouse:8123",
    )
    assert settings.key_passphrase == "open sesame"
    assert "open sesame" not in repr(settings)
    assert "hunter2" not in repr((settings, settings.tables)).replace(repr(settings.history), "")


def test_a_passphrase_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    text = '[node]\nkey_passphrase_env = "NODE_PASSPHRASE"\n'
    assert load(tmp_path, text, NODE_PASSPHRASE="open sesame").key_passphrase == "open sesame"
    assert "key_passphrase_env: the environment has no NODE_PASSPHRASE" in refusal(tmp_path, text)
    assert "key_passphrase_file" in refusal(tmp_path, '[node]\nkey_passphrase_file = "missing"\n')
    assert "not both" in refusal(tmp_path, text + 'key_passphrase_file = "missing"\n')


def test_drivers_come_in_the_order_of_their_tables(tmp_path: Path) -> None:
    settings = load(tmp_path, OPCUA)
    (driver,) = settings.drivers
    assert driver.kind == "opcua"
    assert driver.gateway == "press-line"
    assert [tag.name for tag in driver.declared] == ["line-1/press-1:temperature"]


MISTAKES = [
    ("[web]\nprot = 80", ["millmark.toml: table [web], key prot: this key is not known; did you mean 'port'?"]),
    ("[web]\nzzzz = 80", ["key zzzz: this key is not known; known here: host, idle_hours"]),
    ("[wbe]\nport = 80", ["millmark.toml: table [wbe]: this table is not known; did you mean 'web'?"]),
    ("port = 80", ["table [port]: this table is not known"]),
    ('[web]\nport = "eighty"', ["table [web], key port: expected a valid integer", "'eighty'"]),
    ("[web]\nport = 70000", ["table [web], key port: expected less than or equal to 65535, found 70000"]),
    ("[web]\nport = true", ["table [web], key port: expected a valid integer, found True"]),
    ("[web]\nport = '80'", ["table [web], key port: expected a valid integer, found '80'"]),
    ("[node]\ndemonstration = 1", ["table [node], key demonstration: expected a valid boolean, found 1"]),
    ("[intake]\nancient_before = 2000", ["table [intake], key ancient_before"]),
    ("web = 3", ["table [web]: expected a table, found 3"]),
    ("[web]\nidle_hours = 20", ["table [web]: idle_hours (20.0) must not be longer than session_hours (12.0)"]),
    ("[opcua]\ngateway = 'a'", ["table [opcua]: expected tables, each headed [[opcua]]"]),
    ("[history]\nurl = 'clickhouse:8123'", ["table [history], key url", "found 'clickhouse:8123'"]),
    ("[history]\nurl = 'http://h:8123'\npath = 'p'", ["table [history]", "not both"]),
    ("[registry]\nurl = 'hunter2'", ["table [registry], key url: expected a URL"]),
    ("[registry]\nurl = 'mysql://u:hunter2@h/d'", ["table [registry], key url", "sqlite or postgresql, not in mysql"]),
    ("[registry]\nurl = 'sqlite://'", ["table [registry], key url", "in memory"]),
    ("[intake]\nblock_points = 1200000", ["table [intake]: block_points (1200000) must fit into pending_points"]),
    ("[intake]\nwindow_s = nan", ["table [intake], key window_s: expected a finite number"]),
    ("[mqtt]\nhost_id = 'a/b'", ["table [mqtt], key host_id"]),
    ("[web\nport = 1", ["millmark.toml: is not TOML", "line 1"]),
    (
        OPCUA.replace("endpoint", "endpiont"),
        ["table [opcua[0]], key endpoint: this key is missing", "did you mean 'endpoint'?"],
    ),
    (OPCUA.replace("node =", "nod ="), ["table [opcua[0].tags[0]], key node: this key is missing"]),
    (OPCUA.replace("metric =", "metrik ="), ["table [opcua[0].tags[0]], key metrik", "did you mean 'metric'?"]),
    (OPCUA.replace("opc.tcp", "http"), ["table [opcua[0]], key endpoint: an OPC UA endpoint starts with opc.tcp://"]),
    (OPCUA + "[opcua.backfil]\nfirst_span_h = 1", ["table [opcua[0]], key backfil", "did you mean 'backfill'?"]),
    (OPCUA + "[opcua.backfill]\nfirst_span = 1", ["table [opcua[0].backfill], key first_span", "'first_span_h'"]),
    (OPCUA + OPCUA, ["key gateway: press-line is declared more than once"]),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_a_mistake_is_named_by_file_table_and_key(tmp_path: Path, text: str, said: list[str]) -> None:
    message = refusal(tmp_path, text)
    assert str(tmp_path / "millmark.toml") in message
    for part in said:
        assert part in message
    assert "hunter2" not in message


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    message = refusal(
        tmp_path, "[web]\nport = -1\nhots = 'x'\n[mqtt]\nport = true\n" + OPCUA.replace('"Cel"', '"Cel"\nunti = "x"')
    )
    assert len(message.splitlines()) == 4


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MILLMARK_WEB__PORT", "eighty", "environment variable MILLMARK_WEB__PORT: expected a valid integer"),
        (
            "MILLMARK_WEB__PROT",
            "80",
            "environment variable MILLMARK_WEB__PROT: this key is not known; did you mean 'port'?",
        ),
        (
            "MILLMARK_WBE__PORT",
            "80",
            "environment variable MILLMARK_WBE__PORT: there is no table 'wbe'; did you mean 'web'?",
        ),
        ("MILLMARK_WEB_PORT", "80", "did you mean MILLMARK_WEB__PORT?"),
        ("MILLMARK_OPCUA__GATEWAY", "a", "declared in millmark.toml alone"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(tmp_path: Path, variable: str, value: str, said: str) -> None:
    assert said in refusal(tmp_path, "", **{variable: value})


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "millmark.toml").mkdir()
    with pytest.raises(InvalidSettings, match=r"millmark\.toml: cannot be read"):
        load_settings(tmp_path, environment={})
    other = tmp_path / "other"
    other.mkdir()
    (other / "millmark.toml").write_bytes(b"[web]\nhost = '\xff'")
    with pytest.raises(InvalidSettings, match="is not TOML"):
        load_settings(other, environment={})


def test_units_are_checked_where_machines_are_read(tmp_path: Path, units: UnitSystem) -> None:
    check_units(load(tmp_path, OPCUA), units)
    settings = load(tmp_path, OPCUA.replace("Cel", "degrees"))
    with pytest.raises(
        InvalidSettings, match=r"table \[opcua\[0\]\], tag 'line-1/press-1:temperature', key unit: 'degrees'"
    ):
        check_units(settings, units)
