"""The mock as those meet it who start it: a program, a person, and a consumer's tests."""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from fleet_contract.mock_server.workers import Worker, Workers
from tests.mock.processes import COMMAND
from tests.mock.raw import KEY, connected, request


def started(*arguments: str) -> subprocess.Popen[str]:
    command = [*COMMAND, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_program_reads_one_line_and_a_signal_ends_it_well(number: signal.Signals) -> None:
    more = ["--port", "0", "--ready-json", "--set", "create.status=200", "--misbehave", "lost-fleets"]
    with started(*more) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert httpx.get(ready["url"] + "/openapi.json").status_code == 200
        process.send_signal(number)
        rest, errors = process.communicate(timeout=10)
    assert (process.returncode, rest, errors) == (0, "", "")
    assert ready["keys"] == ["demo-key", "other-key"]
    assert (ready["dialect"], ready["misbehaviours"]) == ({"create.status": "200"}, ["lost-fleets"])


def test_a_person_reads_what_to_try() -> None:
    with started("--port", "0") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(9)]
        process.terminate()
        process.communicate(timeout=10)
    text = "".join(lines)
    assert "http://127.0.0.1:" in text
    assert "/ui/" in text
    assert "demo-key, other-key" in text
    assert text.count("curl ") == 3


def test_a_consumers_test_gets_a_mock_from_the_plugin(tmp_path: Path) -> None:
    test = tmp_path / "test_consumer.py"
    test.write_text(
        "import urllib.request\n\n"
        "def test_it(fleet_mock):\n"
        "    assert urllib.request.urlopen(fleet_mock + '/openapi.json').status == 200\n"
    )
    plugin = "fleet_contract.mock_server.pytest_plugin"
    command = [sys.executable, "-m", "pytest", "-q", "-p", plugin, "--rootdir", str(tmp_path), str(test)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout


def test_a_second_signal_ends_it_at_once_and_says_so() -> None:
    with started("--port", "0", "--ready-json", "--misbehave", "no-response") as process, ExitStack() as stack:
        assert process.stdout is not None
        assert process.stderr is not None
        url = json.loads(process.stdout.readline())["url"]
        stack.enter_context(connected(url)).sendall(request("GET /emp/v1/charging-keys", KEY))
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)  # which it gives the response
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 128 + signal.SIGINT
        assert process.stderr.read().endswith("Ended at once by a second signal: what was not saved yet is lost.\n")


def test_no_worker_is_started_after_the_end_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def serve(_: object) -> None:
        raise AssertionError

    workers = Workers(1, serve, lambda: None)
    monkeypatch.setattr(time, "sleep", lambda _: workers._stop())
    monkeypatch.setattr(os, "fork", serve)
    monkeypatch.setattr(os, "waitpid", lambda *_: (1, 0))
    monkeypatch.setattr(signal, "alarm", lambda _: 0)
    workers._is_announced = True
    ours, theirs = socket.socketpair()
    with theirs:
        worker = Worker(1, ours, time.monotonic())
        workers._workers.append(worker)
        workers._selector.register(ours, selectors.EVENT_READ, worker)
        workers._bury(worker)
    assert not workers._workers
