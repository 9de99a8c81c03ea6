"""The command `python -m bench.throughput`: what the mock is worth beside a bare ASGI callable and stock Connexion.

The unit is requests per CPU second of the server's process tree, which other work on the machine disturbs least.
Rounds are interleaved, each is compared within itself, and of each figure the median is taken.
"""

from collections.abc import Sequence
from statistics import median

import click

from bench.figures import Figures, of, ratio
from bench.load import WORKLOADS, require_wrk
from bench.measuring import Extent, measured, turns
from bench.peers import PEERS
from bench.peers.python import BARE, OURS, STOCK
from bench.tables import table

SUBJECTS = (BARE, STOCK, OURS)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="Rounds over all servers.")
@click.option("--seconds", default=3, show_default=True, type=click.IntRange(1), help="Seconds of each workload.")
def main(rounds: int, seconds: int) -> None:
    """Measure the mock beside a bare ASGI callable and stock Connexion, and print a table in Markdown."""
    require_wrk()
    peers = [PEERS[name] for name in SUBJECTS]
    figures = [measured(peer, number, Extent(seconds, latency=False)) for number, peer in turns(peers, rounds)]
    click.echo(rows(figures))


def rows(figures: Sequence[Figures]) -> str:
    """Return the table: requests per CPU second of each workload, and ratios of their geometric means."""
    head = ["server", *WORKLOADS, "geometric mean", f"of {BARE}", f"times {STOCK}"]
    body = [
        [
            name,
            *(f"{median(each.rates[workload] for each in of(name, figures)):,.0f}" for workload in WORKLOADS),
            f"{median(each.mean for each in of(name, figures)):,.0f}",
            f"{ratio(figures, name):.2f}",
            f"{ratio(figures, name, STOCK):.1f}",
        ]
        for name in SUBJECTS
    ]
    return table(head, body)


if __name__ == "__main__":
    main()
