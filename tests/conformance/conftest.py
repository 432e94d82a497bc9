"""Encoders that share no code with the platform's."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def sparkplug(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The module that protobuf's own compiler generates from the payload's schema; `Payload` is its message."""
    from grpc_tools import protoc

    here, output = Path(__file__).parent, tmp_path_factory.mktemp("sparkplug")
    arguments = ["protoc", f"-I{here}", f"--python_out={output}", "sparkplug_b_schema.proto"]
    assert protoc.main(arguments) == 0
    spec = importlib.util.spec_from_file_location("sparkplug_b_schema_pb2", output / "sparkplug_b_schema_pb2.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
