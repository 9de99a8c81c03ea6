"""The command `python -m bench.scale`: what a request costs and a fleet weighs in a mock that holds up to a million.

All sizes are held at once, each in a process of its own, and are timed in turn, batch by batch, in CPU time: what else
the machine does falls on all alike. Of each figure the median is taken. The largest is held twice: once requests are
for any fleet, and once for some alone, which tells what a request costs more since memory is slower than caches.
"""

import json
import multiprocessing
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import click

from bench.curves import Curve, svg
from bench.holding import OPERATIONS, hold, weigh
from bench.tables import table

SIZES = {"1,000": 1_000, "10,000": 10_000, "100,000": 100_000, "1,000,000": 1_000_000}
FEW_ASKED = "1,000,000, for 1,000 of them"
# How many fleets and keys each mock holds, and for how many of them requests are.
HELD = {**{name: (size, size) for name, size in SIZES.items()}, FEW_ASKED: (1_000_000, 1_000)}
FIRST = next(iter(HELD))
KINDS = {"request": "CPU time of a request", "step": "of it, the step of the store"}
WEIGHED = 1_000_000
AXES = ("fleets, and as many keys", "CPU time of a request, as a multiple")
Costs = Mapping[str, Mapping[str, float]]  # CPU seconds, by operation and what is held


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", default=9, show_default=True, type=click.IntRange(0), help="Batches of each figure.")
@click.option("--times", default=300, show_default=True, type=click.IntRange(1), help="Requests in a batch.")
@click.option("--figures", type=Path, metavar="FILE", help="Keep the figures in this file; with --rounds 0, read them.")
@click.option("--svg", "picture", type=Path, metavar="FILE", help="Draw the curves into this file.")
def main(rounds: int, times: int, figures: Path | None, picture: Path | None) -> None:
    """Measure what each operation costs by how much the mock holds, and print tables in Markdown."""
    if rounds:
        found = measured_all(rounds, times)
        if figures:
            figures.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    elif figures:
        found = json.loads(figures.read_text(encoding="utf-8"))
    else:
        raise click.UsageError("With --rounds 0 nothing is measured. Name a file with --figures.")
    click.echo(page(found))
    if picture:
        picture.write_text(drawn(found), encoding="utf-8")


Figures = Mapping[str, Costs]  # by kind; under "weight", bytes of a fleet and of a key


def measured_all(rounds: int, times: int) -> Figures:
    """Return all figures."""
    with holders() as held:
        costs = {kind: measured(held, kind, rounds, times) for kind in KINDS}
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        fleet = pool.apply(weigh, (WEIGHED, 0))
        key = pool.apply(weigh, (0, WEIGHED))
    return {**costs, "weight": {"resident": {"a fleet": fleet, "a key": key}}}


@contextmanager
def holders() -> Iterator[dict[str, Connection]]:
    """Give a connection to a process for each of HELD, whose mock holds as much."""
    spawn = multiprocessing.get_context("spawn")
    connections: dict[str, Connection] = {}
    with ExitStack() as stack:
        for name, (size, asked) in HELD.items():
            connections[name], other = spawn.Pipe()
            process = spawn.Process(target=hold, args=(size, asked, other), daemon=True)
            process.start()
            stack.callback(process.join)
            stack.callback(connections[name].send, None)
        for name, connection in connections.items():
            connection.recv()
            click.echo(f"{name}: held.", err=True)
        yield connections


def measured(held: Mapping[str, Connection], kind: str, rounds: int, times: int) -> Costs:
    """Return the median of the CPU seconds that each operation takes in each mock."""
    taken: dict[str, dict[str, list[float]]] = {name: {each: [] for each in held} for name in OPERATIONS}
    for number in range(rounds):
        click.echo(f"[{number + 1}/{rounds}] {kind}", err=True)
        for name, of_mocks in taken.items():
            for mock in random.sample(list(held), len(held)):
                held[mock].send((kind, name, times))
                of_mocks[mock].append(held[mock].recv())
    return {name: {mock: median(each) for mock, each in of_mocks.items()} for name, of_mocks in taken.items()}


def page(figures: Figures) -> str:
    """Return figures as tables."""
    weights = [[what, f"{each:,.0f} bytes"] for what, each in figures["weight"]["resident"].items()]
    tables = [rows(what, figures[kind]) for kind, what in KINDS.items()]
    return "\n\n".join([*tables, table(["resident memory", f"of {WEIGHED:,}"], weights)])


def rows(what: str, costs: Costs) -> str:
    """Return a table of costs: in microseconds in the first mock, and as multiples of that in the others."""
    return table(
        [what, *(f"at {each}" for each in HELD)],
        [
            [
                name,
                f"{each[FIRST] * 1e6:.1f} µs",
                *(f"× {each[mock] / each[FIRST]:.2f}" for mock in HELD if mock != FIRST),
            ]
            for name, each in costs.items()
        ],
    )


def drawn(figures: Figures) -> str:
    """Return a drawing of how the cost of each operation grows, as multiples of that in the first mock."""
    curves = [
        Curve(name, [(size, each[mock] / each[FIRST]) for mock, size in SIZES.items()])
        for name, each in figures["request"].items()
    ]
    return svg(curves, *AXES)


if __name__ == "__main__":
    main()
