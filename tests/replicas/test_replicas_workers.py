"""A mock of several workers: it is one server, replaces a worker that dies, and leaves nobody behind."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bench.served import children

from tests.mock.processes import LONGEST_END, SLACK, ends, mock, start, stopped

from .caller import Caller
from .redis_server import redis_server
from .writer import Writer, require_nothing_lost

pytestmark = pytest.mark.redis

WORKERS = 3
KILLS = 3
PATIENCE = 20.0  # seconds that a busy machine may take to replace a worker


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as redis:
        yield redis.url


def workers_of(process: "subprocess.Popen[bytes]") -> list[int]:
    return [pid for task in Path(f"/proc/{process.pid}/task").iterdir() for pid in children(task)]


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds, as long as it may take."""
    ends_at = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < ends_at, what
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Say whether a process runs; one that has ended and that nobody has asked for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def options(redis_url: str) -> list[str]:
    return ["--store", redis_url, "--workers", str(WORKERS)]


def test_nothing_that_was_answered_is_lost_when_workers_are_killed(redis_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with mock(*options(redis_url), stderr=log) as (url, process):
        port = int(urlsplit(url).port or 0)
        first = workers_of(process)
        assert len(first) == WORKERS
        writers = asyncio.run(written_while_workers_die(port, process))
        until(lambda: len(workers_of(process)) == WORKERS, "each was replaced")
        assert len(set(workers_of(process)) - set(first)) == KILLS
        asyncio.run(require_nothing_lost(writers, redis_url, [port]))
        assert sum(writer.unanswered for writer in writers) > 0, "a kill hit somebody"
        last = workers_of(process)
        assert ends(process, signal.SIGTERM, within=LONGEST_END + SLACK) == 0
        assert not any(map(is_running, last))
    assert log.read_text().count("A worker ended (signal 9). Another takes its place.") == KILLS


async def written_while_workers_die(port: int, process: "subprocess.Popen[bytes]") -> list[Writer]:
    """Let writers write while one worker after the other is killed, and return them."""
    writers = [Writer(port, number) for number in range(8)]
    until_end = asyncio.Event()
    writing = [asyncio.create_task(writer.write(until_end)) for writer in writers]
    for victim in workers_of(process)[:KILLS]:
        await asyncio.sleep(0.3)
        os.kill(victim, signal.SIGSTOP)  # so that somebody waits for it when it is killed
        await asyncio.sleep(0.1)
        os.kill(victim, signal.SIGKILL)
    await asyncio.sleep(1.5)
    until_end.set()
    await asyncio.gather(*writing)
    for writer in writers:
        await writer.caller.close()
    return writers


def test_all_workers_take_connections_and_ids_stay_unique(redis_url: str, tmp_path: Path) -> None:
    with mock(*options(redis_url), stderr=tmp_path / "log") as (url, process):
        before = {pid: cpu_of(pid) for pid in workers_of(process)}
        asyncio.run(race(int(urlsplit(url).port or 0)))
        assert all(cpu_of(pid) > used for pid, used in before.items()), "each has worked"


def cpu_of(pid: int) -> int:
    """Return the nanoseconds that a process has run (proc(5), schedstat)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0])


async def race(port: int) -> None:
    callers = [Caller(port) for _ in range(32)]
    for number in range(20):
        statuses = [reply.status for reply in await asyncio.gather(*(each.create(f"w-{number}") for each in callers))]
        assert sorted(statuses) == [201] + [409] * (len(callers) - 1)
    for caller in callers:
        await caller.close()


def test_workers_end_with_a_parent_that_is_killed(redis_url: str, tmp_path: Path) -> None:
    with mock(*options(redis_url), stderr=tmp_path / "log") as (_, process):
        workers = workers_of(process)
        process.kill()
        process.wait()
        until(lambda: not any(map(is_running, workers)), "no worker outlives its parent")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--workers", "2"], b"--workers 2 needs a --store: each process would have a state of its own."),
        (["--workers", "2", "--store", "redis://127.0.0.1:1"], b"cannot be used"),
        (["--workers", "0"], b"not in the range"),
    ],
)
def test_workers_that_cannot_share_are_exit_2(more: list[str], words: bytes) -> None:
    with stopped(start("--port", "0", *more, stdout=subprocess.PIPE, stderr=subprocess.PIPE)) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert words in b" ".join(said.split())
