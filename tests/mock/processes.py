"""Mocks as processes of their own, with the standard streams and limits that a test gives them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fleet_contract.mock_server.listening import listen

COMMAND = [sys.executable, "-m", "fleet_contract.mock_server"]
# The end of a mock that is told to stop, as the README promises it, and what a busy machine adds.
LONGEST_END = 2.5
SLACK = 2.5


@contextmanager
def stopped(process: "subprocess.Popen[Any]") -> Iterator["subprocess.Popen[Any]"]:
    """Give a process, and end it in any case."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


def start(*arguments: str, before: str = "", **how: Any) -> "subprocess.Popen[Any]":
    """Start a mock; `before` is what the shell does first, such as a limit or a stream that it closes."""
    return subprocess.Popen(["sh", "-c", f'{before}\nexec "$@"', "sh", *COMMAND, *arguments], **how)


def free_port() -> int:
    """Return a port on which nothing listens, for a mock that cannot say which one it took."""
    (listener,) = listen("127.0.0.1", 0)
    with listener:
        return int(listener.getsockname()[1])


@contextmanager
def mock(*arguments: str, stderr: Path, before: str = "") -> Iterator[tuple[str, "subprocess.Popen[Any]"]]:
    """Give the URL and the process of a mock whose log goes to a file."""
    with stderr.open("wb") as log:
        process = start("--port", "0", "--ready-json", *arguments, before=before, stdout=subprocess.PIPE, stderr=log)
    with stopped(process):
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"], process


def full_pipe() -> tuple[int, int]:
    """Return both ends of a pipe that takes not one byte more, as where nobody reads it."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"." * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    return reader, writer


def processor_seconds(process: "subprocess.Popen[Any]") -> float:
    """Return how much processor time a process has taken (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ends(process: "subprocess.Popen[Any]", *signals: signal.Signals, within: float) -> int:
    """Send signals to a process and return with which code it ends, in so many seconds."""
    for number in signals:
        process.send_signal(number)
    return process.wait(within)
