from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from tests.registry.plants import at, build_plant

from millmark.registry import GatewayKind, GatewayQuota, InvalidEntry, NotRegistered, Registry
from millmark.registry.gateway_keys import hash_key, key_matches, new_key


@pytest.fixture
def plant(registry: Registry) -> Registry:
    build_plant(registry)
    return registry


def test_a_gateway_stands_at_a_registered_asset(plant: Registry) -> None:
    gateway = plant.ensure_gateway("edge-1", root=at("acme/north/press-shop"), kind="mqtt", may_register=True)
    assert (gateway.kind, gateway.may_register, gateway.has_key) == (GatewayKind.MQTT, True, False)
    assert plant.gateway("edge-1") == gateway
    assert [one.id for one in plant.gateways()] == ["edge-1", "plc"]
    with pytest.raises(NotRegistered, match="'acme/south'"):
        plant.ensure_gateway("edge-2", root=at("acme/south"), kind="mqtt")
    with pytest.raises(InvalidEntry, match="small letters"):
        plant.ensure_gateway("edge/2", root=at("acme"), kind="mqtt")
    with pytest.raises(ValueError, match="carrier pigeon"):
        plant.ensure_gateway("edge-2", root=at("acme"), kind="carrier pigeon")


def test_a_gateway_is_not_written_to_until_somebody_says_so(plant: Registry) -> None:
    plant.ensure_gateway("edge-1", root=at("acme"), kind="mqtt")
    assert plant.write_grants() == {}
    granted = plant.grant_writing("edge-1", granted_by="li")
    assert plant.grant_writing("edge-1", granted_by="wang") == granted
    # Declaring it again, as settings do at every start, takes nothing back.
    plant.ensure_gateway("edge-1", root=at("acme"), kind="mqtt")
    assert plant.write_grants() == {"edge-1": granted}
    plant.withdraw_writing("edge-1")
    assert plant.write_grants() == {}
    with pytest.raises(NotRegistered):
        plant.grant_writing("nobody", granted_by="li")


def test_a_gateway_moves_only_while_it_has_no_series(plant: Registry) -> None:
    plant.ensure_gateway("edge-1", root=at("acme"), kind="mqtt")
    moved = plant.ensure_gateway("edge-1", root=at("acme/north"), kind="modbus", may_register=True)
    assert moved == plant.gateway("edge-1")
    assert (str(moved.root), moved.kind, moved.may_register) == ("acme/north", GatewayKind.MODBUS, True)
    plant.ensure_series("edge-1", "", "power", unit="kW")
    assert plant.ensure_gateway("edge-1", root=at("acme/north"), kind="mqtt").kind is GatewayKind.MQTT
    with pytest.raises(InvalidEntry, match="cannot move to 'acme'"):
        plant.ensure_gateway("edge-1", root=at("acme"), kind="mqtt")


def test_a_key_opens_its_gateway_alone(plant: Registry) -> None:
    plant.ensure_gateway("edge-1", root=at("acme"), kind="mqtt")
    key, other = plant.set_gateway_key("plc"), plant.set_gateway_key("edge-1")
    assert key != other
    assert plant.check_gateway_key("plc", key)
    assert plant.check_gateway_key("edge-1", other)
    assert not plant.check_gateway_key("plc", other)
    assert not plant.check_gateway_key("plc", "")
    assert not plant.check_gateway_key("ghost", key)


def test_a_gateway_without_key_stays_shut(plant: Registry) -> None:
    assert not plant.check_gateway_key("plc", "")
    assert not plant.check_gateway_key("plc", "anything")


def test_a_new_key_ends_the_old_one_and_revoking_ends_all(plant: Registry) -> None:
    first = plant.set_gateway_key("plc")
    second = plant.set_gateway_key("plc")
    assert not plant.check_gateway_key("plc", first)
    assert plant.check_gateway_key("plc", second)
    plant.revoke_gateway_key("plc")
    assert not plant.check_gateway_key("plc", second)
    with pytest.raises(NotRegistered):
        plant.set_gateway_key("ghost")
    with pytest.raises(NotRegistered):
        plant.revoke_gateway_key("ghost")


def test_ensuring_a_gateway_again_keeps_its_key(plant: Registry) -> None:
    key = plant.set_gateway_key("plc")
    plant.ensure_gateway("plc", root=at("acme/north"), kind="opcua")
    assert plant.check_gateway_key("plc", key)


def test_the_key_itself_is_nowhere_in_the_database_nor_in_what_is_printed(plant: Registry) -> None:
    key = plant.set_gateway_key("plc")
    gateway = plant.gateway("plc")
    assert gateway.key_hash is not None
    assert gateway.key_hash not in repr(gateway)
    with plant.database.reading() as session:
        rows = session.execute(text("SELECT * FROM gateways")).all()
    assert key not in repr(rows)


def test_keys_are_long_random_and_fit_into_one_word() -> None:
    keys = {new_key() for _ in range(50)}
    assert len(keys) == 50
    assert all(len(key) >= 43 and key.strip() == key and key.isascii() for key in keys)


def test_equal_keys_have_different_hashes() -> None:
    assert hash_key("same") != hash_key("same")


@given(st.text(max_size=600).map(lambda text: text + "\udcff" if len(text) % 7 == 3 else text), st.text(max_size=600))
def test_only_the_same_key_matches(key: str, other: str) -> None:
    stored = hash_key(key[:500])
    assert key_matches(key[:500], stored)
    assert key_matches(other, stored) == (other == key[:500])
    assert not key_matches(key, None)


def test_a_gateway_may_have_limits_of_its_own(plant: Registry) -> None:
    plant.ensure_gateway("edge-1", root=at("acme"), kind="mqtt")
    assert plant.gateway_quotas() == {}
    plant.set_gateway_quota("edge-1", GatewayQuota(points_per_s=0.5, bytes_per_s=2**40, series=7))
    assert plant.gateway_quotas() == {"edge-1": GatewayQuota(0.5, 2**40, 7)}
    plant.set_gateway_quota("edge-1", GatewayQuota(series=0))
    assert plant.gateway_quotas() == {"edge-1": GatewayQuota(series=0)}
    plant.set_gateway_quota("edge-1", GatewayQuota())
    assert plant.gateway_quotas() == {}
    with pytest.raises(NotRegistered):
        plant.set_gateway_quota("nobody", GatewayQuota(points_per_s=1.0))
    for wrong in (
        GatewayQuota(points_per_s=0.0),
        GatewayQuota(points_per_s=float("nan")),
        GatewayQuota(bytes_per_s=-1),
    ):
        with pytest.raises(InvalidEntry):
            plant.set_gateway_quota("edge-1", wrong)
