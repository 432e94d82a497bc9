"""The rooms' order, as the project's own tools see it."""

from __future__ import annotations

import ast
import importlib
from collections import defaultdict
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

import millmark

PACKAGE = Path(millmark.__file__).parent
PROJECT = PACKAGE.parents[1]


def rooms() -> list[str]:
    return sorted(file.parent.name for file in PACKAGE.glob("*/__init__.py"))


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("millmark", exclude_type_checking_imports=False, cache_dir=None)


def test_every_contract_of_the_rooms_order_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(PROJECT / "pyproject.toml"), no_logo=True, no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_no_module_imports_itself_by_a_detour(graph: grimp.ImportGraph) -> None:
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert circle(imports) is None


def test_rooms_do_not_import_each_other_in_circles(graph: grimp.ImportGraph) -> None:
    imports: dict[str, set[str]] = defaultdict(set)
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            here, there = room_of(module), room_of(imported)
            # The package itself holds the version, which any room may read.
            if here != there and there != "millmark":
                imports[here].add(there)
    assert circle(imports) is None


def test_a_circle_is_found_when_there_is_one() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) is not None
    assert circle({"a": {"b"}, "b": {"c"}}) is None


def circle(imports: Mapping[str, set[str]]) -> list[str] | None:
    """Modules that import each other in a circle, if there are any."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return [str(module) for module in error.args[1]]
    return None


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


@pytest.mark.parametrize("room", rooms())
def test_what_a_room_offers_is_there_and_in_order(room: str) -> None:
    module = importlib.import_module(f"millmark.{room}")
    offered = declared_names(PACKAGE / room / "__init__.py")
    assert offered == sorted(offered, key=in_order)
    assert len(set(offered)) == len(offered)
    for name in offered:
        assert hasattr(module, name), f"millmark.{room} offers {name}, but does not have it"


@pytest.mark.parametrize("room", rooms())
def test_a_room_offers_all_that_its_front_door_imports(room: str) -> None:
    file = PACKAGE / room / "__init__.py"
    imported = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for alias in node.names
    }
    offered = declared_names(file)
    assert not offered or imported - set(offered) == set()


def in_order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as the linter keeps them too."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def declared_names(file: Path) -> list[str]:
    """`__all__` as the file writes it."""
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]:
            return [str(name) for name in ast.literal_eval(node.value)]
    return []


def test_a_kernel_is_compiled_from_its_own_file_alone(graph: grimp.ImportGraph) -> None:
    """Its machine code is kept on disk and made anew when its file changes; a change elsewhere would go unnoticed."""
    kernels = {module for module in graph.modules if module.endswith("_kernel")}
    types_only = {"millmark.model.compiled", "millmark.model.batch"}
    beyond = {kernel: graph.find_modules_directly_imported_by(kernel) - types_only for kernel in kernels}
    assert kernels
    assert {kernel: others for kernel, others in beyond.items() if others} == {}
