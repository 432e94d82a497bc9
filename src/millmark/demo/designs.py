"""Which machines the demonstration has. What the platform is told about them stands in `factories`."""

from __future__ import annotations

from typing import Final

from millmark.demo.machines import MachineDesign
from millmark.demo.modbus_server import Feeder
from millmark.demo.process_model import MachineModel

HISTORY_DAYS: Final = 2.5
"""How far back the machines can tell what they did when a platform meets them first."""

PRESSES: Final = tuple(
    MachineDesign(
        f"press-{number}",
        MachineModel(seed=1_000 + number, planned_run_time_per_item_s=24.0 + number, shift_start_h=0, shift_end_h=24),
        temperature_shift_days=9 * number,
    )
    for number in range(1, 5)
)
"""The four connected presses of `demo-a`; a fifth is there and not connected."""

FEEDERS: Final = (Feeder(1, "arc-furnace", 0.55), Feeder(2, "rolling-mill", 0.30), Feeder(3, "auxiliaries", 0.15))
"""The three metered feeders of `demo-b`; two more are there and not metered."""

BOTTLING: Final = (
    MachineDesign("filler", MachineModel(seed=3_001, planned_run_time_per_item_s=20.0), 11, energy_share=0.012),
    MachineDesign("labeller", MachineModel(seed=3_002, planned_run_time_per_item_s=20.0), 23, energy_share=0.004),
    MachineDesign("packer", MachineModel(seed=3_003, planned_run_time_per_item_s=30.0), 37, energy_share=0.007),
)
"""The line of `demo-c`; an item of it is a tray of bottles."""
