"""Coverage and layout as the bureau's desk uses them: what is covered now, and plans of what comes next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np

from millmark.model.period import utc_datetime
from millmark.region.catalogue import CityPack
from millmark.region.coverage.assembling import Order, assembled
from millmark.region.coverage.centres import CentreDesk
from millmark.region.coverage.columns import Ints, Places, Sites
from millmark.region.coverage.coverage import Coverage, Flags, Report, coverage_of, report_on
from millmark.region.coverage.entries import Region
from millmark.region.coverage.parameter_book import ParameterBook, Version
from millmark.region.coverage.parameters import Parameters, read_parameters
from millmark.region.coverage.place_book import CandidateBook, PlaceBook
from millmark.region.coverage.plan_book import Plan, PlanBook
from millmark.region.coverage.runner import PlanRunner
from millmark.region.coverage.stations import LedgerStations, StationSource
from millmark.region.ledger import Ledger
from millmark.registry import Database, area_prefix

_KEPT_VIEWS = 8


@dataclass(frozen=True, slots=True)
class View:
    """What is covered on a day, by which parameters; of one operator's stations or all."""

    as_of: date
    operator: str | None
    version: Version
    coverage: Coverage

    def rows(self, area_code: str | None) -> Ints:
        """The rows of places in an area, all of them for None."""
        places = self.coverage.places
        if area_code is None:
            return np.arange(len(places), dtype=np.int64)
        prefix = area_prefix(area_code)
        scale = 10 ** (6 - len(prefix[:6]))
        return np.flatnonzero(places.counties // scale == int(prefix[:6])).astype(np.int64)

    def of(self, area_code: str | None) -> tuple[Places, Flags]:
        """Places of an area and which of them are covered."""
        rows = self.rows(area_code)
        return self.coverage.places.of_rows(rows), self.coverage.covered[rows]

    def report(self, area_code: str | None = None) -> Report:
        return report_on(*self.of(area_code), self.version.parameters)


class CoverageDesk:
    """`places` and `candidates` are kept here; stations come from the ledger."""

    def __init__(
        self,
        database: Database,
        region: Region,
        stations: StationSource,
        parameters: ParameterBook,
        centres: CentreDesk,
        *,
        now_us: Callable[[], int],
        zone: ZoneInfo,
    ) -> None:
        self.region = region
        self.places = PlaceBook(database, region, now_us=now_us)
        self.candidates = CandidateBook(database, region, now_us=now_us)
        self.parameters = parameters
        self.plans = PlanBook(database, now_us=now_us)
        self.centres = centres
        self._stations = stations
        self._runner = PlanRunner(self.plans)
        self._now_us = now_us
        self._zone = zone
        self._views: dict[Hashable, View] = {}
        self._computing = threading.Lock()

    @classmethod
    def over(
        cls, database: Database, ledger: Ledger, pack: CityPack, *, now_us: Callable[[], int], zone: ZoneInfo
    ) -> Self:
        """With the city's own parameters beside its pack, or the shipped ones."""
        return cls(
            database,
            Region(pack.areas, pack.city.bounds),
            LedgerStations(ledger),
            ParameterBook(database, read_parameters(Path(pack.folder)), now_us=now_us),
            CentreDesk(database, ledger, now_us=now_us),
            now_us=now_us,
            zone=zone,
        )

    def today(self) -> date:
        return utc_datetime(self._now_us()).astimezone(self._zone).date()

    def view(self, as_of: date | None = None, operator: str | None = None) -> View:
        """What is covered; computed once for what it is made of, and kept until that changes."""
        day = as_of or self.today()
        version = self.parameters.in_force()
        key = (day, operator, version.id, self.places.stamp(), self._stations.stamp())
        found = self._views.get(key)
        if found is not None:
            return found
        # One at a time: the second who asks finds what the first one computed.
        with self._computing:
            found = self._views.get(key)
            if found is None:
                sites = self._stations.sites(day, version.parameters.counted, operator)
                coverage = coverage_of(self.places.columns(), sites, version.parameters)
                found = View(day, operator, version, coverage)
                kept = list(self._views.items())[-_KEPT_VIEWS + 1 :]
                self._views = dict([*kept, (key, found)])
        return found

    def sites(self, parameters: Parameters) -> Sites:
        """The stations that count today, by parameters that are only tried."""
        return self._stations.sites(self.today(), parameters.counted)

    def plan(self, name: str, order: Order, *, asked_by: str) -> Plan:
        """Asks for new sites and begins to work on it; raises `InvalidParameters` for an order nobody could plan by."""
        version = self.parameters.in_force()
        day = self.today()
        candidates, costs = self.candidates.columns(order.area_code)
        work = assembled(
            order,
            self.places.columns(order.area_code),
            self._stations.sites(day, version.parameters.counted),
            candidates,
            costs,
            version.parameters,
        )
        plan = self.plans.ask(
            name,
            area_code=order.area_code,
            order=order.as_json() | {"as_of": day.isoformat()},
            parameters_id=version.id,
            inputs=work.inputs,
            digest=work.digest,
            asked_by=asked_by,
        )
        self._runner.take(plan.id, work, order.limits)
        return plan

    def wait_for(self, plan_id: int, timeout_s: float | None = None) -> Plan:
        """The plan once it is over."""
        self._runner.wait(plan_id, timeout_s)
        return self.plans.plan(plan_id)

    def close(self) -> None:
        """Ends what is being solved; those plans say that they were interrupted."""
        self._runner.close()
