"""A process whose threads approve awards as fast as they can, and say which: `python -m … URL FOLDER AWARD…`."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.programmes.money.treasury import MAYOR, treasury_with

from millmark.programmes import shipped_packs
from millmark.programmes.errors import IllegalStep, Overspent
from millmark.programmes.packs import read_shelf
from millmark.registry import Database

THREADS = 3


def main() -> None:
    url, folder, *awards = sys.argv[1:]
    shelf = read_shelf([shipped_packs(), Path(folder) / "packs"])
    treasury = treasury_with(Database(url), Path(folder), shelf)

    def approve(first: int) -> None:
        for award in (*awards[first:], *awards[:first]):
            try:
                treasury.awards.approve(int(award), document="咸经信〔2026〕1号", actor=MAYOR)
            except (Overspent, IllegalStep):
                continue
            os.write(sys.stdout.fileno(), f"{award}\n".encode())

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(approve, range(0, len(awards), max(1, len(awards) // THREADS))))


if __name__ == "__main__":
    main()
