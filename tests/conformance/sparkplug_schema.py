"""An encoder of Sparkplug payloads that shares no code with the platform's: protobuf's own, from the schema beside."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def compiled_schema(output: Path) -> ModuleType:
    """The module that protobuf's compiler makes of the schema; `Payload` is its message."""
    from grpc_tools import protoc

    here = Path(__file__).parent
    assert protoc.main(["protoc", f"-I{here}", f"--python_out={output}", "sparkplug_b_schema.proto"]) == 0
    # A message type may be declared once in a process, so every user of the schema shares one module.
    name = "sparkplug_b_schema_pb2"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, output / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]
