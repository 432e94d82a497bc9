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
    from millmark.process import prepare_process, settle

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
        settle()
        await stopping.wait()
        print("stopping …", flush=True)
    finally:
        await platform.stop()


def _announce(platform: Platform) -> None:
    lines = [
        f"console  {platform.url}",
        f"mqtt     {platform.mqtt_address or 'off'}",
        f"folder   {platform.settings.data}",
    ]
    if platform.first_password is not None:
        lines.append(f"sign in  admin / {platform.first_password}   (once; then choose your own)")
    # In one piece: whoever reads the log never finds an address without the password that goes with it.
    print("\n".join([*lines, "Ctrl-C ends it."]), flush=True)
