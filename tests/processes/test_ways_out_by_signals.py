"""Who is told to end, however and whenever, ends in good order, and says what is left behind."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from fleet_contract.contract_tests.network.client import Client
from fleet_contract.contract_tests.process.ending import Exit
from fleet_contract.contract_tests.process.signals import Stopped, armed, watching
from fleet_contract.contract_tests.recorded import judging
from fleet_contract.contract_tests.reports import as_json
from fleet_contract.contract_tests.reports.value import value_of
from fleet_contract.contract_tests.target.target import Target
from tests.processes.ways_out import BRIEFLY, RECORDED, names_in, report_of
from tests.suite.harness import SEED, clean_environment, command, ended_in_any_case, started

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals, redirections and devices of POSIX")


def stopped(url: str, folder: Path, *signals: int, ready: Callable[[int], bool]) -> tuple[int, str, str]:
    """Start a long run, send it signals as soon as its pid is `ready`, and return its code and what it printed."""
    outputs = ("--json", str(folder / "report.json"), "--junit", str(folder / "junit.xml"))
    arguments = ("run", url, "--target", str(SEED), "--requests-per-second", "50", *outputs)
    with started(*arguments, "--ledger", str(folder / "ledger")) as running:
        while not ready(running.pid):
            time.sleep(0.02)
        for number in signals:
            running.send_signal(number)
        said, wrong = running.communicate(timeout=30)
    assert "Traceback" not in said + wrong
    return running.returncode, said, wrong


def has_begun(ledger: Path) -> bool:
    """Say whether a check has created something."""
    return ledger.exists() and ledger.stat().st_size > 0


def is_watching(pid: int) -> bool:
    """Say whether a process has a handler for SIGTERM, which is long before it has read its settings."""
    caught = re.search(r"SigCgt:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())
    return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.parametrize(
    "signals", [(signal.SIGTERM, signal.SIGTERM), (signal.SIGHUP,)], ids=["SIGTERM twice", "SIGHUP"]
)
def test_a_run_that_is_told_to_end_says_what_it_left_behind(signals: tuple[int, ...], url: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    code, said, _ = stopped(url, tmp_path, *signals, ready=lambda _: has_begun(ledger))
    assert code == Exit.INCONCLUSIVE
    assert "INCONCLUSIVE" in said
    report = report_of(tmp_path / "report.json")
    assert "it was interrupted" in report["reason"]
    created = [json.loads(line)["name"] for line in ledger.read_text().splitlines()]
    assert report["footprint"]["fleets_created"] == created
    assert JUnitXml.fromstring((tmp_path / "junit.xml").read_bytes())


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ('"$@" & echo $! >pid; wait', signal.SIGINT),  # what a shell does where it controls no jobs
        ("trap '' TERM; echo $$ >pid; exec \"$@\"", signal.SIGTERM),
        ("trap '' HUP; echo $$ >pid; exec \"$@\"", signal.SIGHUP),
    ],
)
def test_a_signal_that_was_ignored_before_the_run_began_ends_nothing(
    line: str, number: int, url: str, tmp_path: Path
) -> None:
    report, ledger = tmp_path / "report.json", tmp_path / "ledger"
    options = ("--requests-per-second", "20", "--json", str(report), "--ledger", str(ledger))
    program = [sys.executable, "-m", "fleet_contract.contract_tests", "run", url, "--target", str(SEED), *options]
    with clean_environment():
        running = subprocess.Popen(
            ["bash", "-c", line, "bash", *program, "--only", "rename", "--depth", "quick"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    with ended_in_any_case(running):
        while not has_begun(ledger):
            time.sleep(0.02)
        os.kill(int((tmp_path / "pid").read_text()), number)
        running.communicate(timeout=60)
    assert report_of(report)["outcome"] == "conforms"


def test_a_signal_that_python_drops_comes_again() -> None:
    """What a callback of the collector raises is lost, and such callbacks run anywhere."""
    halted: list[bool] = []
    with watching(), armed(lambda: halted.append(True)):
        collected = Target("http://localhost")
        told = weakref.ref(collected, lambda _: signal.raise_signal(signal.SIGTERM))
        del collected
        with pytest.raises(Stopped, match="SIGTERM"):
            time.sleep(5)
    assert told() is None
    assert halted == [True, True]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no list of processes to read here")
def test_a_run_that_is_told_to_end_before_it_began_is_reported_too(url: str, tmp_path: Path) -> None:
    code, said, wrong = stopped(url, tmp_path, signal.SIGTERM, ready=is_watching)
    assert code == Exit.INCONCLUSIVE, said + wrong
    assert "left behind permanently: 0 fleets" in said
    assert "nterrupted" in report_of(tmp_path / "report.json")["reason"]


def test_a_run_that_is_killed_leaves_no_report_of_an_earlier_one(url: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    (tmp_path / "report.json").write_text("of an earlier run")
    code, _, _ = stopped(url, tmp_path, signal.SIGKILL, ready=lambda _: has_begun(ledger))
    assert code == -signal.SIGKILL
    assert names_in(tmp_path) == {"ledger"}


def test_a_signal_while_reports_are_written_changes_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(report: Any) -> Any:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        return value_of(report)

    monkeypatch.setattr(as_json, "value_of", late)
    file = tmp_path / "report.json"
    assert command("run", url, *BRIEFLY, "--json", str(file)).exit_code == Exit.CONFORMS
    assert report_of(file)["reason"] == ""


def test_an_interrupt_in_the_first_look_is_reported(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "preflight", lambda _: signal.raise_signal(signal.SIGINT))
    file = tmp_path / "report.json"
    ended = command("run", url, "--json", str(file))
    assert ended.exit_code == Exit.INCONCLUSIVE
    assert "Interrupted by SIGINT" in ended.stderr
    assert "Interrupted by SIGINT" in report_of(file)["reason"]


def test_who_interrupts_what_sends_nothing_is_told_of_nothing_that_was_created(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "judge", lambda *_: signal.raise_signal(signal.SIGINT))
    ended = command("judge", str(RECORDED))
    assert ended.exit_code == Exit.INCONCLUSIVE
    assert ended.stderr.strip() == "Error: Interrupted by SIGINT, so nothing is concluded about the server."
