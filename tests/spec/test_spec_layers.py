"""Law 6: the layers hold. Spec knows neither mock nor suite; these know spec, and never each other."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import fleet_contract

ROOT = Path(fleet_contract.__file__).parent
FOLDERS = ("spec", "mock_server", "contract_tests")
MODULES = sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))
PROOF = sorted((Path(__file__).parents[2] / "proof").rglob("*.py"))
MAY_IMPORT = {
    "spec": {"spec"},
    "mock_server": {"mock_server", "spec"},
    "contract_tests": {"contract_tests", "spec"},
}
# Who knows what is meant to be replaceable, or may be missing.
KNOWN_TO = {
    "pytest": {
        "contract_tests/checks/conftest.py",
        "contract_tests/session/driver.py",
        "contract_tests/plugin.py",
        "contract_tests/session/session.py",
        "mock_server/pytest_plugin.py",
    },
    "connexion": {"mock_server/app.py"},
    "junitparser": {"contract_tests/reports/junit.py"},
    "redis": {"mock_server/store/redis_link.py"},
    "schemathesis": {"contract_tests/driving/generating.py"},
    "yaml": {"spec/aliases.py", "spec/files.py", "spec/nesting.py", "spec/yaml.py"},
}
OF_THE_EXTRA = ("backports", "brotli", "hypothesis", "junitparser", "pytest", "schemathesis")


@cache
def imports_of(file: Path) -> frozenset[str]:
    """Return the full names of all that a module imports, wherever in it."""
    return frozenset(_imports(ast.parse(file.read_text(encoding="utf-8")), _package_of(file)))


def _imports(tree: ast.Module, package: list[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _package_of(file: Path) -> list[str]:
    return ["fleet_contract", *file.relative_to(ROOT).parent.parts]


def folders_in(names: frozenset[str]) -> set[str]:
    """Return which of the three folders some full names lie in."""
    parts = [name.split(".") for name in names]
    return {part[1] for part in parts if part[0] == "fleet_contract" and len(part) > 1} & set(FOLDERS)


def test_every_folder_was_looked_into() -> None:
    assert {file.relative_to(ROOT).parts[0] for file in MODULES} == set(FOLDERS)


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_module_imports_only_what_its_layer_may(file: Path) -> None:
    folder = file.relative_to(ROOT).parts[0]
    assert folders_in(imports_of(file)) <= MAY_IMPORT[folder]


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_nothing_of_ours_is_imported_by_its_bare_name(file: Path) -> None:
    assert not {name.split(".")[0] for name in imports_of(file)} & set(FOLDERS)


@pytest.mark.parametrize("package", KNOWN_TO)
def test_a_package_is_known_only_to_those_who_are_named(package: str) -> None:
    knowing = {name_of(file) for file in MODULES if package in {name.split(".")[0] for name in imports_of(file)}}
    assert knowing == KNOWN_TO[package]


@pytest.mark.parametrize("folder", ["spec", "mock_server"])
def test_the_plain_install_needs_nothing_of_the_extra(folder: str) -> None:
    for file in (ROOT / folder).rglob("*.py"):
        if file.name != "pytest_plugin.py":
            assert not {name.split(".")[0] for name in imports_of(file)} & set(OF_THE_EXTRA), name_of(file)


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_the_proof_is_known_to_nothing_that_it_proves(file: Path) -> None:
    assert not {name.split(".")[0] for name in imports_of(file)} & {"proof", "tests", "bench"}


@pytest.mark.parametrize("file", PROOF, ids=lambda file: file.stem)
def test_a_mutant_reaches_into_nothing(file: Path) -> None:
    """It knows the mock as everybody does: an attribute with an underscore is its owner's alone."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    reached = [each.attr for each in attributes if ast.unparse(each.value) != "self"]
    assert [name for name in reached if re.match(r"_[a-z]", name)] == []


def used_by(file: Path) -> set[Path]:
    """Return the modules of ours that one needs to run; what only its types name does not count."""
    tree = _WithoutTypes().visit(ast.parse(file.read_text(encoding="utf-8")))
    names = [name.split(".")[1:] for name in _imports(tree, _package_of(file)) if name.startswith("fleet_contract.")]
    places = {ROOT.joinpath(*parts).with_suffix(".py") for name in names for parts in (name, name[:-1]) if parts}
    return places & set(MODULES)


class _WithoutTypes(ast.NodeTransformer):
    def visit_If(self, node: ast.If) -> ast.If | list[ast.stmt]:
        return node.orelse if ast.unparse(node.test) == "TYPE_CHECKING" else node


def test_no_module_imports_itself_however_far_around() -> None:
    TopologicalSorter({file: used_by(file) for file in MODULES}).prepare()


def test_no_package_imports_itself_however_far_around() -> None:
    """A package within another one counts by itself; what joins the packages lies beside them."""
    packages: dict[Path, set[Path]] = defaultdict(set)
    for file in MODULES:
        here = file.relative_to(ROOT).parent
        if len(here.parts) > 1:
            there = {other.relative_to(ROOT).parent for other in used_by(file)}
            packages[here] |= {each for each in there if len(each.parts) > 1 and not _is_within(here, each)}
    assert len(packages) > len(FOLDERS)
    TopologicalSorter(packages).prepare()


def _is_within(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def test_judging_does_no_input_or_output() -> None:
    edges = {"subprocess", "socket", "ssl", "http", "h11", "httpx", "pathlib", "os", "time", "random", "secrets"}
    for file in (ROOT / "contract_tests" / "judging").rglob("*.py"):
        imported = imports_of(file) - {"http.HTTPStatus"}  # names of statuses alone
        assert not {name.split(".")[0] for name in imported} & edges, name_of(file)


def test_the_store_of_the_mock_knows_no_http() -> None:
    of_http = {"starlette", "connexion", "http", "uvicorn"}
    for file in (ROOT / "mock_server" / "store").glob("*.py"):
        assert not {name.split(".")[0] for name in imports_of(file)} & of_http, name_of(file)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("import spec", "spec"),
        ("from fleet_contract import mock_server", "fleet_contract.mock_server"),
        ("from ..mock_server import store", "fleet_contract.mock_server.store"),
        ("from . import files", "fleet_contract.spec.files"),
    ],
)
def test_every_way_to_import_is_seen(line: str, name: str) -> None:
    assert list(_imports(ast.parse(line), ["fleet_contract", "spec"])) == [name]
