"""The command of the soak: it ends by itself, and fails where a mock answers 5xx or keeps what it should forget."""

import subprocess
import sys

import pytest

MOCK = [sys.executable, "-m", "fleet_contract.mock_server", "--port", "0", "--ready-json"]
# A mock that keeps 100 kB of each call.
LEAKING = """
from fleet_contract.mock_server.command import serve
from fleet_contract.mock_server.parts import parts

kept = []
made = parts()

def leaking(service, within):
    async def answer(call, incoming):
        kept.append(bytes(range(256)) * 400)
        return await within(call, incoming)
    return answer

made.layers.append(leaking)
serve(made, "127.0.0.1", 0, ready_json=True)
"""
# A mock whose log has tracebacks, though it answers as it should.
COMPLAINING = """
import logging
from fleet_contract.mock_server.command import serve
from fleet_contract.mock_server.log import log_to_stderr
from fleet_contract.mock_server.parts import parts

def complaining(service, within):
    async def answer(call, incoming):
        try:
            raise KeyError(call.method)
        except KeyError:
            logging.getLogger("fleet_mock").exception("This went wrong.")
        return await within(call, incoming)
    return answer

log_to_stderr()
made = parts()
made.layers.append(complaining)
serve(made, "127.0.0.1", 0, ready_json=True)
"""
# A mock that ends as soon as it says that it is ready.
DYING = """
print('{"port": 1}')
"""


def soak(requests: int, *command: str) -> "subprocess.CompletedProcess[str]":
    program = [sys.executable, "-m", "bench.soak", "--requests", str(requests), "--seed", "7", "--", *command]
    return subprocess.run(program, capture_output=True, text=True, timeout=100, check=False)


def test_a_mock_that_keeps_its_promises_passes() -> None:
    done = soak(2_000)
    assert (done.returncode, "Broken" in done.stderr) == (0, False), done.stderr
    assert "| create a fleet |" in done.stdout
    assert "| as a multiple |" in done.stdout


@pytest.mark.parametrize(
    ("requests", "command", "words"),
    [
        (300, [*MOCK, "--misbehave", "every-third-call-fails"], "times 500. Expected a response in time, and none of"),
        (300, [*MOCK, "--misbehave", "overloaded"], "times 503. Expected a response in time, and none of 500"),
        (2_000, [sys.executable, "-c", LEAKING], "Expected at most 1.3 times."),
        (300, [sys.executable, "-c", COMPLAINING], "The log has a traceback:\nTraceback (most recent call last)"),
        (300, [sys.executable, "-c", DYING], "The mock ended by itself, with exit code 0."),
        (300, [sys.executable, "-c", ""], "The mock did not start"),
    ],
)
def test_a_mock_that_breaks_one_fails(requests: int, command: list[str], words: str) -> None:
    done = soak(requests, *command)
    assert done.returncode == 1
    assert words in done.stderr
