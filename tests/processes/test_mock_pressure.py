"""The mock under pressure, as a process: streams that nobody reads, no descriptors left, and signals."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.mock.processes import LONGEST_END, SLACK, ends, free_port, full_pipe, mock, processor_seconds, start, stopped
from tests.mock.raw import JSON, KEY, connected, exchange, read, request, until_closed

KEYS = request("GET /emp/v1/charging-keys", KEY)
HALF_A_BODY = f"POST /emp/v1/fleets HTTP/1.1\r\nHost: m\r\n{KEY}\r\n{JSON}\r\nContent-Length: 100\r\n\r\n{{".encode()
MOST_NOISE = 2_000


def wait_until_it_serves(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Return once a mock that prints nothing takes requests."""
    while process.poll() is None:
        try:
            assert exchange(f"http://127.0.0.1:{port}", KEYS).status == 200
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the mock ended with {process.returncode}")


def answered_401(connection: socket.socket, times: int) -> bool:
    """Read so many responses to pipelined requests, and say whether all are 401."""
    received = b""
    while received.count(b"HTTP/1.1 401") < times or not received.endswith(b"}"):
        received += connection.recv(65536)
    return received.count(b"HTTP/1.1 ") == times


def test_nobody_reads_what_a_mock_prints_and_logs() -> None:
    port = free_port()
    reader, writer = full_pipe()
    with stopped(start("--port", str(port), stdout=writer, stderr=writer)) as process:
        wait_until_it_serves(port, process)
        wrong = b"GET /emp/v1/charging-keys HTTP/1.1\r\nHost: m\r\nX-API-Key: nobody\r\n\r\n"
        with connected(f"http://127.0.0.1:{port}") as connection:
            for _ in range(10):
                connection.sendall(wrong * 100)
                assert answered_401(connection, 100)
        for _ in range(100):
            assert exchange(f"http://127.0.0.1:{port}", b"\0\r\n\r\n").status == 400
        assert exchange(f"http://127.0.0.1:{port}", KEYS).status == 200
        assert ends(process, signal.SIGTERM, within=LONGEST_END + SLACK) == 0
    os.close(reader)
    os.close(writer)


STREAMS = {
    "all are closed": "<&- >&- 2>&-",
    "the disk is full": ">/dev/full 2>/dev/full",
}


@pytest.mark.parametrize("streams", STREAMS)
def test_a_mock_serves_whatever_its_streams_are(streams: str, tmp_path: Path) -> None:
    port = free_port()
    before = f"exec {STREAMS[streams]}"
    with (tmp_path / "err").open("w+b") as err:
        process = start("--port", str(port), before=before, stdin=subprocess.DEVNULL, stdout=err, stderr=err)
    with stopped(process):
        wait_until_it_serves(port, process)
        assert exchange(f"http://127.0.0.1:{port}", request("GET /emp/v1/charging-keys")).status == 401
        assert ends(process, signal.SIGTERM, within=LONGEST_END + SLACK) == 0
    assert "Traceback" not in (tmp_path / "err").read_text(encoding="utf-8")


def test_too_many_silent_connections_are_borne_quietly_and_half_sent_bodies_end_in_time(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    with mock(stderr=log, before="ulimit -n 128") as (url, process), ExitStack() as clients:
        address = (str(urlsplit(url).hostname), urlsplit(url).port)
        silent = [clients.enter_context(socket.create_connection(address)) for _ in range(200)]
        before = processor_seconds(process)
        time.sleep(0.5)
        assert processor_seconds(process) - before < 0.2
        assert exchange(url, KEYS).status == 200, "the oldest silent ones make room"
        for connection in silent:
            connection.close()
        assert exchange(url, KEYS).status == 200
        for _ in range(50):
            clients.enter_context(socket.create_connection(address)).sendall(HALF_A_BODY)
        assert exchange(url, KEYS).status == 200, "all that was sent before has arrived"
        assert ends(process, signal.SIGTERM, within=LONGEST_END + SLACK) == 0
    assert len(log.read_text(encoding="utf-8")) < MOST_NOISE
    assert "Traceback" not in log.read_text(encoding="utf-8")


def test_a_second_signal_ends_a_mock_at_once(tmp_path: Path) -> None:
    logs = [tmp_path / "log of one", tmp_path / "log of another"]
    with ExitStack() as stack:
        urls, (one, another) = zip(*(stack.enter_context(mock(stderr=log)) for log in logs), strict=True)
        for url in urls:
            stack.enter_context(connected(url)).sendall(HALF_A_BODY)
            assert exchange(url, KEYS).status == 200
        for process in (one, another):
            process.send_signal(signal.SIGINT)
        assert ends(one, signal.SIGTERM, within=SLACK) == 128 + signal.SIGTERM
        assert another.poll() is None, "the body might still come"
        assert another.wait(LONGEST_END + SLACK) == 0
    said = "Ended at once by a second signal: what was not saved yet is lost.\n"
    assert [log.read_text(encoding="utf-8") for log in logs] == [said, ""]


def test_a_request_that_is_under_way_is_answered_before_the_end(tmp_path: Path) -> None:
    body = b'{"fleetId": "last"}'
    create = request("POST /emp/v1/fleets", KEY, JSON, body=body)
    with mock(stderr=tmp_path / "log") as (url, process), connected(url) as connection, connected(url) as idle:
        connection.sendall(create.removesuffix(body))
        assert exchange(url, KEYS).status == 200
        process.send_signal(signal.SIGTERM)
        assert idle.recv(1) == b"", "a connection without a request is closed at once"
        with pytest.raises(ConnectionRefusedError):
            exchange(url, KEYS)
        connection.sendall(body)
        assert read(until_closed(connection)).status == 201
        assert process.wait(SLACK) == 0


STOPPED_WHILE_IT_LOADS = """
import os, signal, sys

class Stopping:
    def find_spec(self, name, *_):
        if name == "connexion":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Stopping())
from fleet_contract.mock_server.__main__ import main
main()
"""


def test_a_mock_that_is_stopped_while_it_loads_ends_quietly() -> None:
    command = [sys.executable, "-c", STOPPED_WHILE_IT_LOADS]
    done = subprocess.run(command, capture_output=True, check=False, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize(
    "arguments", ["--help", "--version", "--list-misbehaviours", "misbehaviours", "questions", "questions --help"]
)
def test_who_has_read_enough_of_a_listing_makes_no_failure_of_it(arguments: str) -> None:
    command = [sys.executable, "-m", "fleet_contract.mock_server", *arguments.split()]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False, timeout=30)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(("arguments", "code"), [("--help >/dev/full", 1), ("--prot 2>/dev/full", 2)])
def test_what_cannot_be_printed_changes_no_exit_code_and_prints_no_traceback(arguments: str, code: int) -> None:
    command = f"{sys.executable} -m fleet_contract.mock_server {arguments}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False, timeout=30)
    assert done.returncode == code
    assert done.stderr in (b"", b"Cannot print: No space left on device.\n")
