"""From machine to figure, step by step, through the running platform's API: what a demonstration has to show."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel

from millmark.web.local import read
from millmark.web.shapes.claims import ClaimList, ClaimView, NewClaim, SealDay, SealView, Verification
from millmark.web.shapes.enterprises import EnterpriseDetail, EnterpriseList
from millmark.web.shapes.figures import FigureList
from millmark.web.shapes.intake import IntakeState
from millmark.web.shapes.measures import MeasureList, MeasureView
from millmark.web.shapes.programmes import ApplicationView, CallView, NewApplication, ProgrammeList

Answer = TypeVar("Answer", bound=BaseModel)

OEE: Final = "oee"
CONNECTION_RATE: Final = "equipment_connection_rate"
_POLL_S: Final = 0.5
_FULL_COVERAGE: Final = 0.995
_QUIET_POLLS: Final = 6
# More than the machines' live values between two polls.
_LIVE_POINTS: Final = 400


class DemonstrationFailed(RuntimeError):
    """A step did not come to its result; the message says which, and what the platform answered."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one pass from machine to figure brought, as `millmark demo --once --json` prints it."""

    seconds: float
    figures: list[dict[str, Any]]
    oee: dict[str, Any]
    sealed_day: dict[str, Any]
    claim: dict[str, Any]
    decisions: list[dict[str, Any]]
    points_in_history: int
    platform_memory_mb: float
    url: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class LocalApi:
    """The running platform's API, as the owner of its state folder may use it."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    @classmethod
    @contextmanager
    def of(cls, folder: Path) -> Iterator[LocalApi]:
        access = read(folder)
        if access is None:
            raise DemonstrationFailed(f"the platform did not publish its local access in {folder}")
        headers = {"Authorization": f"Bearer {access.token}"}
        with httpx.Client(base_url=f"{access.url}/api", headers=headers, timeout=60.0, trust_env=False) as client:
            yield cls(client)

    def get(self, path: str, answer: type[Answer], **query: str) -> Answer:
        return self._read(self._client.get(path, params=query), answer)

    def post(self, path: str, answer: type[Answer], body: BaseModel | None = None) -> Answer:
        content = None if body is None else body.model_dump_json()
        return self._read(
            self._client.post(path, content=content, headers={"Content-Type": "application/json"}), answer
        )

    @staticmethod
    def _read(response: httpx.Response, answer: type[Answer]) -> Answer:
        if response.is_error:
            request = response.request
            raise DemonstrationFailed(f"{request.method} {request.url.path}: {response.status_code} {response.text}")
        return answer.model_validate_json(response.content)


@dataclass(frozen=True, slots=True)
class Factory:
    """A demonstration factory as the platform knows it."""

    id: int
    slug: str
    site_id: int
    site_path: str


class Demonstration:
    """Waits for the day's data, seals it, has claims issued and verified, applies with them, reads the figures."""

    def __init__(self, api: LocalApi, day: date, *, tell: Callable[[str], None], check: Callable[[], None]) -> None:
        self._api = api
        self._day = day
        self._tell = tell
        self._check = check

    def factories(self) -> list[Factory]:
        listed = self._api.get("/enterprises", EnterpriseList).enterprises
        # A fictional supplier has no site; one is there when the demonstration starts again.
        return [
            Factory(one.id, one.slug, sites[0].id, sites[0].path)
            for one in listed
            if one.is_demonstration and (sites := self._api.get(f"/enterprises/{one.id}", EnterpriseDetail).sites)
        ]

    def points_in_history(self) -> int:
        return self._api.get("/intake", IntakeState).counts.points_in_history or 0

    def wait_for_the_day(self, factories: list[Factory], patience_s: float) -> None:
        """Until every machine's day is whole and nothing but live values comes; machines send the past first.

        Raises `DemonstrationFailed` when the day is not whole and nothing more of it came for `patience_s`: a slow
        machine takes its time, a silent one is told of.
        """
        deadline, quiet, last = time.monotonic() + patience_s, 0, -1
        lines = [factory for factory in factories if self.oee(factory) is not None]
        # A day's measures are asked for only after some quiet polls, and again after as many: until then the platform
        # has its hands full with what comes in.
        while quiet < _QUIET_POLLS or not self._are_whole(lines):
            self._check()
            if time.monotonic() > deadline:
                raise DemonstrationFailed(
                    f"the machines' data of {self._day} are not whole, and nothing more came for {patience_s:.0f} s; "
                    "the logs of platform and machines are in the folder `logs`"
                )
            time.sleep(_POLL_S)
            stored = self._stored()
            # Live values keep coming: what counts as quiet is that no more than those arrive.
            is_quiet = 0 < stored < last + _LIVE_POINTS
            quiet = quiet % _QUIET_POLLS + 1 if is_quiet else 0
            if not is_quiet:
                deadline = time.monotonic() + patience_s
            last = stored

    def oee(self, factory: Factory) -> MeasureView | None:
        """The day's OEE of the factory's site."""
        measures = self._api.get(f"/enterprises/{factory.id}/measures", MeasureList, date=self._day.isoformat())
        return next((one for one in measures.measures if one.measure == OEE and one.subject == factory.site_path), None)

    def seal(self, factory: Factory) -> SealView:
        return self._api.post(f"/sites/{factory.site_id}/seals", SealView, SealDay(date=self._day))

    def claim(self, factory: Factory, measure: str) -> ClaimView:
        """The claim of the day, issued unless it was before."""
        issued = self._api.get("/claims", ClaimList, enterprise_id=str(factory.id)).claims
        for claim in issued:
            if (claim.measure, claim.subject, claim.first_date, claim.last_date) == (
                measure,
                factory.site_path,
                self._day,
                self._day,
            ):
                return claim
        form = NewClaim(measure=measure, subject=factory.site_path, first_date=self._day, last_date=self._day)
        return self._api.post("/claims", ClaimView, form)

    def verify(self, claim: ClaimView) -> Verification:
        return self._api.post(f"/claims/{claim.id}/verify", Verification)

    def call(self) -> CallView:
        programmes = self._api.get("/programmes", ProgrammeList).programmes
        return next(programme for programme in programmes if programme.is_demonstration).calls[0]

    def apply(self, call: CallView, claim: ClaimView) -> None:
        """Enters the claim's enterprise in the call; the answer has the decision."""
        self._api.post(
            f"/programmes/calls/{call.id}/applications",
            ApplicationView,
            NewApplication(enterprise_id=claim.enterprise_id, claim_id=claim.id),
        )

    def figures(self) -> FigureList:
        return self._api.get("/figures", FigureList)

    def run(self, patience_s: float) -> dict[str, Any]:
        """The whole way once; returns the parts of an `Outcome` that come from the platform."""
        factories = self.factories()
        self._tell(f"machines send {self._day}, then what is happening now …")
        self.wait_for_the_day(factories, patience_s)
        seals = {factory.slug: self.seal(factory) for factory in factories}
        self._tell(f"sealed {self._day} at {len(seals)} sites")
        claims = [self.claim(factory, CONNECTION_RATE) for factory in factories]
        line = next(factory for factory in factories if self.oee(factory) is not None)
        oee_claim = self.claim(line, OEE)
        verification = self.verify(oee_claim)
        self._tell(f"claimed and verified: OEE of {line.site_path}")
        call = self.call()
        for claim in claims:
            self.apply(call, claim)
        oee = self.oee(line)
        if oee is None:
            raise DemonstrationFailed(f"no OEE of {line.site_path} on {self._day}")
        return {
            "figures": [figure.model_dump(mode="json") for figure in self.figures().figures],
            "oee": _summary(oee, self._day),
            "sealed_day": seals[line.slug].model_dump(mode="json"),
            "claim": {
                **oee_claim.model_dump(mode="json"),
                "verified": verification.verified,
                "recomputed_value": verification.recomputed_value,
                "checks": [check.model_dump(mode="json") for check in verification.checks],
            },
            "decisions": [
                {"enterprise": one.enterprise_en, "outcome": one.decision.outcome, "grade": one.decision.grade}
                for one in self.call().applications
                if one.decision is not None
            ],
            "points_in_history": self.points_in_history(),
        }

    def _stored(self) -> int:
        return self._api.get("/intake", IntakeState).counts.points_stored

    def _are_whole(self, factories: list[Factory]) -> bool:
        found = [self.oee(factory) for factory in factories]
        return all(oee is not None and (oee.coverage_share or 0.0) >= _FULL_COVERAGE for oee in found)


def _summary(oee: MeasureView, day: date) -> dict[str, Any]:
    return {
        "subject": oee.subject,
        "date": day.isoformat(),
        "value": oee.value,
        "numerator": oee.numerator,
        "denominator": oee.denominator,
        "unit": oee.unit,
        "coverage_share": oee.coverage_share,
        "formula_version": oee.formula_version,
        "parts": {
            part.measure: {"value": part.value, "numerator": part.numerator, "denominator": part.denominator}
            for part in oee.parts
            if part.subject == oee.subject
        },
    }
