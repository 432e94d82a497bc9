"""What a claim is still worth: the least that its arrival and its challenges leave of it."""

from __future__ import annotations

from dataclasses import dataclass

from millmark.programmes.grade import Grade, weakest
from millmark.programmes.proof.arrivals import Arrival, ArrivalBook
from millmark.programmes.proof.challenges import Challenge, ChallengeBook
from millmark.programmes.proof.machine import CHALLENGE


@dataclass(frozen=True, slots=True)
class Standing:
    """`limit` is the best grade that a claim can still have; the sentences say what took the rest."""

    limit: Grade
    zh: tuple[str, ...]
    en: tuple[str, ...]


class ClaimStandings:
    """What arrivals and challenges found. A claim that was never checked is checked when it is first asked about."""

    def __init__(self, arrivals: ArrivalBook, challenges: ChallengeBook) -> None:
        self._arrivals = arrivals
        self._challenges = challenges

    def limit(self, claim_id: str, application_id: int | None = None) -> Grade:
        """The best grade that a claim can have now; for an application, by what was found when it came with it."""
        return self.standing(claim_id, application_id).limit

    def standing(self, claim_id: str, application_id: int | None = None) -> Standing:
        arrival = self._arrival(claim_id, application_id)
        against = [one for one in self._challenges.challenges(claim_id=claim_id) if one.against]
        failures = arrival.failures
        grades = [check.severity.leaves for check in failures] + [Grade.SELF_REPORTED for _ in against]
        return Standing(
            weakest(grades) or Grade.MACHINE_PROVEN,
            (*(check.zh for check in failures), *(_challenge_zh(one) for one in against)),
            (*(check.en for check in failures), *(_challenge_en(one) for one in against)),
        )

    def _arrival(self, claim_id: str, application_id: int | None) -> Arrival:
        """The newest finding of the application, else of the claim by itself: what one call asks binds no other."""
        found = self._arrivals.of_claim(claim_id)
        asked = [one for one in found if application_id is not None and one.application_id == application_id]
        alone = [one for one in found if one.application_id is None]
        return next(iter(asked or alone), None) or self._arrivals.of_its_own(claim_id)


def _challenge_zh(one: Challenge) -> str:
    differences = "；".join(difference.zh for answer in one.answers[-1:] for difference in answer.differences[:3])
    return f"质询 {one.id}：{CHALLENGE.states[one.state][0]}" + (f"（{differences}）" if differences else "")


def _challenge_en(one: Challenge) -> str:
    differences = "; ".join(difference.en for answer in one.answers[-1:] for difference in answer.differences[:3])
    return f"challenge {one.id}: {CHALLENGE.states[one.state][1]}" + (f" ({differences})" if differences else "")
