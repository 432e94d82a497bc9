"""Fuzzes all targets, one after the other: `python -m tests.fuzz.run [--seconds 600] [--target NAME] [--keep FOLDER]`.

An input that breaks a target is left in the folder printed, and ends the run with an error; put it under
`tests/fuzz/regressions/TARGET/` once the fault is mended.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import NAMES

ROOT = Path(__file__).parents[2]
LONGEST_INPUT = 4_096
MEMORY_MB = 2_048
LONGEST_RUN_S = 30


def fuzz(target: str, seconds: int, folder: Path) -> subprocess.CompletedProcess[str]:
    """One target for so long; inputs that break it are kept in `folder/TARGET/broken`."""
    corpus, broken = folder / target / "corpus", folder / target / "broken"
    corpus.mkdir(parents=True, exist_ok=True)
    broken.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()[target]):
        (corpus / f"seed-{number}").write_bytes(seed)
    for kept in sorted((Path(__file__).parent / "regressions" / target).glob("*")):
        (corpus / kept.name).write_bytes(kept.read_bytes())
    flags = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST_INPUT}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-timeout={LONGEST_RUN_S}",
        f"-artifact_prefix={broken}/",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    command = [sys.executable, "-m", "tests.fuzz.one", target, str(corpus), *flags]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzz what reads bytes from outside.")
    parser.add_argument("--seconds", type=int, default=600, help="in all, shared evenly by the targets")
    parser.add_argument("--target", choices=NAMES, action="append", help="only this one; may be given again")
    parser.add_argument("--keep", type=Path, help="a folder for what was found, to go on from the next time")
    chosen = parser.parse_args()
    targets = chosen.target or NAMES
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="millmark-fuzz-"))
    worst = 0
    for target in targets:
        done = fuzz(target, chosen.seconds // len(targets), folder)
        found = [line for line in done.stderr.splitlines() if line.startswith("stat::number_of_executed_units")]
        _say(
            f"{target}: {'sound' if not done.returncode else 'BROKEN'}, {found[0].split()[-1] if found else '?'} inputs"
        )
        if done.returncode:
            _say(done.stdout[-4_000:] + done.stderr[-2_000:])
            _say(f"the input is in {folder / target / 'broken'}")
            worst = 1
    return worst


if __name__ == "__main__":
    sys.exit(main())
