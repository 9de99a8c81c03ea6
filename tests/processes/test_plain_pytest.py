"""Plain pytest with the checks ends as the command does, as far as pytest leaves that to a plugin."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fleet_contract.contract_tests.process.ending import Exit
from tests.suite.harness import SEED, clean_environment, ended_in_any_case, mock, python

NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with mock() as served:
        yield served


@contextmanager
def plain(url: str, folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start plain pytest with the checks in a folder, whose modules it finds; its report is report.json there."""
    ours = (
        "-p",
        "fleet_contract.contract_tests.plugin",
        "--pyargs",
        "fleet_contract.contract_tests",
        "--fleet-url",
        url,
    )
    how = ("--fleet-target", str(SEED), "--fleet-depth", "quick", "--fleet-json", str(folder / "report.json"))
    (folder / "pytest.ini").write_text("[pytest]\n")
    with clean_environment(PYTHONPATH=os.pathsep.join([str(folder), *sys.path]), PYTHONUNBUFFERED="1"):
        running = python("-m", "pytest", "-c", str(folder / "pytest.ini"), *ours, *how, *arguments, cwd=folder)
    with ended_in_any_case(running):
        yield running


def test_a_server_out_of_reach_is_reported(tmp_path: Path) -> None:
    with plain(NOBODY, tmp_path) as running:
        _, wrong = running.communicate(timeout=60)
    assert running.returncode == Exit.INCONCLUSIVE
    assert "Connection refused" in wrong
    assert "Connection refused" in json.loads((tmp_path / "report.json").read_text())["reason"]


@pytest.mark.parametrize("hook", ["pytest_sessionfinish", "pytest_runtest_logfinish"])
def test_a_plugin_that_breaks_makes_no_verdict(hook: str, url: str, tmp_path: Path) -> None:
    (tmp_path / "theirs.py").write_text(f"def {hook}():\n    raise ZeroDivisionError('theirs')\n")
    with plain(url, tmp_path, "-p", "theirs", "--fleet-only", "access.key-is-required") as running:
        said, wrong = running.communicate(timeout=60)
    assert running.returncode == Exit.INCONCLUSIVE, said + wrong
    assert "ZeroDivisionError: theirs" in said + wrong
    assert (tmp_path / "report.json").exists()


def test_each_requirement_is_a_test_and_checks_fail_for_nothing(tmp_path: Path) -> None:
    with mock("codes-are-wrapped") as broken, plain(broken, tmp_path, "-rA", "--fleet-only", "invitation") as running:
        said, wrong = running.communicate(timeout=60)
    assert running.returncode == Exit.BREAKS, said + wrong
    assert re.findall(r"^FAILED (\S+)", said, re.MULTILINE) == ["fleet-contract::invitation.answers-an-array-of-codes"]
    assert "PASSED fleet-contract::invitation.unknown-fleet-is-404" in said


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM for one process")
def test_a_session_that_is_told_to_end_is_reported(url: str, tmp_path: Path) -> None:
    with plain(url, tmp_path, "-v", "--fleet-requests-per-second", "20") as running:
        assert running.stdout is not None
        while "PASSED" not in running.stdout.readline():
            assert running.poll() is None
        running.send_signal(signal.SIGTERM)
        said, wrong = running.communicate(timeout=60)
    assert running.returncode == Exit.INCONCLUSIVE, said + wrong
    assert "left behind permanently" in said
    assert "it was interrupted" in json.loads((tmp_path / "report.json").read_text())["reason"]
