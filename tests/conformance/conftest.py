from __future__ import annotations

from types import ModuleType

import pytest
from tests.conformance.sparkplug_schema import compiled_schema


@pytest.fixture(scope="session")
def sparkplug(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return compiled_schema(tmp_path_factory.mktemp("sparkplug"))
