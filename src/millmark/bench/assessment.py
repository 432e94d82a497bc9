"""How fast a policy is held against all enterprises: from answers as they are kept to levels, and the simulator."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, TypedDict

import msgspec
import numpy as np

from millmark.bench.machine import Machine, this_machine, versions
from millmark.programmes import Grade, shipped_packs
from millmark.programmes.assessment.answers import Answers
from millmark.programmes.assessment.book import AssessmentBook
from millmark.programmes.assessment.columns import columns_of_stored, score_many
from millmark.programmes.assessment.compiling import sheet_of
from millmark.programmes.assessment.facts import FactBook
from millmark.programmes.assessment.kept import AssessedKind
from millmark.programmes.assessment.scoring import score_one
from millmark.programmes.assessment.sheet import Sheet
from millmark.programmes.assessment.stored import StoredAnswers
from millmark.programmes.assessment.tables import AssessmentRow, AssessmentVersionRow, EnterpriseFactRow
from millmark.programmes.documents import LocalFileStore
from millmark.programmes.packs import ItemKind, PackShelf, read_shelf
from millmark.programmes.simulation import (
    Costs,
    Patch,
    Policy,
    Simulator,
    Told,
    compare_outcomes,
    patched,
    population_of,
)
from millmark.registry import Database, Registry, migrate
from millmark.registry.tables import EnterpriseRow

_PACK = ("sme-digital-level", "2024")
_PROGRAMME = ("pilot-city-zhongshan", "2024")
_SEED = 20_261_128
_AS_OF = date(2026, 1, 1)
_TOLD = ("registered_in_city", "is_sme", "in_chosen_industry", "scheme_2022", "headcount_last_year")


class EvaluationFigures(TypedDict):
    """Seconds for all enterprises by the whole pack of 2024. `read_s` from the database to answers, `laid_out_s` to
    columns, `scored_s` to scores and levels, which is all that a changed number costs; `whole_s` is their sum,
    `whole_cpu_s` the processor's time for it. `one_by_one_s` is the plain way with its reasons, from checked answers;
    `equal` says that both gave every score and level the same.
    """

    read_s: float
    laid_out_s: float
    scored_s: float
    whole_s: float
    whole_cpu_s: float
    one_by_one_s: float
    times_faster: float
    equal: bool


class SimulationFigures(TypedDict):
    """Seconds of one simulation from the database to the groups: four changed numbers of two packs, eligibility by
    expressions over facts, awards by tier, all enterprises before and after."""

    whole_s: float
    whole_cpu_s: float
    of_which_read_s: float
    changed: int
    cost_before_fen: int
    cost_after_fen: int


class AssessmentReport(TypedDict):
    machine: Machine
    versions: Mapping[str, str]
    enterprises: int
    items: int
    scenarios: int
    evaluation: EvaluationFigures
    simulation: SimulationFigures


def measure_assessment(
    enterprises: int = 10_000, *, scratch: Path | None = None, tell: Callable[[str], None] = lambda _: None
) -> AssessmentReport:
    """Fills a registry on SQLite with enterprises that answered by chance, then measures from there."""
    shelf = read_shelf([shipped_packs()])
    pack = shelf.pack(*_PACK)
    with (
        tempfile.TemporaryDirectory(dir=scratch, prefix="bench-assessment-") as folder,
        _filled(Path(folder), shelf, enterprises) as (book, facts, registry),
    ):
        tell("evaluation")
        evaluation = _evaluated(book, sheet_of(pack))
        tell("simulation")
        return AssessmentReport(
            machine=this_machine(Path(folder)),
            versions=versions(()),
            enterprises=enterprises,
            items=len(pack.items),
            scenarios=len(pack.scenarios),
            evaluation=evaluation,
            simulation=_simulated(book, facts, registry, shelf),
        )


def _evaluated(book: AssessmentBook, sheet: Sheet) -> EvaluationFigures:
    stages: list[tuple[float, float]] = [_clocks()]
    stored = [answers for _, _, answers in book.answers_of_all(_PACK[0]).values()]
    stages.append(_clocks())
    columns = columns_of_stored(sheet, stored)
    stages.append(_clocks())
    many = score_many(sheet, columns)
    stages.append(_clocks())
    wall = [after[0] - before[0] for before, after in pairwise(stages)]
    answers = [Answers.from_json(_without_empty(one)) for one in stored]
    begin = time.perf_counter()
    ones = [score_one(sheet, one) for one in answers]
    plain = time.perf_counter() - begin
    equal = all(one.score == many.score(row) and one.level == many.level[row] for row, one in enumerate(ones))
    return EvaluationFigures(
        read_s=round(wall[0], 3),
        laid_out_s=round(wall[1], 3),
        scored_s=round(wall[2], 4),
        whole_s=round(sum(wall[:3]), 3),
        whole_cpu_s=round(stages[3][1] - stages[0][1], 3),
        one_by_one_s=round(plain, 3),
        times_faster=round(plain / (wall[1] + wall[2]), 1),
        equal=equal,
    )


def _clocks() -> tuple[float, float]:
    """Time on the wall and on the processor: a busy machine makes the first longer."""
    return time.perf_counter(), time.process_time()


def _without_empty(stored: StoredAnswers) -> dict[str, Any]:
    items = {
        key: {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in msgspec.structs.asdict(item).items()
            if value is not None
        }
        for key, item in stored.items.items()
    }
    return {"items": items, "scenarios": stored.scenarios}


def _simulated(book: AssessmentBook, facts: FactBook, registry: Registry, shelf: PackShelf) -> SimulationFigures:
    pack, programme = shelf.pack(*_PACK), shelf.pack(*_PROGRAMME)
    begin, begin_cpu = _clocks()
    people = population_of(
        [Told(one.id, one.name_zh, one.name_en, one.area_code, one.industry_code) for one in registry.enterprises()],
        book.answers_of_all(pack.id),
        facts.values_of_all(_TOLD),
    )
    read = time.perf_counter() - begin
    level_patches = [Patch("levels.3.gates.0.at_least", 6), Patch("levels.2.score_min", "38")]
    new_levels, _ = patched(pack, level_patches, shelf)
    tiers = [Patch("money.tiers.2.amount_yuan", "250000"), Patch("money.tiers.3.amount_yuan", "700000")]
    new_programme, _ = patched(programme, tiers, shelf)
    simulator = Simulator(people)
    before = simulator.outcome(Policy(programme, pack), Costs(None, 0))
    after = simulator.outcome(Policy(new_programme, new_levels), Costs(None, 0))
    found = compare_outcomes(people, before, after, 4)
    end, end_cpu = _clocks()
    return SimulationFigures(
        whole_s=round(end - begin, 3),
        whole_cpu_s=round(end_cpu - begin_cpu, 3),
        of_which_read_s=round(read, 3),
        changed=found.changed_total,
        cost_before_fen=found.before.cost_fen,
        cost_after_fen=found.after.cost_fen,
    )


@contextmanager
def _filled(folder: Path, shelf: PackShelf, enterprises: int) -> Iterator[tuple[AssessmentBook, FactBook, Registry]]:
    def now_us() -> int:
        return time.time_ns() // 1_000

    database = Database(f"sqlite:///{folder / 'registry.sqlite'}")
    try:
        migrate(database)
        _fill(database, shelf, enterprises, now_us())
        files = LocalFileStore(folder / "files", database, now_us=now_us)
        yield (
            AssessmentBook(database, shelf, files, now_us=now_us),
            FactBook(database, now_us=now_us),
            Registry(database),
        )
    finally:
        database.close()


def _fill(database: Database, shelf: PackShelf, enterprises: int, now_us: int) -> None:
    random = np.random.default_rng(_SEED)
    pack = shelf.pack(*_PACK)
    counties, industries = ("421202", "421221", "421222", "421223", "421224", "421281"), ("3011", "2614", "3940")
    ids = range(1, enterprises + 1)
    with database.transaction() as session:
        session.bulk_insert_mappings(
            EnterpriseRow.__mapper__,
            [
                {
                    "id": one,
                    "slug": f"mill-{one:05}",
                    "name_zh": f"虚构工厂{one}",
                    "name_en": f"Fictional mill {one}",
                    "credit_code": None,
                    "is_placeholder": False,
                    "is_demonstration": True,
                    "area_code": counties[one % len(counties)],
                    "industry_code": industries[one % len(industries)],
                    "created_us": now_us,
                }
                for one in ids
            ],
        )
        session.bulk_insert_mappings(
            AssessmentRow.__mapper__,
            [
                {
                    "id": one,
                    "enterprise_id": one,
                    "kind": AssessedKind.SELF.value,
                    "pack": pack.id,
                    "edition": pack.edition,
                    "digest": pack.ref.digest,
                    "variant": None,
                    "state": "submitted",
                    "version": 1,
                    "started_at_us": now_us,
                    "started_by": "bench",
                }
                for one in ids
            ],
        )
        session.bulk_insert_mappings(
            AssessmentVersionRow.__mapper__,
            [
                {
                    "assessment_id": one,
                    "version": 1,
                    "answers": _answers(pack.items, [scenario.id for scenario in pack.scenarios], random),
                    "documents": {},
                    "sources": {},
                    "level": 0,
                    "score": Decimal(0),
                    "digest": "",
                    "saved_at_us": now_us,
                    "saved_by": "bench",
                }
                for one in ids
            ],
        )
        session.bulk_insert_mappings(
            EnterpriseFactRow.__mapper__,
            [_fact(one, name, random, now_us) for one in ids for name in _TOLD],
        )


def _answers(items: Sequence[Any], scenarios: Sequence[str], random: np.random.Generator) -> dict[str, Any]:
    """By chance around an ability of the enterprise's own, so that all levels occur."""
    ability = random.random()
    found: dict[str, Any] = {}
    for item in items:
        if item.kind is ItemKind.MULTI:
            chosen = random.random(len(item.options) - 1) < ability
            options = [option.id for option, is_there in zip(item.options[1:], chosen, strict=True) if is_there]
            found[item.id] = {"options": options}
        elif item.kind is ItemKind.BANDS:
            whole = int(random.integers(5, 400))
            found[item.id] = {"numerator": str(int(whole * ability * random.random())), "denominator": str(whole)}
        else:
            rising = sorted(item.options, key=lambda option: option.share)
            place = min(int((ability + random.random() / 2) * len(rising)), len(rising) - 1)
            found[item.id] = {"option": rising[place].id}
    levels = np.minimum((ability * 4 + random.random(len(scenarios)) * 2).astype(int), 4)
    answers = {"items": found, "scenarios": dict(zip(scenarios, levels.tolist(), strict=True))}
    return dict(json.loads(json.dumps(answers)))


def _fact(enterprise_id: int, name: str, random: np.random.Generator, now_us: int) -> dict[str, Any]:
    is_number = name == "headcount_last_year"
    likely = random.random() < (0.05 if name == "scheme_2022" else 0.95)
    return {
        "enterprise_id": enterprise_id,
        "fact": name,
        "value": {"number": str(int(random.integers(3, 1500)))} if is_number else bool(likely),
        "unit": "",
        "as_of": _AS_OF,
        "grade": Grade.SELF_REPORTED.value,
        "source": "bench",
        "recorded_at_us": now_us,
        "recorded_by": "bench",
    }
