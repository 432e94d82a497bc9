"""Where contributions come from: monthly reports, programme records, claims and assessments, each classified alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final, Protocol

import numpy as np
from sqlalchemy import func, select

from millmark.model import Origin
from millmark.programmes.claims import PresentedClaim, SignedClaim
from millmark.programmes.tables import ProgrammeRecordRow
from millmark.region.disclosure.cells import Ints
from millmark.region.statistics.columns import Contributions, Placed, laid_out, over
from millmark.region.statistics.measures import MEASURES
from millmark.region.statistics.reported import ReadUpTo, caught_up, read_up_to, reported
from millmark.region.watch.beside import EFFECTIVENESS, ENERGY, chosen_claims
from millmark.region.watch.months import first_day, last_day, month_of
from millmark.region.watch.tables import MonthlyValueRow, MonthlyVersionRow, ProfileRow
from millmark.registry import Database
from millmark.registry.tables import EnterpriseRow

_CLAIMED: Final = {"connected_equipment": "numerator", "equipment": "denominator"}
_PROVEN_BY: Final = {
    "proven_energy_kwh": (ENERGY, "numerator"),
    "running_seconds": (EFFECTIVENESS, "numerator"),
    "busy_seconds": (EFFECTIVENESS, "denominator"),
}
"""Of each measure the claims that it is made of, and which of their two numbers."""
_OF_REPORTS: Final = frozenset({"monthly_reports", "roster"})
_STAMPED: Final = frozenset({"monthly_reports", "roster", "programmes"})
_CONNECTION: Final = "equipment_connection_rate"
_MOST_MONTHS_OF_CLAIMS: Final = 24


class LatestClaims(Protocol):
    """Public verified claims, e.g. `programmes.VerifiedClaims`."""

    def latest(self, measure: str, as_of: date) -> Sequence[PresentedClaim]: ...

    def public(self, measure: str, first: date, last: date) -> Sequence[SignedClaim]: ...


class BureauSource:
    """All measures over one database; columns once read are kept until a report, a profile or a record comes."""

    def __init__(
        self,
        database: Database,
        *,
        claims: LatestClaims | None = None,
        assessed: Callable[[], Mapping[int, int]] | None = None,
        now_us: Callable[[], int],
    ) -> None:
        """`assessed` gives the month of the first submitted assessment by enterprise."""
        self._database = database
        self._claims = claims
        self._assessed = assessed
        self._now_us = now_us
        self._kept: dict[tuple[str, int, int], tuple[object, Contributions, ReadUpTo]] = {}

    def stamp(self) -> object:
        """Changes with every report, profile, enterprise and programme record; claims are looked up each minute."""
        with self._database.reading() as session:
            numbers = tuple(
                session.scalar(select(func.max(row.id)))
                for row in (MonthlyVersionRow, ProfileRow, EnterpriseRow, ProgrammeRecordRow)
            )
            laid = session.scalar(select(func.max(MonthlyValueRow.month)))
        return (*numbers, laid)

    def stamp_of(self, measure: str) -> object:
        """As `stamp`, of what one measure is made of: with the minute for what is looked up anew."""
        by_minute = not {MEASURES[one].source for one in MEASURES[measure].sums} <= _STAMPED
        return self.stamp(), self._now_us() // 60_000_000 if by_minute else None

    def contributions(self, measure: str, first_month: int, last_month: int) -> Contributions:
        """The contributions of some months, both included."""
        source = MEASURES[measure].source
        stamp = self.stamp_of(measure)
        key = (measure, first_month, last_month)
        kept = self._kept.get(key)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        months = range(first_month, last_month + 1)
        up_to = read_up_to(self._database)
        found = self._caught_up(measure, months, kept) if kept is not None else None
        found = found or {
            "monthly_reports": self._reported,
            "roster": self._reported,
            "programmes": self._recognised,
            "claims": self._claimed,
            "machines": self._proven,
            "ratio": self._ratio,
            "levels": self._levels,
        }[source](measure, months)
        if len(self._kept) > 8:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[key] = (stamp, found, up_to)
        return found

    def _caught_up(
        self, measure: str, months: range, kept: tuple[object, Contributions, ReadUpTo]
    ) -> Contributions | None:
        if MEASURES[measure].source not in _OF_REPORTS:
            return None
        return caught_up(self._database, _indicator(measure), months, kept[1], kept[2])

    def _reported(self, measure: str, months: range) -> Contributions:
        return reported(self._database, _indicator(measure), months)

    def _recognised(self, _measure: str, months: range) -> Contributions:
        row = ProgrammeRecordRow
        voided = select(row.voids).where(row.voids.is_not(None))
        query = select(row.enterprise_id, row.last_date).where(
            row.kind == "recognition", row.enterprise_id.is_not(None), row.voids.is_(None), row.id.not_in(voided)
        )
        with self._database.reading() as session:
            found = [(int(who), month_of(day)) for who, day in session.execute(query) if who is not None]
        return self._placed([(who, month, 1) for who, month in found if month in months], months)

    def _claimed(self, measure: str, months: range) -> Contributions:
        if self._claims is None:
            return self._placed([], months)
        now = min(months[-1], month_of(date.fromtimestamp(self._now_us() / 1_000_000)))  # noqa: DTZ012 - a month will do
        asked = [month for month in months if now - _MOST_MONTHS_OF_CLAIMS < month <= now]
        told: list[tuple[int, int, int]] = []
        for month in asked:
            told += [
                (one.enterprise_id, month, int(getattr(one, _CLAIMED[measure])))
                for one in self._claims.latest(_CONNECTION, last_day(month))
            ]
        return self._placed(told, months)

    def _proven(self, measure: str, months: range) -> Contributions:
        """What public claims within each month add up to, of those that machines alone speak in."""
        claimed, part = _PROVEN_BY[measure]
        told: list[tuple[int, int, int]] = []
        for month in months[-_MOST_MONTHS_OF_CLAIMS:]:
            by_enterprise: dict[int, list[SignedClaim]] = {}
            for one in () if self._claims is None else self._claims.public(claimed, first_day(month), last_day(month)):
                if set(one.origins) <= {Origin.MACHINE}:
                    by_enterprise.setdefault(one.enterprise_id, []).append(one)
            for who, claims in by_enterprise.items():
                amount = math.fsum(getattr(one, part) for one in chosen_claims(claims, claimed, month))
                told.append((who, month, round(amount)))
        return self._placed(told, months)

    def _ratio(self, measure: str, months: range) -> Contributions:
        above, below = (self.contributions(one, months[0], months[-1]) for one in MEASURES[measure].parts)
        return over(above, below)

    def _levels(self, _measure: str, months: range) -> Contributions:
        assessed = {} if self._assessed is None else self._assessed()
        return self._placed(
            [(who, month, 1) for who, since in assessed.items() for month in months if month >= since], months
        )

    def _placed(self, told: Iterable[tuple[int, int, int]], months: range) -> Contributions:
        told = list(told)
        places = self.places()
        known = [(who, month, value, places[who]) for who, month, value in told if who in places]
        return laid_out(
            _ints([who for who, *_ in known]),
            _ints([place.holding for *_, place in known]),
            np.array([place.area for *_, place in known], "<U6"),
            np.array([place.division for *_, place in known], "<U2"),
            np.array([place.size for *_, place in known], "<U16"),
            _ints([month for _, month, *_ in known]),
            _ints([value for _, _, value, _ in known]),
            months,
        )

    def places(self) -> dict[int, Placed]:
        """How every enterprise is classified: by its latest profile, or by what the registry says."""
        with self._database.reading() as session:
            enterprises = session.execute(
                select(EnterpriseRow.id, EnterpriseRow.area_code, EnterpriseRow.industry_code)
            ).all()
            profiles = {
                row.enterprise_id: row
                for row in session.execute(
                    select(
                        ProfileRow.enterprise_id,
                        ProfileRow.area_code,
                        ProfileRow.industry_code,
                        ProfileRow.size_class,
                        ProfileRow.holding_id,
                    ).order_by(ProfileRow.valid_from, ProfileRow.id)
                )
            }
        found = {}
        for who, area, industry in enterprises:
            profile = profiles.get(who)
            if profile is None:
                digits = (industry or "").lstrip("ABCDEFGHIJKLMNOPQRST")
                found[who] = Placed(-who, area, digits[:2] if len(digits) >= 2 else "", "")
            else:
                holding = -who if profile.holding_id is None else profile.holding_id
                found[who] = Placed(holding, profile.area_code, profile.industry_code[:2], profile.size_class)
        return found


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, np.int64)


def _indicator(measure: str) -> str | None:
    """The column of reports that a measure adds up; None for counting them."""
    return None if measure == "reporting" else measure
