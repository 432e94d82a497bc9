"""Running the platform."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from millmark.cli.options import DataFolder

if TYPE_CHECKING:
    from millmark.composition import Platform


def up(*, data: DataFolder = None) -> None:
    """Run the platform from its settings until Ctrl-C."""
    asyncio.run(_up(data))


async def _up(data: Path | None) -> None:
    from millmark.cli.door import opened, said_plainly
    from millmark.process import prepare_process

    prepare_process()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    platform = await asyncio.to_thread(opened, data)
    prepare_process(platform.settings)
    try:
        with said_plainly(platform.settings.data):
            await platform.start()
        _announce(platform)
        await stopping.wait()
        print("stopping …", flush=True)
    finally:
        await platform.stop()


def _announce(platform: Platform) -> None:
    print(f"console  {platform.url}")
    print(f"mqtt     {platform.mqtt_address or 'off'}")
    print(f"folder   {platform.settings.data}")
    if platform.first_password is not None:
        print(f"sign in  admin / {platform.first_password}   (once; then choose your own)")
    print("Ctrl-C ends it.", flush=True)
