"""Who may do what: rules that the table of permissions must keep however it grows."""

from __future__ import annotations

import pytest

from millmark.model import AssetPath
from millmark.web.access import PERMISSIONS, AreaMembers, Permission, Role, Scope
from millmark.web.errors import NotFound

WRITES = {
    Permission.WRITE_LEDGER,
    Permission.ISSUE_CLAIMS,
    Permission.SEAL_DAYS,
    Permission.WRITE_GATEWAYS,
    Permission.WRITE_COMMANDS,
    Permission.MANAGE_ACCOUNTS,
    Permission.APPLY,
    Permission.WRITE_CALLS,
    Permission.HANDLE_APPLICATIONS,
    Permission.ASSIGN_REVIEWS,
    Permission.WRITE_REVIEWS,
    Permission.PUBLICISE,
    Permission.OBJECT,
    Permission.RECOGNISE,
    Permission.WRITE_BUDGETS,
    Permission.HANDLE_AWARDS,
    Permission.HANDLE_PAYMENTS,
    Permission.HANDLE_CLAWBACKS,
    Permission.HANDLE_PROJECTS,
    Permission.CHECK_INVOICES,
}


def test_every_role_has_permissions_and_every_permission_has_a_role() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert frozenset().union(*PERMISSIONS.values()) == set(Permission)


def test_an_auditor_sees_and_never_writes() -> None:
    assert not PERMISSIONS[Role.AUDITOR] & WRITES
    assert Permission.READ_AUDIT_LOG in PERMISSIONS[Role.AUDITOR]


def test_money_is_proposed_by_the_office_and_booked_by_the_treasury() -> None:
    budgets = {role for role in Role if Permission.WRITE_BUDGETS in PERMISSIONS[role]}
    assert budgets == {Role.ADMIN, Role.TREASURER}
    invoices = {role for role in Role if Permission.CHECK_INVOICES in PERMISSIONS[role]}
    assert invoices == {Role.ADMIN, Role.OFFICER}


@pytest.mark.parametrize("role", [role for role in Role if role.belongs_to_an_enterprise])
def test_a_role_of_an_enterprise_neither_runs_the_platform_nor_reads_what_names_others(role: Role) -> None:
    forbidden = {
        Permission.MANAGE_ACCOUNTS,
        Permission.WRITE_GATEWAYS,
        Permission.SEAL_DAYS,
        Permission.WRITE_LEDGER,
        Permission.READ_LEDGER,
        Permission.READ_FIGURE_RECORDS,
        Permission.READ_AUDIT_LOG,
        Permission.READ_BUDGETS,
        Permission.WRITE_BUDGETS,
        Permission.HANDLE_AWARDS,
        Permission.HANDLE_PAYMENTS,
        Permission.HANDLE_CLAWBACKS,
        Permission.CHECK_INVOICES,
    }
    assert not PERMISSIONS[role] & forbidden


def test_a_scope_admits_its_enterprise_and_nothing_beside_it() -> None:
    scope = Scope(7, "acme")
    assert scope.admits(7)
    assert not scope.admits(8)
    assert scope.admits_path(AssetPath.parse("acme/north/press-1"))
    # A name that merely begins alike is another enterprise.
    assert not scope.admits_path(AssetPath.parse("acme-two/north"))
    with pytest.raises(NotFound):
        scope.demand(8, where="/api/enterprises/8")
    with pytest.raises(NotFound):
        scope.demand_path(AssetPath.parse("other"), where="/api/export")


def test_an_area_admits_its_enterprises_and_is_looked_up_once() -> None:
    asked: list[str] = []

    def slugs_within(area_code: str) -> dict[int, str]:
        asked.append(area_code)
        return {7: "acme"}

    scope = Scope(area=AreaMembers("421202", slugs_within))
    assert not scope.is_everybody
    assert scope.admits(7)
    assert not scope.admits(8)
    assert scope.admits_path(AssetPath.parse("acme/north/press-1"))
    assert not scope.admits_path(AssetPath.parse("acme-two/north"))
    assert asked == ["421202"]
    with pytest.raises(NotFound):
        scope.demand(8, where="/api/enterprises/8")


def test_without_an_enterprise_everything_is_admitted() -> None:
    assert Scope().admits(8)
    assert Scope().admits_path(AssetPath.parse("other"))
