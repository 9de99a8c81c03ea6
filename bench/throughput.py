"""The command `python -m bench.throughput`: how much of a bare ASGI callable the mock is worth, in one run.

The unit is requests per CPU second of the server's process tree, which other work on the machine disturbs least.
Rounds are interleaved, and of each figure the median is taken.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection, socket
from statistics import geometric_mean, median
from typing import NamedTuple

import click

from bench.tables import table

LUA = Path(__file__).with_name("fleets.lua")
WORKLOADS = ("create", "rename", "invitation", "refused")
UVICORN = ("--no-access-log", "--log-level", "error", "--loop", "uvloop", "--http", "httptools")
SECONDS_TO_START = 60
BARE, STOCK, OURS = "bare ASGI", "stock Connexion", "fleet-mock"


class Subject(NamedTuple):
    """A server to measure: what it is called, and the command that serves it on the port that is put in."""

    name: str
    command: tuple[str, ...]


SUBJECTS = (
    Subject(BARE, (sys.executable, "-m", "uvicorn", "bench.references.bare:app", "--port", "{port}", *UVICORN)),
    Subject(STOCK, (sys.executable, "-m", "uvicorn", "bench.references.stock:app", "--port", "{port}", *UVICORN)),
    Subject(OURS, (str(Path(sys.executable).with_name("fleet-mock")), "--port", "{port}", "--ready-json")),
)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="Rounds over all servers.")
@click.option("--seconds", default=3, show_default=True, type=click.IntRange(1), help="Seconds of each workload.")
@click.option("--connections", default=32, show_default=True, type=click.IntRange(1), help="Connections at once.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(rounds: int, seconds: int, connections: int, *, as_json: bool) -> None:
    """Measure the mock beside a bare ASGI callable and stock Connexion, and print a table in Markdown."""
    if not shutil.which("wrk"):
        raise click.UsageError("wrk is not installed. It makes the load. Install it: apt-get install wrk")
    figures: dict[str, dict[str, list[float]]] = {each.name: {name: [] for name in WORKLOADS} for each in SUBJECTS}
    for number, subject in turns(rounds):
        for workload, rate in measured(subject, seconds, connections, f"r{number}"):
            figures[subject.name][workload].append(rate)
    medians = {name: {workload: median(rates) for workload, rates in each.items()} for name, each in figures.items()}
    click.echo(json.dumps(medians, indent=2) if as_json else rows(medians))


def turns(rounds: int) -> Iterator[tuple[int, Subject]]:
    """Yield each server once a round, with the number of the round: there and back, so that none is always first."""
    for number in range(rounds):
        yield from ((number, subject) for subject in (SUBJECTS if number % 2 == 0 else reversed(SUBJECTS)))


def measured(subject: Subject, seconds: int, connections: int, mark: str) -> Iterator[tuple[str, float]]:
    """Yield each workload with its requests per CPU second, against one fresh server."""
    with served(subject) as (pid, url):
        load(url, "create", 1, connections, f"{mark}-warm")
        for workload in WORKLOADS:
            before = cpu_seconds(pid)
            requests = load(url, workload, seconds, connections, mark)
            yield workload, requests / (cpu_seconds(pid) - before)


@contextmanager
def served(subject: Subject) -> Iterator[tuple[int, str]]:
    """Serve a subject on a free port of the loopback, and give its pid and URL."""
    port = free_port()
    command = [word.format(port=port) if "{port}" in word else word for word in subject.command]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, server)
        yield server.pid, f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def load(url: str, workload: str, seconds: int, connections: int, mark: str) -> int:
    """Return how many requests were responded to as expected; raises where one was not."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(LUA), url, "--", workload, mark]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"(\d+) requests in", done.stdout)
    if done.returncode or not found:
        raise click.ClickException(f"wrk failed on {workload} at {url}: {done.stderr or done.stdout}")
    return int(found[1])


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds that a process and its children have used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") + sum(cpu_seconds(int(each)) for each in children)


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + SECONDS_TO_START
    while server.poll() is None and time.monotonic() < ends:
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise click.ClickException(f"Nothing listened on port {port} within {SECONDS_TO_START} s.")


def rows(medians: dict[str, dict[str, float]]) -> str:
    """Return the table: requests per CPU second of each workload, and their geometric means as ratios."""
    means = {name: geometric_mean(each.values()) for name, each in medians.items()}
    head = ["server", *WORKLOADS, "geometric mean", f"of {BARE}", f"times {STOCK}"]
    body = [
        [
            name,
            *(f"{medians[name][workload]:,.0f}" for workload in WORKLOADS),
            f"{mean:,.0f}",
            f"{mean / means[BARE]:.2f}",
            f"{mean / means[STOCK]:.1f}",
        ]
        for name, mean in means.items()
    ]
    return table(head, body)


if __name__ == "__main__":
    main()
