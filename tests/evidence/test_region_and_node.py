"""A region and an enterprise's node, two processes with a wire between them: a claim is challenged and answered.

Nobody sits at the node: it looks for challenges with every round of sealing, the first of which is as it starts.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import pytest
from tests.faults.running import RunningPlatform, register_factory

from millmark.evidence import NodeKey
from millmark.evidence.nodes import RegionLink
from millmark.evidence.rows_file import read_rows, write_rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SHANGHAI = ZoneInfo("Asia/Shanghai")
PASSWORD = "a river turns the mill"
STROKES = 340.25


@dataclass
class Pair:
    """The city's platform with an officer at it, and a factory's own node; `claim` is the node's, known to both."""

    region: RunningPlatform
    node: RunningPlatform
    officer: httpx.Client
    claim: str = ""

    def next_round(self) -> None:
        """The node is restarted, as after an update, and does at once what it does every quarter of an hour."""
        assert self.node.stop() == 0, self.node.log
        self.node.start()

    def challenge(self) -> int:
        form = {"claim_id": self.claim, "reason": "连接率高于同行，抽查"}
        opened = self.officer.post("/api/challenges", json=form)
        assert opened.status_code == 201, opened.text
        assert opened.json()["challenge"]["state"] == "open", "its rows are on the node alone"
        return int(opened.json()["challenge"]["id"])

    def outcome(self, challenge: int) -> dict[str, Any]:
        """The challenge once it is answered, as the officer sees it."""
        deadline = time.monotonic() + 60
        while (found := self.officer.get(f"/api/challenges/{challenge}").json())["challenge"]["state"] == "open":
            assert time.monotonic() < deadline, f"the node did not answer:\n{self.node.log}"
            time.sleep(0.2)
        return dict(found)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with ExitStack() as ending:
        region = _started(RunningPlatform(tmp_path / "region"), ending)
        settings = f'[witness]\nurl = "http://127.0.0.1:{region.web}"\nanswer_challenges = true\n'
        node = _started(RunningPlatform(tmp_path / "node", settings=settings), ending)
        enterprise, site, key = register_factory(node)
        register_factory(region)
        letter = node.get("/nodes/own/letter", enterprise_id=enterprise)["letter"]
        assert region.post("/nodes", {"letter": letter})["in_force"]
        officer = _officer(region)
        ending.callback(officer.close)
        found = Pair(region, node, officer)
        _work(node, key)
        node.post(f"/sites/{site}/seals", {"date": _yesterday().isoformat()})
        found.claim = _claim(node)
        # The seal leaves the node in its own round; the claim goes with an application, by hand.
        found.next_round()
        _eventually(lambda: region.get("/witness")["chains"])
        with node.api() as api:
            document = api.get(f"/claims/{found.claim}/document").content
        with region.api() as api:
            arrival = api.post("/claims/imports", content=document, headers={"Content-Type": "application/json"})
        assert arrival.json()["grade"] == "machine_proven", arrival.text
        region.post("/consents", _consent("document"))
        yield found


def _started(platform: RunningPlatform, ending: ExitStack) -> RunningPlatform:
    platform.start()
    ending.callback(platform.stop)
    return platform


def _yesterday() -> date:
    return datetime.now(SHANGHAI).date() - timedelta(days=1)


def _work(node: RunningPlatform, key: str) -> None:
    """One of two presses tells of itself; the other is known and silent."""
    node.put("/assets", {"path": "acme/north/press-2", "level": "equipment", "counts_as_equipment": True})
    noon = datetime.combine(_yesterday(), datetime.min.time(), SHANGHAI) + timedelta(hours=12)
    lines = [f"press,asset=press-1 strokes={STROKES + at} {int(noon.timestamp()) + at}" for at in range(3)]
    httpx.post(
        f"http://127.0.0.1:{node.web}/api/v2/write",
        params={"precision": "s"},
        content="\n".join(lines),
        headers={"Authorization": f"Token gw-1:{key}"},
        trust_env=False,
    ).raise_for_status()


def _claim(node: RunningPlatform) -> str:
    day = _yesterday().isoformat()
    form = {"measure": "equipment_connection_rate", "subject": "acme/north", "first_date": day, "last_date": day}
    claim = node.post("/claims", form)
    assert claim["value"] == 0.5, claim
    return str(claim["id"])


def _consent(detail: str) -> dict[str, Any]:
    until = (datetime.now(SHANGHAI).date() + timedelta(days=30)).isoformat()
    return {"enterprise_id": 1, "recipient": "office", "purpose": "application", "detail": detail, "until": until}


def _officer(region: RunningPlatform) -> httpx.Client:
    once = region.post("/accounts", {"account": "officer", "role": "officer", "area_code": "421200"})
    client = httpx.Client(base_url=f"http://127.0.0.1:{region.web}", timeout=30.0, trust_env=False)
    current = once["one_time_password"]
    client.post("/api/session", json={"account": "officer", "password": current}).raise_for_status()
    client.put("/api/session/password", json={"current": current, "new": PASSWORD}).raise_for_status()
    return client


def _eventually(found: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not found():
        assert time.monotonic() < deadline, "it did not happen within a minute"
        time.sleep(0.2)


def test_a_node_answers_a_challenge_by_itself_once_its_enterprise_consents(pair: Pair) -> None:
    challenge = pair.challenge()
    # Nobody consented that rows leave the factory: the node is asked, and keeps them.
    pair.next_round()
    _eventually(lambda: f"challenge {challenge} of claim {pair.claim} waits for a person: no_consent" in pair.node.log)
    assert pair.officer.get(f"/api/challenges/{challenge}").json()["challenge"]["state"] == "open"
    waiting = pair.node.get("/nodes/own/challenges")
    assert waiting["answers_by_itself"]
    assert [(one["id"], one["claim_id"]) for one in waiting["challenges"]] == [(challenge, pair.claim)]

    pair.node.post("/consents", _consent("rows"))
    pair.next_round()
    answered = pair.outcome(challenge)
    assert answered["challenge"]["state"] == "upheld"
    assert answered["answers"][-1]["recomputed_value"] == 0.5
    assert [(step["action"], step["role"]) for step in answered["steps"]] == [
        ("challenge", "officer"),
        ("uphold", "node"),
    ]
    standing = pair.officer.get(f"/api/claims/{pair.claim}/standing").json()
    assert (standing["limit"], standing["challenges"]) == ("machine_proven", [challenge])
    # What left the factory stands in its own log, and nothing waits any more.
    assert pair.node.get("/nodes/own/challenges")["challenges"] == []
    log = pair.node.get("/audit", limit=50)["entries"]
    shown = [one for one in log if one["action"] == "challenges.reveal"]
    assert [(one["actor"], one["result"]) for one in shown] == [("platform", "upheld")]
    assert f"challenge:{challenge} claim:{pair.claim}" in shown[0]["what"]


@pytest.mark.long
def test_a_node_whose_rows_were_edited_has_no_answer_and_an_edited_answer_is_caught(pair: Pair) -> None:
    pair.node.post("/consents", _consent("rows"))
    challenge = pair.challenge()
    with pair.node.api() as api:
        rows = api.get(f"/claims/{pair.claim}/rows").content
    assert pair.node.stop() == 0
    edit = [sys.executable, "-m", "tests.evidence.edit_points", str(pair.node.folder / "history")]
    subprocess.run([*edit, str(STROKES), str(STROKES * 2)], check=True, timeout=60)
    pair.node.start()
    _eventually(lambda: f"of claim {pair.claim} waits for a person: not_as_sealed" in pair.node.log)
    assert "does not give the rows that were sealed" in pair.node.log
    assert pair.officer.get(f"/api/challenges/{challenge}").json()["challenge"]["state"] == "open"
    # Neither does anybody at the node get it out by hand, and nothing of it is in the log of what was shown.
    with pair.node.api() as api:
        assert api.post(f"/nodes/own/challenges/{challenge}/answer", json={}).status_code == 409
    log = pair.node.get("/audit", limit=50)["entries"]
    assert [one for one in log if one["action"] == "challenges.reveal"] == []

    # Its owner holds the key and need not use the node: they write the rows as they would like them to be.
    key = NodeKey.kept(pair.node.folder / "keys" / "node-ed25519.pem")
    link = RegionLink(f"http://127.0.0.1:{pair.region.web}", key, now_us=lambda: time.time_ns() // 1000)
    assert link.reveal(challenge, _edited(rows)) == "refuted"
    answered = pair.outcome(challenge)
    (difference,) = answered["answers"][-1]["differences"]
    assert difference["kind"] == "rows_altered"
    assert "press-1" in difference["en"], "the series is named"
    standing = pair.officer.get(f"/api/claims/{pair.claim}/standing").json()
    assert (standing["limit"], standing["challenges"]) == ("self_reported", [challenge])


def _edited(rows: bytes) -> bytes:
    found = read_rows(rows, most_rows=1000)
    return write_rows({key: replace(one, values=np.asarray(one.values) + 1) for key, one in found.items()})
