"""A peer, served in a process of its own: how soon it answers, what its process tree uses, and how it is stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click

from bench.load import Target
from bench.peer import Peer, Place

SECONDS_TO_START = 60
SECONDS_TO_STOP = 10
KEY = {"X-API-Key": "demo-key"}
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


class Served(NamedTuple):
    """A running peer: its process, what to load, and after how many seconds it answered first."""

    pid: int
    target: Target
    started: float


@contextmanager
def served(peer: Peer) -> Iterator[Served]:
    """Serve a peer on a free port of the loopback; raises NotHere, and ClickException where it does not answer."""
    with TemporaryDirectory(prefix="fleet-peer-") as folder:
        at = Place(free_port(), Path(folder))
        command, environment = peer.command(at), {**os.environ, **peer.environment()}
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            wait_for(peer, at.port, process)
            started = time.monotonic() - began
            url = f"http://127.0.0.1:{at.port}"
            peer.prepare(url)
            yield Served(process.pid, Target(url, peer.script, peer.answers), started)
        finally:
            stop(process)


def wait_for(peer: Peer, port: int, process: "subprocess.Popen[bytes]") -> None:
    """Return once a peer answers its first request with 200; raises ClickException."""
    ends = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise click.ClickException(f"{peer.title} ended with {process.returncode} instead of being served.")
        if status_of(port, peer.first) == 200:
            return
        time.sleep(0.02)
    raise click.ClickException(f"{peer.title} answered no request within {SECONDS_TO_START} s.")


def status_of(port: int, path: str) -> int | None:
    """Return with which status a request is answered, None where it is not."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers=KEY)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process and all that it started."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    except ProcessLookupError:
        process.wait()


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds that a process and what it started have used."""
    return sum(sum(map(int, fields[11:15])) for fields in tree(pid)) / TICK


def resident_megabytes(pid: int) -> float:
    """Return how much memory a process and what it started hold."""
    return sum(int(fields[21]) for fields in tree(pid)) * PAGE / 1e6


def tree(pid: int) -> Iterator[list[str]]:
    """Yield what proc(5) says of a process, from its state on, and of all below it.

    One that ends meanwhile is left out; what it has used is counted with its parent.
    """
    with suppress(FileNotFoundError, ProcessLookupError):
        yield Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        for task in list(Path(f"/proc/{pid}/task").iterdir()):
            for child in children(task):
                yield from tree(child)


def children(task: Path) -> list[int]:
    """Return the processes that a thread has started, none where it has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return [int(child) for child in (task / "children").read_text(encoding="ascii").split()]
    return []


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
