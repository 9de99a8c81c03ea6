"""A mock with a state file, as a process: what was answered is there again, however it ended."""

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

from fleet_contract.mock_server.saving import INTERVAL
from fleet_contract.mock_server.seed import tell_nobody
from fleet_contract.mock_server.state_lines import read_state
from fleet_contract.mock_server.store import State
from tests.mock.processes import LONGEST_END, SLACK, ends, mock, start, stopped

# A mock that saves its state without a pause.
HURRIED = """
from fleet_contract.mock_server import __main__, saving
saving.INTERVAL = 0
__main__.main()
"""
KEY = {"X-API-Key": "demo-key"}


def create(url: str, id: str) -> int:
    return httpx.post(f"{url}/emp/v1/fleets", headers=KEY, json={"fleetId": id}).status_code


def rename(url: str, id: str) -> int:
    return httpx.put(f"{url}/emp/v1/fleets/{id}/rename", headers=KEY, json={"newName": "New"}).status_code


def kept(path: Path) -> State:
    with path.open("rb") as file:
        return read_state(file, tell_nobody)


def test_what_was_made_is_there_after_each_signal_that_ends_a_mock(tmp_path: Path) -> None:
    state, log = tmp_path / "state", tmp_path / "log"
    for number in (signal.SIGTERM, signal.SIGINT):
        with mock("--state", str(state), stderr=log) as (url, process):
            assert create(url, number.name) == 201
            assert ends(process, number, within=LONGEST_END + SLACK) == 0
    with mock("--state", str(state), stderr=log) as (url, _):
        assert [rename(url, each) for each in ("SIGTERM", "SIGINT", "acme-corp-001")] == [200] * 3
        assert create(url, "SIGTERM") == 409
    assert log.read_text() == ""


def test_a_mock_that_is_killed_leaves_what_was_made_seconds_before(tmp_path: Path) -> None:
    state, log = tmp_path / "state", tmp_path / "log"
    with mock("--state", str(state), stderr=log) as (url, process):
        assert create(url, "made") == 201
        time.sleep(INTERVAL + SLACK)
        process.kill()
        process.wait()
    (tmp_path / "state.new").write_text("What a mock was writing when it was killed.")
    with mock("--state", str(state), stderr=log) as (url, process):
        assert create(url, "made") == 409
        assert ends(process, signal.SIGTERM, within=LONGEST_END + SLACK) == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["log", "state"]


def has_any_of(attempt: int, state: Path) -> bool:
    """Say whether a file, which is whole, holds a fleet of an attempt."""
    return state.exists() and any(fleet.id.startswith(f"{attempt}-") for fleet in kept(state).fleets)


def test_whenever_a_mock_is_killed_its_file_is_whole(tmp_path: Path) -> None:
    state, log = tmp_path / "state", tmp_path / "log"
    for attempt in range(5):
        command = [sys.executable, "-c", HURRIED, "--port", "0", "--ready-json", "--state", str(state)]
        with (
            log.open("wb") as stderr,
            stopped(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr)) as process,
        ):
            assert process.stdout is not None
            url = json.loads(process.stdout.readline())["url"]
            ends_at = time.monotonic() + 0.3 + 0.037 * attempt
            with httpx.Client(headers=KEY) as client, suppress(httpx.TransportError):
                while time.monotonic() < ends_at or not has_any_of(attempt, state):
                    client.post(f"{url}/emp/v1/fleets", json={"fleetId": f"{attempt}-{time.monotonic_ns()}"})
            process.kill()
        assert has_any_of(attempt, state)


def test_a_state_wins_over_a_seed_and_says_so(tmp_path: Path) -> None:
    seed, state, log = tmp_path / "seed.yaml", tmp_path / "state", tmp_path / "log"
    seed.write_text("keys: {seeded: t}\nfleets: [{fleetId: of-the-seed}]\n")
    with mock("--state", str(state), "--seed", str(seed), stderr=log):
        assert [fleet.id for fleet in kept(state).fleets] == ["of-the-seed"]
    seed.write_text("keys: {other: t}\n")
    with mock("--state", str(state), "--seed", str(seed), stderr=log) as (url, _):
        assert httpx.get(f"{url}/emp/v1/charging-keys", headers={"X-API-Key": "seeded"}).status_code == 200
        assert httpx.get(f"{url}/emp/v1/charging-keys", headers={"X-API-Key": "other"}).status_code == 401
    assert f"{state} holds a state, so the seed {seed} is not read." in log.read_text()


def test_a_second_mock_on_the_same_state_is_exit_2(tmp_path: Path) -> None:
    state, log = tmp_path / "state", tmp_path / "log"
    with mock("--state", str(state), stderr=log) as (url, _):
        second = start("--port", "0", "--state", str(state), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with stopped(second):
            _, said = second.communicate(timeout=30)
        assert second.returncode == 2
        assert b"Another mock keeps its state in" in said
        assert create(url, "still-served") == 201


def test_a_last_state_that_cannot_be_saved_is_exit_2(tmp_path: Path) -> None:
    state, log = tmp_path / "state", tmp_path / "log"
    with mock("--state", str(state), stderr=log, before="ulimit -f 16") as (url, process):
        with httpx.Client(headers=KEY) as client:
            for number in range(300):
                body = {"fleetId": f"{number:0100}", "fleetName": "N" * 100}
                assert client.post(f"{url}/emp/v1/fleets", json=body).status_code == 201
        assert ends(process, signal.SIGTERM, within=LONGEST_END + SLACK) == 2
    assert "The state could not be saved to" in log.read_text()
    assert len(kept(state).fleets) < 303
