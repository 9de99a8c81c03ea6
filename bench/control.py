"""The command `python -m bench.control`: what a call of the control API takes, and what the fixture costs a test.

Times are of the clock, and longer where other programs have the cores. Beside them stands the CPU time.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import click

from bench.peers import PEERS
from bench.peers.python import OURS
from bench.served import KEY, cpu_seconds, served
from bench.tables import table

CODES = "/emp/v1/fleets/acme-corp-001/invitation"
RULE = {"times": 1, "match": {"operation": "create_fleet"}, "respond": {"status": 429}}


class Ask(NamedTuple):
    """A call, with what is sent, one body after the other; `-{}` stands for a number that no other call has.

    Each call changes something, as what it measures says, where the same call again would change nothing.
    """

    method: str
    path: str
    bodies: Sequence[Any] = (None,)

    def body(self, number: int) -> str | None:
        """Return what the call of this number sends."""
        body = self.bodies[number % len(self.bodies)]
        return None if body is None else json.dumps(body).replace("-{}", f"-{number}")


class Taken(NamedTuple):
    """What it took to begin and to end a test; the mock is in the process of the tests."""

    seconds: float
    cpu: float


CALLS: dict[str, Ask] = {
    "an ordinary call: the codes of a fleet": Ask("GET", CODES),
    "add a code": Ask("POST", "/_mock/fleets/codeless-001/codes", [{"code": "MEASURED-{}"}]),
    "revoke a code": Ask("DELETE", "/_mock/fleets/codeless-001/codes/MEASURED-{}"),
    "create a fleet": Ask("PUT", "/_mock/fleets/measured-{}", [{}]),
    "read the state": Ask("GET", "/_mock/state"),
    "add a rule": Ask("POST", "/_mock/rules", [RULE]),
    "replace all rules": Ask("PUT", "/_mock/rules", [{"rules": [RULE]}]),
    "change the dialect": Ask("PATCH", "/_mock/dialect", [{"create.status": "200"}, {"create.status": "201"}]),
    "misbehave otherwise": Ask(
        "PUT", "/_mock/misbehaviours", [{"misbehaviours": ["errors-in-html"]}, {"misbehaviours": []}]
    ),
    "take a snapshot": Ask("PUT", "/_mock/snapshots/measured"),
    "restore a snapshot": Ask("POST", "/_mock/snapshots/measured/restore"),
    "search the journal": Ask("GET", "/_mock/journal?limit=10"),
    "reset": Ask("POST", "/_mock/reset"),
    "create a world": Ask("PUT", "/_mock/worlds/measured-{}", [{}]),
    "drop a world": Ask("DELETE", "/_mock/worlds/measured-{}"),
}

PROJECT = {
    "conftest.py": """
import json, os, time
import pytest
pytest_plugins = ["fleet_contract.mock_server.pytest_plugin"]

def measured(item):
    began, used = time.perf_counter(), time.process_time()
    try:
        return (yield)
    finally:
        taken = time.perf_counter() - began, time.process_time() - used
        with open(os.environ["MEASURED"], "a") as lines:
            lines.write(json.dumps([item.name, *taken]) + "\\n")

pytest_runtest_setup = pytest_runtest_teardown = pytest.hookimpl(wrapper=True, tryfirst=True)(measured)
""",
    "test_measured.py": """
import pytest

@pytest.mark.parametrize("number", range({tests}))
def test_without(number): pass

@pytest.mark.parametrize("number", range({tests}))
def test_with(number, fleet_mock): pass

@pytest.mark.parametrize("number", range({tests}))
@pytest.mark.fleet_mock(dialect={{"create.status": "200"}})
def test_in_a_dialect(number, fleet_mock): pass
""",
}
KINDS = {"test_without": "without it", "test_with": "with it", "test_in_a_dialect": "in a dialect of its own"}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--calls", default=300, show_default=True, type=click.IntRange(10), help="Of each kind.")
@click.option("--tests", default=200, show_default=True, type=click.IntRange(10), help="Of each kind.")
def main(calls: int, tests: int) -> None:
    """Measure the control API of a mock and the fixture of a session of tests, and print both as tables."""
    with served(PEERS[OURS]) as running:
        rows = measured(running.pid, running.target.url, calls)
    click.echo(table(["call", "half within", "99 in 100 within", "CPU time of the mock"], rows))
    click.echo()
    click.echo(table(["to begin and to end", "half within", "99 in 100 within", "CPU time of both"], of_tests(tests)))


def measured(pid: int, url: str, calls: int) -> list[list[object]]:
    """Return what each call takes, as rows; raises ClickException for one that is refused."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    rows: list[list[object]] = []
    for name, ask in CALLS.items():
        click.echo(name, err=True)
        before, taken = cpu_seconds(pid), []
        for number in range(calls):
            began = time.perf_counter()
            send(connection, ask, number)
            taken.append(time.perf_counter() - began)
        cpu = (cpu_seconds(pid) - before) / calls
        rows.append([name, *within(taken), f"{cpu * 1000:.2f} ms"])
    connection.close()
    return rows


def send(connection: HTTPConnection, ask: Ask, number: int) -> None:
    path = ask.path.replace("-{}", f"-{number}")
    connection.request(ask.method, path, ask.body(number), {**KEY, "Content-Type": "application/json"})
    answer = connection.getresponse()
    said = answer.read()
    if answer.status >= 400:
        raise click.ClickException(f"{ask.method} {ask.path} was answered {answer.status}: {said[:200]!r}")


def within(seconds: Sequence[float]) -> list[str]:
    """Return within how many milliseconds half and 99 in 100 were done."""
    return [f"{each * 1000:.2f} ms" for each in (median(seconds), quantiles(seconds, n=100)[-1])]


def of_tests(tests: int) -> list[list[object]]:
    """Return what it takes to begin and to end a test, as rows; the first one, which starts the mock, stands alone."""
    taken: dict[str, dict[str, Taken]] = {kind: {} for kind in KINDS}
    for name, seconds, cpu in session(tests):
        of_kind = taken[name.partition("[")[0]]
        known = of_kind.get(name, Taken(0.0, 0.0))
        of_kind[name] = Taken(known.seconds + seconds, known.cpu + cpu)
    first = taken["test_with"].pop("test_with[0]")
    return [
        *(costs(f"a test {what}", list(taken[kind].values())) for kind, what in KINDS.items()),
        ["the first test of a session", f"{first.seconds * 1000:.0f} ms", "", f"{first.cpu * 1000:.0f} ms"],
    ]


def costs(what: str, taken: Sequence[Taken]) -> list[object]:
    return [what, *within([each.seconds for each in taken]), f"{median(each.cpu for each in taken) * 1000:.2f} ms"]


def session(tests: int) -> list[tuple[str, float, float]]:
    """Run a session of tests; return each beginning and end of a test with its seconds and CPU seconds.

    Raises ClickException.
    """
    with TemporaryDirectory(prefix="fixture-") as folder:
        for name, text in PROJECT.items():
            (Path(folder) / name).write_text(text.format(tests=tests) if name.startswith("test_") else text)
        lines = Path(folder) / "measured"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
        told = {**os.environ, "MEASURED": str(lines), "PYTEST_ADDOPTS": ""}
        ended = subprocess.run(command, cwd=folder, env=told, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise click.ClickException(f"The tests failed: {ended.stdout[-500:]}{ended.stderr[-500:]}")
        return [tuple(json.loads(line)) for line in lines.read_text().splitlines()]


if __name__ == "__main__":
    main()
