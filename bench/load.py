"""Load: wrk sends one workload for a while, and says how many requests were answered as expected, and how soon."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import click

WORKLOADS = ("create", "rename", "invitation", "refused")
LONGEST_RESPONSE = "30s"
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class Load(NamedTuple):
    """How many requests were answered, and within how many milliseconds half and 99 in 100 of them were."""

    requests: int
    half: float
    most: float


class Target(NamedTuple):
    """What is loaded: its URL, the script that knows its requests, and where its statuses differ from the mock's."""

    url: str
    script: Path
    answers: Mapping[str, int]


def require_wrk() -> None:
    """Raise UsageError where wrk is missing."""
    if not shutil.which("wrk"):
        raise click.UsageError("wrk is not installed. It makes the load. Install it: apt-get install wrk")


def load(target: Target, workload: str, seconds: int, connections: int, mark: str) -> Load:
    """Send a workload for some seconds; raises ClickException where one request is answered otherwise than expected."""
    status = target.answers.get(workload)
    what = [workload, mark, *([str(status)] if status else [])]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", LONGEST_RESPONSE, "--latency"]
    done = subprocess.run(
        [*command, "-s", str(target.script), target.url, "--", *what], capture_output=True, text=True, check=False
    )
    found = re.search(r"(\d+) requests in", done.stdout)
    broken = re.search(r"Socket errors: (.*)", done.stdout)
    if done.returncode or not found or broken:
        why = done.stderr or (broken and broken[1]) or done.stdout
        raise click.ClickException(f"wrk failed on {workload} at {target.url}: {why}")
    return Load(int(found[1]), percentile(done.stdout, 50), percentile(done.stdout, 99))


def percentile(printed: str, percent: int) -> float:
    """Return a percentile that wrk printed, in milliseconds; raises ClickException where it printed none."""
    found = re.search(rf"^ +{percent}% +([\d.]+)(us|ms|s|m) *$", printed, re.MULTILINE)
    if not found:
        raise click.ClickException(f"wrk did not say within what time {percent}% were answered: {printed}")
    return float(found[1]) * MILLISECONDS[found[2]]
