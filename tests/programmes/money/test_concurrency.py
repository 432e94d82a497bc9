"""A budget under many writers: processes that approve at the same moment, and ones that are killed in the middle."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select
from tests.programmes.money.treasury import AWARD_FEN, CITY, MAYOR, Treasury, treasury_over

from millmark.programmes.errors import Overspent
from millmark.programmes.life.tables import StepRow
from millmark.programmes.money import Balances, EntryKind, NewDisbursement
from millmark.programmes.records import RecordKind
from millmark.registry import Database

WRITERS = 8
PROCESSES = 4  # each with three threads
AWARDS = 24
ROOT = Path(__file__).parents[3]


@pytest.fixture
def treasury(database: Database, tmp_path: Path) -> Treasury:
    return treasury_over(database, tmp_path)


def waiting(treasury: Treasury, budget_fen: int) -> tuple[int, list[int]]:
    """A line, and awards that wait for their approval from it."""
    call_id = treasury.call()
    line_id = treasury.line(budget_fen)
    return line_id, [
        treasury.proposed(treasury.recognised(call_id, f"mill-{number}"), line_id).id for number in range(AWARDS)
    ]


def approver(treasury: Treasury, folder: Path, awards: Sequence[int]) -> subprocess.Popen[str]:
    url = treasury.database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.programmes.money.approver", url, str(folder), *map(str, awards)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)


def state(treasury: Treasury, line_id: int) -> tuple[list[int], Balances]:
    """The committed awards, after everything that must hold was seen to hold."""
    assert treasury.budget.check() == []
    awards = treasury.awards.awards()
    committed = [award.id for award in awards if award.state == "committed"]
    entries = treasury.budget.entries(line_id=line_id)
    assert sorted(entry.award_id for entry in entries if entry.kind is EntryKind.COMMIT) == committed
    for award in awards:
        assert (award.committed_fen, award.record_id is None) == (
            (AWARD_FEN, False) if award.state == "committed" else (0, True)
        )
    recorded = [one for one in treasury.records.standing() if one.kind is RecordKind.AWARD]
    assert len(recorded) == len(committed)
    with treasury.database.reading() as session:
        steps = session.scalars(select(StepRow.object_id).where(StepRow.action == "approve")).all()
    assert sorted(steps) == committed
    return committed, treasury.budget.line(line_id).balances


@pytest.mark.slow
def test_many_processes_commit_no_more_than_there_is(treasury: Treasury, tmp_path: Path) -> None:
    line_id, awards = waiting(treasury, 10 * AWARD_FEN + AWARD_FEN // 2)
    shuffle = random.Random(1)
    writers = [approver(treasury, tmp_path, shuffle.sample(awards, len(awards))) for _ in range(PROCESSES)]
    said = [int(line) for writer in writers for line in writer.communicate(timeout=100)[0].split()]
    assert [writer.returncode for writer in writers] == [0] * PROCESSES
    committed, balances = state(treasury, line_id)
    # Ten fit, the half that is left over pays nobody, and no award was approved twice.
    assert sorted(said) == committed
    assert len(committed) == 10
    assert balances == Balances(10 * AWARD_FEN + AWARD_FEN // 2, AWARD_FEN // 2, 10 * AWARD_FEN)


@pytest.mark.slow
def test_a_killed_process_leaves_nothing_half_done(treasury: Treasury, tmp_path: Path) -> None:
    line_id, awards = waiting(treasury, AWARDS * AWARD_FEN)
    acknowledged: set[int] = set()
    for round_, chunk in enumerate((awards[:8], awards[8:16], awards[16:])):
        writer = approver(treasury, tmp_path, chunk)
        with writer:
            assert writer.stdout is not None
            acknowledged.add(int(writer.stdout.readline()))
            time.sleep(0.005 * round_)
            writer.send_signal(signal.SIGKILL)
            acknowledged |= {int(line) for line in writer.stdout.read().split()}
        assert writer.returncode == -signal.SIGKILL
        committed, balances = state(treasury, line_id)
        # What was acknowledged is there; the one under way may be, whole.
        assert acknowledged <= set(committed)
        assert balances.committed == len(committed) * AWARD_FEN
    for award in treasury.awards.awards(state="proposed"):
        treasury.awards.approve(award.id, document="咸经信〔2026〕1号", actor=MAYOR)
    assert state(treasury, line_id)[1].available == 0


def test_two_instalments_at_once_pay_it_once(treasury: Treasury) -> None:
    line_id = treasury.line(AWARD_FEN) if treasury.call() else 0
    award = treasury.committed(treasury.recognised(1, "mill"), line_id)
    barrier = Barrier(WRITERS)

    def ask(_: int) -> bool:
        barrier.wait()
        new = NewDisbursement(award_id=award.id, line_id=line_id, instalment="first", amount_fen=60 * AWARD_FEN // 100)
        try:
            treasury.disbursements.propose(new, actor=CITY)
        except Overspent:
            return False
        return True

    with ThreadPoolExecutor(WRITERS) as pool:
        assert sorted(pool.map(ask, range(WRITERS))) == [False] * (WRITERS - 1) + [True]


def test_lines_cut_and_committed_at_once_stay_above_nothing(treasury: Treasury) -> None:
    call_id = treasury.call()
    line_id = treasury.line(3 * AWARD_FEN)
    awards = [treasury.proposed(treasury.recognised(call_id, f"mill-{n}"), line_id).id for n in range(4)]
    barrier = Barrier(WRITERS)

    def work(number: int) -> bool:
        barrier.wait()
        try:
            if number < len(awards):
                treasury.awards.approve(awards[number], document="d", actor=MAYOR)
            else:
                cut = EntryKind.CUT
                treasury.budget.move(line_id, cut, AWARD_FEN, document=f"cut {number}", actor="treasurer")
        except Overspent:
            return False
        return True

    with ThreadPoolExecutor(WRITERS) as pool:
        done = list(pool.map(work, range(WRITERS)))
    assert done.count(True) == 3
    assert treasury.budget.line(line_id).balances.available == 0
    assert treasury.budget.check() == []
