"""What the registry says of a subject, as the parameters of a formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from millmark.measures.connection import Equipment
from millmark.measures.demand import LEAD_US
from millmark.measures.energy import UNIT, EnergyParameters, Meter
from millmark.measures.errors import NotMeasurable
from millmark.measures.oee import Counter, OeeParameters, WorkUnit
from millmark.measures.specs import SeriesSpec
from millmark.model import AssetPath, Series, SeriesRole, UnitSystem, UnknownUnit
from millmark.model.period import SECOND_US
from millmark.registry import Asset, NotRegistered, Registry, Site, StateTime

STATE_HOLD = "state_hold_s"
"""Attribute: seconds for which a state is believed when nothing confirms it; at most, and by default, a day."""

_OEE_ROLES = (SeriesRole.STATE, SeriesRole.TOTAL_COUNT, SeriesRole.GOOD_COUNT)


def sites_of(registry: Registry, subject: AssetPath) -> tuple[Site, ...]:
    """The sites at, above or below the subject, by path; raises `NotMeasurable` when there is none."""
    sites = [site for site in registry.sites() if site.path.is_under(subject) or subject.is_under(site.path)]
    if not sites:
        raise NotMeasurable(f"{subject} belongs to no site; register its site first, for its days are the site's")
    zones = sorted({site.time_zone for site in sites})
    if len(zones) > 1:
        raise NotMeasurable(f"{subject} has sites in several time zones ({', '.join(zones)}): measure each site alone")
    return tuple(sorted(sites, key=lambda site: site.path))


def equipment_of(registry: Registry, subject: AssetPath) -> tuple[Equipment, ...]:
    """The equipment list of a subject: the assets that count as equipment."""
    listed = [asset for asset in registry.assets_under(subject) if asset.counts_as_equipment]
    if not listed:
        raise NotMeasurable(f"{subject} has no asset that counts as equipment; say of its machines that they do")
    return tuple(
        Equipment(str(asset.path), asset.in_service_from_us, asset.in_service_until_us)
        for asset in sorted(listed, key=lambda asset: asset.path)
    )


def meters_of(registry: Registry, subject: AssetPath, units: UnitSystem) -> EnergyParameters:
    """The energy counters of a subject, each energy once: a meter below a metered asset is part of that one's."""
    counters = [one for one in registry.series_under(subject) if one.role is SeriesRole.ENERGY_COUNTER]
    metered = {one.asset for one in counters}
    topmost = [one for one in counters if not any(_stands_below(one.asset, other) for other in metered)]
    if not topmost:
        raise NotMeasurable(f"{subject} has no series with the role {SeriesRole.ENERGY_COUNTER}; declare its meter's")
    return EnergyParameters(tuple(_meter(one, units) for one in sorted(topmost, key=lambda one: one.key)))


def work_units_of(registry: Registry, subject: AssetPath) -> OeeParameters:
    """The work units of a subject: assets with a state, a total count and a good count of their own."""
    found: dict[AssetPath, dict[SeriesRole, list[Series]]] = {}
    for one in registry.series_under(subject):
        if one.role in _OEE_ROLES:
            found.setdefault(one.asset, {}).setdefault(one.role, []).append(one)
    complete = {path: roles for path, roles in sorted(found.items()) if len(roles) == len(_OEE_ROLES)}
    if not complete:
        raise NotMeasurable(
            f"{subject} has no work unit: none of its assets has series with the roles {', '.join(_OEE_ROLES)}"
        )
    assets = {asset.path: asset for asset in registry.assets_under(subject)} | _above(registry, subject)
    return OeeParameters(tuple(_work_unit(path, roles, assets) for path, roles in complete.items()))


def _stands_below(asset: AssetPath, other: AssetPath) -> bool:
    return asset != other and asset.is_under(other)


def _above(registry: Registry, subject: AssetPath) -> dict[AssetPath, Asset]:
    """Assets above the subject: what a line declares holds for its machines."""
    found: dict[AssetPath, Asset] = {}
    parent = subject.parent
    while parent is not None:
        try:
            found[parent] = registry.asset(parent)
        except NotRegistered:
            break
        parent = parent.parent
    return found


def _meter(series: Series, units: UnitSystem) -> Meter:
    try:
        factor = units.factor(series.unit, UNIT)
    except UnknownUnit as error:
        raise NotMeasurable(f"energy counter {series.key} has a unit that is none of energy: {error}") from error
    return Meter(SeriesSpec.of(series), series.rollover, str(factor))


def _work_unit(
    path: AssetPath, roles: Mapping[SeriesRole, Sequence[Series]], assets: Mapping[AssetPath, Asset]
) -> WorkUnit:
    ambiguous = [role for role in _OEE_ROLES if len(roles[role]) > 1]
    if ambiguous:
        raise NotMeasurable(f"{path} has several series with the role {ambiguous[0]}; leave that role to one of them")
    lineage = list(_lineage(path, assets))
    planned = next((one.planned_run_time_per_item_s for one in lineage if one.planned_run_time_per_item_s), None)
    states = next((one.state_times for one in lineage if one.state_times), None)
    if planned is None:
        raise NotMeasurable(f"{path} has no attribute planned_run_time_per_item_s (PRI), nor has an asset above it")
    if states is None:
        raise NotMeasurable(f"nothing says what the states of {path} count as; give it attributes such as state.RUN")
    state, total, good = (roles[role][0] for role in _OEE_ROLES)
    return WorkUnit(
        str(path),
        planned,
        {name: StateTime(states[name]) for name in sorted(states)},
        _hold_us(path, lineage),
        SeriesSpec.of(state),
        Counter(SeriesSpec.of(total), total.rollover),
        Counter(SeriesSpec.of(good), good.rollover),
    )


def _lineage(path: AssetPath, assets: Mapping[AssetPath, Asset]) -> Iterable[Asset]:
    """The asset and those above it, nearest first."""
    at: AssetPath | None = path
    while at is not None:
        if at in assets:
            yield assets[at]
        at = at.parent


def _hold_us(path: AssetPath, lineage: Sequence[Asset]) -> int:
    stated = next((asset.attributes[STATE_HOLD] for asset in lineage if STATE_HOLD in asset.attributes), None)
    if stated is None:
        return LEAD_US
    if isinstance(stated, str) or not 0 < stated <= LEAD_US / SECOND_US:
        raise NotMeasurable(f"attribute {STATE_HOLD} of {path} must be a number of seconds up to a day, not {stated!r}")
    return round(stated * SECOND_US)
