"""The command `python -m bench.scale`: what a request costs and a fleet weighs in a mock that holds up to a million.

All sizes are held at once, each in a process of its own, and are timed in turn, batch by batch, in CPU time: what else
the machine does falls on all alike. Of each figure the median is taken.
"""

import multiprocessing
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import click

from bench.curves import Curve, svg
from bench.holding import OPERATIONS, hold, weigh
from bench.tables import table

SIZES = (1_000, 10_000, 100_000, 1_000_000)
WEIGHED = 1_000_000
AXES = ("fleets, and as many keys", "CPU time of a request, as a multiple")
Costs = Mapping[str, Mapping[int, float]]  # CPU seconds, by operation and size


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", default=9, show_default=True, type=click.IntRange(1), help="Batches of each figure.")
@click.option("--times", default=300, show_default=True, type=click.IntRange(1), help="Requests in a batch.")
@click.option("--svg", "picture", type=Path, metavar="FILE", help="Draw the curves into this file.")
def main(rounds: int, times: int, picture: Path | None) -> None:
    """Measure what each operation costs by how much the mock holds, and print tables in Markdown."""
    with holders(SIZES) as held:
        costs = {kind: measured(held, kind, rounds, times) for kind in ("request", "step")}
    click.echo(rows("CPU time of a request", costs["request"]))
    click.echo("\n" + rows("of it, the step of the store", costs["step"]))
    click.echo("\n" + weights())
    if picture:
        picture.write_text(svg(curves(costs["request"]), *AXES), encoding="utf-8")


@contextmanager
def holders(sizes: Sequence[int]) -> Iterator[dict[int, Connection]]:
    """Give a connection to a process for each size, whose mock holds as much."""
    spawn = multiprocessing.get_context("spawn")
    connections: dict[int, Connection] = {}
    with ExitStack() as stack:
        for size in sizes:
            connections[size], other = spawn.Pipe()
            process = spawn.Process(target=hold, args=(size, other), daemon=True)
            process.start()
            stack.callback(process.join)
            stack.callback(connections[size].send, None)
        for size, connection in connections.items():
            connection.recv()
            click.echo(f"{size:,} fleets and as many keys are held.", err=True)
        yield connections


def measured(held: Mapping[int, Connection], kind: str, rounds: int, times: int) -> Costs:
    """Return the median of the CPU seconds that each operation takes at each size."""
    taken: dict[str, dict[int, list[float]]] = {name: {size: [] for size in held} for name in OPERATIONS}
    for number in range(rounds):
        click.echo(f"[{number + 1}/{rounds}] {kind}", err=True)
        for name, of_sizes in taken.items():
            for size in random.sample(list(held), len(held)):
                held[size].send((kind, name, times))
                of_sizes[size].append(held[size].recv())
    return {name: {size: median(each) for size, each in of_sizes.items()} for name, of_sizes in taken.items()}


def rows(what: str, costs: Costs) -> str:
    """Return a table of costs: in microseconds at the smallest size, and as multiples of that at the others."""
    first, *others = SIZES
    head = [what, f"at {first:,}", *(f"at {size:,}" for size in others)]
    return table(
        head,
        [
            [name, f"{each[first] * 1e6:.1f} µs", *(f"× {each[size] / each[first]:.2f}" for size in others)]
            for name, each in costs.items()
        ],
    )


def curves(costs: Costs) -> list[Curve]:
    """Return how the cost of each operation grows, as multiples of that at the smallest size."""
    return [Curve(name, [(size, cost / each[SIZES[0]]) for size, cost in each.items()]) for name, each in costs.items()]


def weights() -> str:
    """Return a table of the memory that a fleet and a key take, each measured in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        fleet = pool.apply(weigh, (WEIGHED, 0))
        key = pool.apply(weigh, (0, WEIGHED))
    return table(
        ["resident memory", f"of {WEIGHED:,}"], [["a fleet", f"{fleet:,.0f} bytes"], ["a key", f"{key:,.0f} bytes"]]
    )


if __name__ == "__main__":
    main()
