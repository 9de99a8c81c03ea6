"""make: what it lists, and that `make contract` leaves nothing behind."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
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
    with subprocess.Popen(
        [*JUDGE, "--requests-per-second", "20"], cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True
    ) as judging:
        assert judging.stdout is not None
        said = re.search(r"http://\S+", judging.stdout.readline())
        assert said is not None
        judging.send_signal(number)
        judging.communicate(timeout=10)
    served = urlsplit(said[0])
    assert judging.returncode == 128 + number
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((served.hostname, served.port))


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
        ) as judging,
    ):
        deadline = time.monotonic() + 60
        while not (ledger.exists() and ledger.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.05)  # until a first fleet was created, by a check
        judging.send_signal(signal.SIGINT)
        said, _ = judging.communicate(timeout=60)
    assert judging.returncode == 3
    assert "INCONCLUSIVE" in said
    assert "the run stopped before it" in " ".join(said.split())
