"""As which parties of a programme an account acts."""

from __future__ import annotations

from millmark.programmes.life import OFFICES, Actor, Party, office_of_area
from millmark.web.access import Principal, Role

_PARTIES: dict[Role, frozenset[Party]] = {
    Role.ADMIN: frozenset(Party) - {Party.RULE},
    Role.MANAGER: frozenset({Party.ENTERPRISE}),
    Role.REVIEWER: frozenset({Party.REVIEWER}),
    Role.AUDITOR: frozenset({Party.AUDITOR}),
    Role.TREASURER: frozenset({Party.TREASURER}),
    Role.DEPARTMENT: frozenset({Party.DEPARTMENT}),
    Role.SUPPLIER: frozenset({Party.SUPPLIER}),
}


def actor_of(who: Principal) -> Actor:
    """The account as it takes a step: a manager for the enterprise, an officer for the office of their area.

    An officer without an area is a whole bureau and acts for each of its offices; whoever is signed in may speak as
    one of the public.
    """
    if who.role is Role.OFFICER:
        area = who.scope.area_code
        parties = OFFICES if area is None else frozenset({office_of_area(area)})
    else:
        parties = _PARTIES.get(who.role, frozenset())
    return Actor(who.name, who.role.value, parties | {Party.PUBLIC})
