"""The command `python -m bench.instructions`: how many instructions a request costs the mock, and a bare ASGI callable.

Valgrind counts those of the process. Unlike time, they are the same on a busy machine, and beside those of the bare
callable nearly so on another one. What the system does for both, in sockets above all, is not among them.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import geometric_mean
from tempfile import TemporaryDirectory

import click

from bench.load import WORKLOADS, load, require_wrk
from bench.peer import Peer, Place
from bench.peers import PEERS
from bench.peers.python import BARE, OURS
from bench.served import Served, served
from bench.tables import table

SUBJECTS = (BARE, OURS)
MOST_MORE = 0.1
CONNECTIONS = 1
SECONDS_OF_WARMING = 1
# Garbage is collected in one window or another, which costs as much as a hundred requests.
WINDOWS = 3
SECONDS_OF_A_WINDOW = 3
TOTALS = re.compile(r"^totals: (\d+)$", re.MULTILINE)

Counts = Mapping[str, float]  # instructions a request, by workload


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--record", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write down what was counted."
)
@click.option(
    "--guard",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Fail where a request takes a tenth more than this record says, beside the bare callable.",
)
def main(record: Path | None, guard: Path | None) -> None:
    """Count the instructions of a request, and print a table in Markdown."""
    require_wrk()
    require_valgrind()
    counts = {name: counted(PEERS[name]) for name in SUBJECTS}
    click.echo(rows(counts))
    if record:
        record.write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")
    if guard:
        hold(times_bare(counts), times_bare(json.loads(guard.read_text(encoding="utf-8"))))


def require_valgrind() -> None:
    """Raise UsageError where valgrind is missing."""
    if not shutil.which("valgrind"):
        raise click.UsageError("valgrind is missing; it counts the instructions. Install it: apt-get install valgrind")


def hold(now: float, then: float) -> None:
    """Raise ClickException where a request takes a tenth more than it did, in times of the bare callable."""
    if now > then * (1 + MOST_MORE):
        raise click.ClickException(
            f"A request of the mock takes {now:.2f} times the instructions of {BARE}, and took {then:.2f} times. Find "
            "out what made it slower (python -m bench.trace), or record anew where that is the price of something "
            "(python -m bench.instructions --record docs/instructions.json)."
        )


def times_bare(counts: Mapping[str, Counts]) -> float:
    """Return how many times the instructions of the bare callable a request of the mock takes: the geometric mean."""
    return geometric_mean(counts[OURS][workload] / counts[BARE][workload] for workload in WORKLOADS)


def rows(counts: Mapping[str, Counts]) -> str:
    """Return the table: instructions of a request in each workload, and how many times those of the bare callable."""
    body = [[name, *(f"{counts[name][workload]:,.0f}" for workload in WORKLOADS), ""] for name in SUBJECTS]
    body[-1][-1] = f"{times_bare(counts):.2f}"
    return table(["server", *WORKLOADS, f"times {BARE}"], body)


def counted(peer: Peer) -> dict[str, float]:
    """Return how many instructions a request of each workload takes; raises ClickException where one goes wrong."""
    with TemporaryDirectory(prefix="fleet-instructions-") as folder:
        into = Path(folder, "counted")
        with served(under_valgrind(peer, into)) as running:
            load(running.target, "create", SECONDS_OF_WARMING, CONNECTIONS, "warm")
            return {
                workload: min(window(running, workload, f"w{number}", into) for number in range(WINDOWS))
                for workload in WORKLOADS
            }


def under_valgrind(peer: Peer, into: Path) -> Peer:
    """Return a peer that valgrind runs, which counts nothing until it is told to."""

    def command(at: Place) -> Sequence[str]:
        tool = ("--quiet", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={into}")
        return "valgrind", *tool, *peer.command(at)

    # The order of names in a set, and so the work of looking for one, would differ from process to process.
    return replace(peer, command=command, environment=lambda: {**peer.environment(), "PYTHONHASHSEED": "0"})


def window(running: Served, workload: str, mark: str, into: Path) -> float:
    """Return how many instructions a request took while a workload was sent for a while."""
    control(running.pid, "--zero")
    control(running.pid, "--instr=on")
    requests = load(running.target, workload, SECONDS_OF_A_WINDOW, CONNECTIONS, mark).requests
    control(running.pid, "--instr=off")
    control(running.pid, "--dump")
    newest = max(into.parent.glob(f"{into.name}.*"), key=lambda file: int(file.suffix[1:]))
    found = TOTALS.search(newest.read_text(encoding="utf-8"))
    if not found:
        raise click.ClickException("valgrind wrote down no total.")
    return int(found[1]) / requests


def control(pid: int, order: str) -> None:
    """Tell valgrind what to do; raises ClickException where it does not obey."""
    done = subprocess.run(["callgrind_control", order, str(pid)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(f"callgrind_control {order} failed: {done.stderr or done.stdout}")


if __name__ == "__main__":
    main()
