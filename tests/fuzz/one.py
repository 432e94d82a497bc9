"""Fuzzes one target in this process, which ends with it: `python -m tests.fuzz.one TARGET CORPUS [libFuzzer flags]`."""

from __future__ import annotations

import importlib
import sys

import atheris

# Compiled functions are built from their source as it stands; what the fuzzer would add to it cannot be compiled.
_LANES = ("millmark.wire.sparkplug.publish_kernel", "millmark.wire.mqtt.publish_spans_kernel")
KERNELS = {
    "line_protocol": ("millmark.wire.line_protocol_kernel",),
    "lane": _LANES,
    "telemetry_lane": _LANES,
}


def main() -> None:
    name = sys.argv[1]
    kernels = KERNELS.get(name, ())
    for kernel in kernels:
        importlib.import_module(kernel)
    with atheris.instrument_imports(include=["millmark.wire", "millmark.intake.mqtt"], exclude=list(kernels)):
        target = importlib.import_module(f"tests.fuzz.targets.{name}")
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
