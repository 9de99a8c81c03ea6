"""Judging a server from within a test: the same run as the command's, whatever this machine's environment says."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from fleet_contract.contract_tests.commands import main
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.running.settings import read_settings
from fleet_contract.contract_tests.running.verdicts import Verdict
from fleet_contract.contract_tests.session.session import begin, run_checks
from fleet_contract.mock_server.parts import Parts, parts
from fleet_contract.mock_server.serving import serving
from proof.mutants import find

SEED = Path(__file__).parents[2] / "contract_tests" / "mock.toml"  # what the mock's seed holds, and its keys


@contextmanager
def clean_environment(**variables: str) -> Iterator[None]:
    """Hide what this machine sets, and take back what a run sets for the pytest within it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("FLEET_", "PYTEST_ADDOPTS")) or name.lower().endswith("_proxy"):
                patch.delenv(name)
        for name, value in {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables}.items():
            patch.setenv(name, value)
        yield


@contextmanager
def mock(
    *faults: str, settings: Mapping[str, str] | None = None, edit: Callable[[Parts], None] | None = None
) -> Iterator[str]:
    """Serve a mock with these faults that speaks this dialect, and give its URL."""
    made = parts(settings or {})
    for name in faults:
        find(name).spoil(made)
    if edit:
        edit(made)
    with serving(made) as url:
        yield url


def judged(url: str, depth: str = "quick", *, target: Path | None = SEED, **given: Any) -> Report:
    """Judge a server; `given` are options of the command, with underscores for hyphens, and variables in capitals."""
    options = {name.replace("_", "-"): value for name, value in given.items() if not name.isupper()}
    variables = {name: value for name, value in given.items() if name.isupper()}
    with clean_environment(**variables):
        settings, _ = read_settings(url, {"target": target, "depth": depth, **options})
        report = run_checks(begin(settings, Console(quiet=True)))
    assert report is not None
    return report


def failed(report: Report) -> set[str]:
    return {result.requirement.id for result in report.results if result.verdict is Verdict.FAILED}


def verdicts(report: Report) -> dict[str, str]:
    return {result.requirement.id: result.verdict.value for result in report.results}


def lasting(report: Report) -> dict[str, str]:
    """Return the verdicts that the same server always gets: whether calls overlapped is for chance to decide."""
    return {id: verdict for id, verdict in verdicts(report).items() if "overlapping" not in id}


def ended_early(report: Report) -> list[str]:
    """Return what did not run to its end, for a message."""
    return [f"{ran.name}: {ran.error or ran.reason}" for ran in report.ran if ran.ended_early]


def command(*arguments: str, **variables: str) -> Result:
    """Call `fleet-contract`; anything but an exit is raised, as it would end in a traceback."""
    with clean_environment(COLUMNS="200", **variables):
        result = CliRunner().invoke(main, arguments, prog_name="fleet-contract")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@contextmanager
def started(*arguments: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Start `fleet-contract` as a process of its own, which is ended if a test leaves it running."""
    with clean_environment(COLUMNS="200", PYTHONUNBUFFERED="1", **variables):
        running = python("-m", "fleet_contract.contract_tests", *arguments)
    with ended_in_any_case(running):
        yield running


def python(*arguments: str, cwd: Path | None = None) -> subprocess.Popen[str]:
    """Start Python with what it prints for the test to read."""
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@contextmanager
def ended_in_any_case(process: subprocess.Popen[str]) -> Iterator[None]:
    """End a process at the end of the block, if a test leaves it running."""
    with process:
        try:
            yield
        finally:
            process.kill()


def process(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Call `fleet-contract` as a process of its own; whatever it comes to, it shows nobody a traceback."""
    with started(*arguments, **variables) as running:
        said, wrong = running.communicate(timeout=60)
    assert "Traceback" not in said + wrong
    return subprocess.CompletedProcess(arguments, running.returncode, said, wrong)
