"""The mock as those meet it who start it: a program, a person, and a consumer's tests."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.mock.processes import COMMAND


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
