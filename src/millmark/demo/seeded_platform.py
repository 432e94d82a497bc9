"""The demo's platform process: `python -m millmark.demo.seeded_platform --data DIR …`.

The platform of `millmark up` over the same folder, with the demonstration put in before the first point comes in. It
writes how to sign in to DIR/run/sign-in.json, which the demo's parent reads and removes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from millmark.demo.bureau_seed import seed_bureau
from millmark.demo.ports import without_ports
from millmark.demo.seed import DemoPorts, seed, write_secret, write_settings
from millmark.process import prepare_process, settle

SIGN_IN_FILE: Final = Path("run") / "sign-in.json"


async def run(folder: Path, ports: DemoPorts) -> None:
    """Runs until SIGTERM or SIGINT."""
    from millmark.composition import Platform
    from millmark.settings import load_settings

    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    write_settings(folder, ports)
    platform = await asyncio.to_thread(Platform.open, load_settings(folder, environment=without_ports(os.environ)))
    prepare_process(platform.settings)
    try:
        sign_in = await asyncio.to_thread(seed, platform, folder)
        write_secret(folder / SIGN_IN_FILE, json.dumps(asdict(sign_in)))
        await platform.start()
        settle()
        # People sign in meanwhile: the bureau's desk takes some seconds to fill.
        filling = asyncio.create_task(asyncio.to_thread(seed_bureau, platform))
        await ending.wait()
        platform.services.stopping.set()
        await filling
    finally:
        await platform.stop()


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="millmark-demo-platform", description="The demonstration's platform.")
    parser.add_argument("--data", type=Path, required=True)
    for name in ("web", "mqtt", "opcua", "modbus"):
        parser.add_argument(f"--{name}", type=int, required=True, metavar="PORT")
    arguments = parser.parse_args(words)
    prepare_process()
    ports = DemoPorts(arguments.web, arguments.mqtt, arguments.opcua, arguments.modbus)
    asyncio.run(run(arguments.data, ports))


if __name__ == "__main__":
    main()
