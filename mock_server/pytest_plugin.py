"""A pytest plugin with the fixture `fleet_mock`, for whoever tests a client against the mock.

It is loaded by name: `pytest_plugins = ["fleet_contract.mock_server.pytest_plugin"]`. A session has one server, under
pytest-xdist too, and each test a world of its own on it.
"""

import itertools
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from fleet_contract.mock_server.client import Control, FleetMock
    from fleet_contract.mock_server.one_for_all import OneForAll

# What is needed is imported when a fixture is used: loading this plugin costs a consumer's other tests nothing.

MARKER = "fleet_mock"
USAGE = (
    "fleet_mock(dialect=…, misbehave=…, rules=…, seed=…): how the mock of a test begins. dialect: answers by question, "
    "or a TOML file; misbehave: a name or several; rules: as the control API takes them; seed: a state, or a seed file."
)
# The arguments of the marker, and what each may be.
TYPES: Mapping[str, tuple[type, ...]] = {
    "dialect": (Mapping, str, os.PathLike),
    "misbehave": (str, Iterable),
    "rules": (Iterable,),
    "seed": (Mapping, str, os.PathLike),
}
NO_NAME = re.compile(r"[^A-Za-z0-9_.~-]+")
LONGEST_NAME = 80
MOST_EXCHANGES = 20_000  # of which the journal of one world shows half
NUMBERS = itertools.count(1)
ONE: "pytest.StashKey[OneForAll]" = pytest.StashKey()
PORT = "fleet_mock_port"  # by which a worker of pytest-xdist is told where to ask for the one mock
WORKER = "PYTEST_XDIST_WORKER"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", USAGE)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where to ask for the one mock; this is the process that hands out tests."""
    from fleet_contract.mock_server.one_for_all import OneForAll

    if ONE not in node.config.stash:
        node.config.stash[ONE] = OneForAll(serving_worlds)
    node.workerinput[PORT] = node.config.stash[ONE].port


def pytest_unconfigure(config: pytest.Config) -> None:
    if ONE in config.stash:
        config.stash[ONE].close()


def serving_worlds() -> AbstractContextManager[str]:
    """Return what serves a mock for many tests as long as a block lasts, and gives its URL."""
    from fleet_contract.mock_server.parts import Bounds, parts
    from fleet_contract.mock_server.serving import serving

    made = parts()
    made.bounds = Bounds(rest=math.inf, journal=MOST_EXCHANGES)  # Worlds end with their tests.
    return serving(made)


@pytest.fixture(scope="session")
def fleet_mock_server(pytestconfig: pytest.Config) -> "Iterator[Control]":
    """Give the client of the one mock of this session; each test gets a world of it."""
    from fleet_contract.mock_server.client import Control
    from fleet_contract.mock_server.one_for_all import url_at

    port = getattr(pytestconfig, "workerinput", {}).get(PORT)
    url = url_at(port) if port else ""
    with nullcontext(url) if url else serving_worlds() as found, Control(found) as control:
        yield control


@pytest.fixture
def new_fleet_mock(
    request: pytest.FixtureRequest, fleet_mock_server: "Control"
) -> "Iterator[Callable[..., FleetMock]]":
    """Give a function that makes further mocks for a test, with the arguments of the marker; they end with the test."""
    from fleet_contract.mock_server.client import ControlRefused, FleetMock

    made: list[str] = []

    def make(**arguments: Any) -> FleetMock:
        name = name_of_world(os.environ.get(WORKER, ""), next(NUMBERS), f"{request.path.stem}-{request.node.name}")
        new = world_of(arguments)
        fleet_mock_server.put_world(name, **new)
        made.append(name)
        return FleetMock(fleet_mock_server.in_world(name))

    yield make
    for name in made:
        with suppress(ControlRefused):  # A test may have dropped it.
            fleet_mock_server.drop_world(name)


@pytest.fixture
def fleet_mock(request: pytest.FixtureRequest, new_fleet_mock: "Callable[..., FleetMock]") -> "FleetMock":
    """Give the URL of a fresh mock, which is a world of its own; `demo-key` is the key of its first tenant.

    The marker `fleet_mock`, or a parameter (`indirect=True`), says how it begins.
    """
    from fleet_contract.mock_server.client import ControlRefused
    from fleet_contract.spec.files import Contradiction

    try:
        return new_fleet_mock(**{**marked(request.node), **getattr(request, "param", {})})
    except (ControlRefused, Contradiction, TypeError) as wrong:
        said = wrong.detail if isinstance(wrong, ControlRefused) else wrong
    pytest.fail(f"The mock of this test cannot begin: {said}", pytrace=False)


def name_of_world(worker: str, number: int, test: str) -> str:
    """Return the name of a world that no other test has; workers share the mock, and each counts on its own."""
    return "-".join(filter(None, [worker, str(number), NO_NAME.sub("-", test)[:LONGEST_NAME]]))


def marked(node: pytest.Item) -> dict[str, Any]:
    """Return the arguments of all markers of a test; those of the nearest marker win."""
    arguments: dict[str, Any] = {}
    for mark in node.iter_markers(MARKER):
        if mark.args:
            raise TypeError(f"The marker has arguments by name alone. {USAGE}")
        arguments = {**mark.kwargs, **arguments}
    return arguments


def require_known(name: str, value: Any) -> None:
    """Raise TypeError for an argument that there is not, and for a value that it cannot have."""
    if name not in TYPES:
        raise TypeError(f"There is no argument {name!r}. {USAGE}")
    if value is not None and not isinstance(value, TYPES[name]):
        raise TypeError(f"{name} cannot be {value!r}. {USAGE}")


def world_of(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a world begins with; raises TypeError for an unknown argument, Contradiction for a bad file."""
    from fleet_contract.mock_server.describing import described
    from fleet_contract.mock_server.seed import read_seed
    from fleet_contract.spec.dialect import read_dialect

    given = {name: value for name, value in arguments.items() if value is not None}
    for name in arguments:
        require_known(name, given.get(name))
    if "misbehave" in given:
        names = given.pop("misbehave")
        given["misbehaviours"] = [names] if isinstance(names, str) else list(names)
    if isinstance(given.get("dialect"), str | os.PathLike):
        given["dialect"] = read_dialect(Path(given["dialect"]))
    if isinstance(given.get("seed"), str | os.PathLike):
        given["seed"] = described(read_seed(Path(given["seed"])))
    return given
