"""The process that solves one plan: `python -m millmark.region.coverage.child`.

The problem comes in on its standard input, progress and solution go out as lines of JSON. A process of its own keeps
the web quick while two cores work, gives its memory back, and can be ended at any moment.
"""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import asdict
from typing import Any, BinaryIO, Final

import numpy as np

from millmark.region.coverage.planning import Choice, Obligation, Problem, Unmet
from millmark.region.coverage.solving import Limits, Needed, Progress, Solution, solve

_YIELDS: Final = 5
"""How much the process steps back behind the others of this machine."""


def encoded(problem: Problem, limits: Limits) -> bytes:
    """As the process reads it: numpy's own format, whole numbers only."""
    columns: dict[str, Any] = {
        "weights": problem.weights,
        "costs": problem.costs,
        "place_of": problem.place_of,
        "site_of": problem.site_of,
        "budget": np.array([problem.budget], np.int64),
        "needed": np.array([one.needed for one in problem.obligations], np.int64),
        "names": np.frombuffer(json.dumps([one.name for one in problem.obligations]).encode(), np.uint8),
        "limits": np.frombuffer(json.dumps(asdict(limits)).encode(), np.uint8),
    }
    columns |= {f"member{at}": one.member for at, one in enumerate(problem.obligations)}
    buffer = io.BytesIO()
    np.savez(buffer, **columns)
    return buffer.getvalue()


def decoded(content: bytes) -> tuple[Problem, Limits]:
    with np.load(io.BytesIO(content), allow_pickle=False) as columns:
        names = json.loads(columns["names"].tobytes())
        needed = columns["needed"].tolist()
        obligations = tuple(Obligation(name, columns[f"member{at}"], needed[at]) for at, name in enumerate(names))
        problem = Problem(
            columns["weights"],
            columns["costs"],
            columns["place_of"],
            columns["site_of"],
            int(columns["budget"][0]),
            obligations,
        )
        return problem, Limits(**json.loads(columns["limits"].tobytes()))


def solution_of(told: dict[str, Any]) -> Solution:
    """A solution as the process told it."""
    choice, needed = told["choice"], told["needed"]
    return Solution(
        **told
        | {
            "choice": None if choice is None else _choice(choice),
            "greedy": _choice(told["greedy"]),
            "greedy_unmet": tuple(Unmet(**one) for one in told["greedy_unmet"]),
            "unmet": tuple(Unmet(**one) for one in told["unmet"]),
            "needed": None if needed is None else Needed(**needed),
        }
    )


def _choice(told: dict[str, Any]) -> Choice:
    return Choice(tuple(told["sites"]), told["cost"], told["weight"])


def _run(problem_from: BinaryIO, say_to: BinaryIO) -> None:
    problem, limits = decoded(problem_from.read())

    def say(kind: str, content: dict[str, Any]) -> None:
        say_to.write(json.dumps({kind: content}).encode() + b"\n")
        say_to.flush()

    def tell(progress: Progress) -> None:
        say("progress", asdict(progress))

    say("solution", asdict(solve(problem, limits, tell=tell)))


def main() -> None:
    os.nice(_YIELDS)
    # The solver's library greets on the standard output; what is told goes another way.
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _run(sys.stdin.buffer, own)


if __name__ == "__main__":
    main()
