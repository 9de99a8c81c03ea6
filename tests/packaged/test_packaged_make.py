"""make: what it lists, and that `make contract` leaves nothing behind."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from .project import ROOT, environment, mock

JUDGE = [sys.executable, str(ROOT / "tools" / "judge_the_mock.py")]
NUMBERS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_make_alone_lists_every_target() -> None:
    done = subprocess.run(["make"], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    (phony,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(phony.split()) == set(re.findall(r"^make (\S+)", done.stdout, re.MULTILINE))


def test_the_lock_names_no_host_and_no_path() -> None:
    locks = ("requirements.lock", "tests/generated_clients/requirements.lock", "package-lock.json", ".npmrc")
    for name in locks:
        text = (ROOT / name).read_text()
        assert not re.search(r"index-url|find-links|^registry|file:|\"resolved\"|/simple|(^|\s)/", text), name


def test_the_mock_is_judged_whatever_is_set_for_another_server() -> None:
    stray = {"FLEET_API_KEY": "of-another-server", "FLEET_BASE_URL": "http://127.0.0.1:9"}
    done = subprocess.run(
        [*JUDGE, "--depth", "quick"], cwd=ROOT, env=environment(**stray), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_exit_code_is_that_of_the_suite() -> None:
    done = subprocess.run([*JUDGE, "--only", "x"], cwd=ROOT, env=environment(), capture_output=True, check=False)
    assert done.returncode == 2


@pytest.mark.parametrize("number", NUMBERS)
def test_nothing_is_left_behind_by_a_signal(number: signal.Signals) -> None:
    with judging("--requests-per-second", "20") as process:
        assert process.stdout is not None
        said = re.search(r"http://\S+", process.stdout.readline())
        assert said is not None
        process.send_signal(number)
        process.communicate(timeout=60)
    served = urlsplit(said[0])
    assert process.returncode == 3
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((served.hostname, served.port))


@pytest.mark.parametrize("whom", ["the judge", "its group"])  # kill tells the one, Ctrl+C the other
def test_what_was_seen_before_a_signal_is_reported(tmp_path: Path, whom: str) -> None:
    report, ledger = tmp_path / "report.json", tmp_path / "ledger.jsonl"
    slowly = ["--requests-per-second", "20", "--json", str(report), "--ledger", str(ledger)]
    with judging(*slowly, cwd=tmp_path) as process:
        until_a_fleet_is_created(ledger)
        if whom == "the judge":
            process.send_signal(signal.SIGINT)
        else:
            os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "INCONCLUSIVE" in said
    assert json.loads(report.read_text())["outcome"] == "inconclusive"


@contextmanager
def judging(*options: str, cwd: Path = ROOT) -> Iterator["subprocess.Popen[str]"]:
    """Give a process that judges the mock, in a group of its own, as a shell starts it."""
    command = [*JUDGE, *options]
    with subprocess.Popen(
        command, cwd=cwd, env=environment(), stdout=subprocess.PIPE, text=True, process_group=0
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()


def until_a_fleet_is_created(ledger: Path) -> None:
    deadline = time.monotonic() + 60
    while not (ledger.exists() and ledger.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)


def test_a_run_that_was_interrupted_is_no_success(tmp_path: Path) -> None:
    bin = Path(sys.executable).parent
    ledger = tmp_path / "ledger.jsonl"
    slowly = ["--target", "contract_tests/mock.toml", "--requests-per-second", "20", "--ledger", str(ledger)]
    with (
        mock(bin / "fleet-mock") as url,
        subprocess.Popen(
            [bin / "fleet-contract", "run", url, *slowly],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        until_a_fleet_is_created(ledger)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "INCONCLUSIVE" in said
    assert "the run stopped before it" in " ".join(said.split())
