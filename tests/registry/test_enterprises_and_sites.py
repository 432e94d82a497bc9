from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.registry.plants import HUAWEI, TENCENT, at, build_enterprise, build_plant

from millmark.model import AssetLevel
from millmark.registry import AlreadyRegistered, InvalidCreditCode, InvalidEntry, NotRegistered, Registry

NAMES = {"name_zh": "甲", "name_en": "A", "area_code": "421200"}


def test_a_legal_entity_is_found_again_by_id_and_slug(registry: Registry) -> None:
    added = registry.add_enterprise(slug="acme", credit_code=f" {HUAWEI} ", industry_code="C3921", **NAMES)
    assert added.credit_code == HUAWEI
    assert registry.enterprise(added.id) == registry.enterprise_by_slug("acme") == added
    assert registry.enterprises() == [added]
    assert not added.is_placeholder
    assert added.created_us > 1_600_000_000_000_000


def test_an_enterprise_is_the_topmost_asset_of_its_plant(registry: Registry) -> None:
    added = build_enterprise(registry)
    asset = registry.asset(added.path)
    assert (asset.level, asset.name_zh, asset.enterprise_id) == (AssetLevel.ENTERPRISE, "示范工厂(虚构)", added.id)


def test_an_enterprise_without_code_must_be_marked(registry: Registry) -> None:
    with pytest.raises(InvalidEntry, match="mark it as a placeholder"):
        registry.add_enterprise(slug="acme", **NAMES)
    placeholder = registry.add_enterprise(slug="acme", is_placeholder=True, **NAMES)
    assert placeholder.credit_code is None
    assert placeholder.is_placeholder


@pytest.mark.parametrize("mark", ["is_placeholder", "is_demonstration"])
def test_what_is_not_real_must_not_carry_a_real_code(registry: Registry, mark: str) -> None:
    marks = {"is_placeholder": mark == "is_placeholder", "is_demonstration": mark == "is_demonstration"}
    with pytest.raises(InvalidEntry, match="must not carry"):
        registry.add_enterprise(slug="acme", credit_code=HUAWEI, **marks, **NAMES)


def test_a_wrong_code_is_refused_and_nothing_is_left_behind(registry: Registry) -> None:
    with pytest.raises(InvalidCreditCode):
        registry.add_enterprise(slug="acme", credit_code="914403001922038217", **NAMES)
    assert registry.enterprises() == []


def test_slug_and_code_belong_to_one_enterprise(registry: Registry) -> None:
    registry.add_enterprise(slug="acme", credit_code=HUAWEI, **NAMES)
    with pytest.raises(AlreadyRegistered, match="'acme' already"):
        registry.add_enterprise(slug="acme", credit_code=TENCENT, **NAMES)
    with pytest.raises(AlreadyRegistered, match="belongs to enterprise 'acme'"):
        registry.add_enterprise(slug="other", credit_code=HUAWEI, **NAMES)


def test_a_placeholder_is_identified_once(registry: Registry) -> None:
    placeholder = registry.add_enterprise(slug="acme", is_placeholder=True, **NAMES)
    identified = registry.identify_enterprise(placeholder.id, HUAWEI)
    assert identified == registry.enterprise(placeholder.id)
    assert (identified.credit_code, identified.is_placeholder) == (HUAWEI, False)
    with pytest.raises(InvalidEntry, match="no placeholder"):
        registry.identify_enterprise(placeholder.id, TENCENT)


def test_a_placeholder_cannot_become_an_enterprise_that_is_there_already(registry: Registry) -> None:
    registry.add_enterprise(slug="acme", credit_code=HUAWEI, **NAMES)
    placeholder = registry.add_enterprise(slug="other", is_placeholder=True, **NAMES)
    with pytest.raises(AlreadyRegistered, match="acme"):
        registry.identify_enterprise(placeholder.id, HUAWEI)


def test_ensuring_brings_names_up_to_date_but_never_identity(registry: Registry) -> None:
    first = registry.ensure_enterprise(slug="acme", credit_code=HUAWEI, **NAMES)
    again = registry.ensure_enterprise(
        slug="acme", credit_code=HUAWEI, name_zh="乙", name_en="B", area_code="421202", industry_code="C33"
    )
    assert again.id == first.id
    assert (again.name_zh, again.area_code, again.industry_code) == ("乙", "421202", "C33")
    assert registry.asset(again.path).name_zh == "乙"
    with pytest.raises(InvalidEntry, match="cannot be changed"):
        registry.ensure_enterprise(slug="acme", credit_code=TENCENT, **NAMES)
    with pytest.raises(InvalidEntry, match="cannot be changed"):
        registry.ensure_enterprise(slug="acme", is_demonstration=True, **NAMES)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"slug": "Acme Works"}, "small letters"),
        ({"slug": ""}, "small letters"),
        ({"area_code": "4212"}, "GB/T 2260"),
        ({"area_code": "921200"}, "GB/T 2260"),
        ({"area_code": "４２１２００"}, "GB/T 2260"),
        ({"industry_code": "steel"}, "GB/T 4754"),
        ({"name_zh": " "}, "printable name"),
        ({"name_en": "x" * 300}, "printable name"),
    ],
)
def test_codes_and_names_are_checked_for_form(registry: Registry, wrong: dict[str, str], reason: str) -> None:
    with pytest.raises(InvalidEntry, match=reason):
        registry.add_enterprise(**{"slug": "acme", **NAMES, **wrong}, is_placeholder=True)


def test_unknown_ids_and_slugs_are_said_to_be_unknown(registry: Registry) -> None:
    for ask in (
        lambda: registry.enterprise(7),
        lambda: registry.enterprise_by_slug("nobody"),
        lambda: registry.identify_enterprise(7, HUAWEI),
        lambda: registry.site(7),
        lambda: registry.add_site(7, slug="s", **NAMES),
    ):
        with pytest.raises(NotRegistered):
            ask()


def test_a_site_stands_below_its_enterprise_and_keeps_its_zone(registry: Registry) -> None:
    site = build_plant(registry)
    assert str(site.path) == "acme/north"
    assert site.zone.key == "Asia/Shanghai"
    assert registry.site(site.id) == site
    assert registry.sites() == registry.sites(site.enterprise_id) == [site]
    assert registry.sites(site.enterprise_id + 1) == []
    asset = registry.asset(site.path)
    assert (asset.level, asset.site_id) == (AssetLevel.SITE, site.id)


def test_a_site_is_registered_once_and_its_zone_never_changes(registry: Registry) -> None:
    site = build_plant(registry)
    with pytest.raises(AlreadyRegistered):
        registry.add_site(site.enterprise_id, slug="north", **NAMES)
    again = registry.ensure_site(site.enterprise_id, slug="north", **NAMES)
    assert (again.id, again.name_zh, again.area_code) == (site.id, "甲", "421200")
    assert registry.asset(site.path).name_zh == "甲"
    with pytest.raises(InvalidEntry, match="keeps the days of Asia/Shanghai"):
        registry.ensure_site(site.enterprise_id, slug="north", time_zone="UTC", **NAMES)
    with pytest.raises(InvalidEntry, match="IANA"):
        registry.add_site(site.enterprise_id, slug="south", time_zone="Beijing", **NAMES)


def test_a_site_cannot_take_the_place_of_another_asset(registry: Registry) -> None:
    enterprise = build_enterprise(registry)
    registry.ensure_asset(at("acme/yard"), AssetLevel.AREA)
    with pytest.raises(AlreadyRegistered, match="acme/yard"):
        registry.add_site(enterprise.id, slug="yard", **NAMES)


def test_of_many_who_register_one_name_at_once_one_succeeds(registry: Registry) -> None:
    def add(number: int) -> str:
        try:
            registry.add_enterprise(
                slug="acme", is_placeholder=True, name_zh=f"甲{number}", name_en="A", area_code="421200"
            )
        except AlreadyRegistered:
            return "refused"
        return "added"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(add, range(4)))
    assert sorted(outcomes) == ["added", "refused", "refused", "refused"]
    assert len(registry.enterprises()) == 1
