"""Clients that generators make of the document: they compile, call all six operations, and have typed errors.

Each is driven by a program of its own, which prints what it was answered. `make clients` installs the generators.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fleet_contract.mock_server.parts import parts
from fleet_contract.mock_server.serving import serving
from fleet_contract.spec.document import operations

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "spec" / "openapi.yaml"
PROGRAMS = Path(__file__).with_name("programs")
TOOLS = ROOT / "build" / "clients" / "bin"
COMPILER = ROOT / "node_modules" / "typescript" / "bin" / "tsc"

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not TOOLS.is_dir(), reason="the generators are not installed: make clients"),
]

Command = list[str | Path]
GENERATOR: Command = [TOOLS / "openapi-generator-cli", "generate", "--input-spec", DOCUMENT]
MYPY: Command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--config-file="]
PYTHON: Command = [TOOLS / "python"]


@dataclass(frozen=True)
class Client:
    """How a client is made in a folder, how the program that calls it is checked there, and how that is started."""

    generate: Command
    check: Command
    start: Command


CLIENTS = {
    "openapi-generator, Python": Client(
        [*GENERATOR, "--generator-name", "python", "--output", ".", "--package-name", "fleet_client"],
        [*MYPY, "--python-executable", *PYTHON, "openapi_generator.py"],
        [*PYTHON, "openapi_generator.py"],
    ),
    "openapi-python-client": Client(
        [TOOLS / "openapi-python-client", "generate", "--path", DOCUMENT, "--meta=none", "--output-path=fleet_client"],
        [*MYPY, "--python-executable", *PYTHON, "openapi_python_client.py"],
        [*PYTHON, "openapi_python_client.py"],
    ),
    "openapi-generator, TypeScript": Client(
        [*GENERATOR, "--generator-name", "typescript", "--output", "fleet_client"],
        ["node", COMPILER, "--project", "."],
        ["node", "compiled/typescript.js"],
    ),
}
ANSWERS = {
    "create_fleet": ["client-001", "Client"],
    "rename_fleet": ["client-001", "Client again"],
    "get_invitation_codes": ["FLEET2024ABC", "FLEET2024XYZ"],
    "create_charging_key": ["04AA11BB", True],
    "list_charging_keys": ["04AA11BB"],
    "get_location": ["loc-001"],
}
STATUSES = {
    "create_fleet": 409,
    "rename_fleet": 404,
    "get_invitation_codes": 403,
    "create_charging_key": 409,
    "list_charging_keys": 400,
    "get_location": 404,
}


def succeed(command: Command, folder: Path) -> str:
    """Run a command and return what it prints; fails with that unless it exits 0."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env={**os.environ, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module", params=CLIENTS)
def call(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """Generate a client and check the program that calls it; give what calls a server with it."""
    client = CLIENTS[request.param]
    folder = tmp_path_factory.mktemp("client")
    shutil.copytree(PROGRAMS, folder, dirs_exist_ok=True)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    succeed(client.generate, folder)
    succeed(client.check, folder)
    return lambda url: json.loads(succeed([*client.start, url, "demo-key"], folder))


def test_the_programs_call_every_operation() -> None:
    assert set(ANSWERS) == set(STATUSES) == {operation.id for operation in operations()}


def test_a_client_calls_every_operation_and_reads_the_errors_of_each(call: Callable[[str], Any]) -> None:
    with serving() as url:
        printed = call(url)
    assert printed["answers"] == ANSWERS
    assert {id: status for id, (status, _) in printed["refusals"].items()} == STATUSES
    assert all(detail.endswith(".") for _, detail in printed["refusals"].values())


def test_a_client_survives_errors_in_json_of_another_shape(call: Callable[[str], Any]) -> None:
    with serving(parts({"error.body": "message"})) as url:
        printed = call(url)
    assert printed["answers"] == ANSWERS
    assert set(printed["refusals"]) == set(STATUSES)
