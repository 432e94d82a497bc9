"""What a measurement was made on: the machine and the versions of everything measured."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TypedDict

import millmark

_LIBRARIES = ("chdb", "numba", "numpy", "pyarrow")
_PACKAGES = {"victoriametrics": "victoria-metrics", "influxdb": "influxdb", "mosquitto": "mosquitto"}


class Machine(TypedDict):
    """`file_system` is that of the folder in which the stores were."""

    processor: str
    cores: int
    memory_gb: float
    file_system: str
    kernel: str


def this_machine(folder: Path) -> Machine:
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        file_system=_file_system(folder),
        kernel=platform.release(),
    )


def versions(peers: Sequence[str] = ()) -> Mapping[str, str]:
    """Of the platform, its engine and libraries, and of the named peers that are installed."""
    found = {"millmark": millmark.__version__, "python": platform.python_version()}
    found |= {library: metadata.version(library) for library in _LIBRARIES}
    return found | {peer: version for peer in peers if (version := _debian_version(_PACKAGES[peer]))}


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _file_system(folder: Path) -> str:
    """The type of the mount that holds the folder: the longest mount point above it."""
    place = str(folder.resolve())
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    above = [(point, kind) for point, kind in mounts if f"{place}/".startswith(f"{point.rstrip('/')}/")]
    return max(above, key=lambda mount: len(mount[0]), default=("", "unknown"))[1]


def _debian_version(package: str) -> str:
    if not (query := shutil.which("dpkg-query")):
        return ""
    command = [query, "--show", "--showformat=${Version}", package]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else ""
