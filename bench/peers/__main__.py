"""The command `python -m bench.peers`: the mock beside other mocks and beside what could be had at most.

It installs and starts each, and loads it with wrk: creates with new ids, renames, look-ups of codes and creates with an
id that is too long. Rounds are interleaved. What is measured is kept, so that the tables can be printed again.
"""

from collections.abc import Sequence
from pathlib import Path

import click

from bench.contestant import NotHere
from bench.figures import Figures, append, read
from bench.load import require_wrk
from bench.measuring import Extent, measured, turns
from bench.peer import Peer
from bench.peers import PEERS
from bench.peers.python import BARE, STOCK
from bench.peers.report import chart, left_out, page

KEPT = Path("reports") / "peers.jsonl"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[PEER]...", type=click.Choice(list(PEERS)))
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(0), help="Rounds over all; 0 prints only.")
@click.option("--seconds", default=3, show_default=True, type=click.IntRange(1), help="Seconds of each workload.")
@click.option(
    "--figures", "file", default=KEPT, show_default=True, type=Path, metavar="FILE", help="Where figures are added to."
)
@click.option("--svg", "picture", type=Path, metavar="FILE", help="Draw the chart into this file.")
def main(names: Sequence[str], rounds: int, seconds: int, file: Path, picture: Path | None) -> None:
    """Measure the mock and all its peers, or these peers beside the two references, and print tables in Markdown."""
    if rounds:
        require_wrk()
    chosen = [PEERS[name] for name in dict.fromkeys([BARE, STOCK, *(names or PEERS)])]
    first = max((each.round + 1 for each in read(file)), default=0)
    for number, peer in turns(chosen, rounds):
        click.echo(f"[{number + 1}/{rounds}] {peer.title}", err=True)
        figures = tried(peer, first + number, seconds)
        if figures:
            append(file, figures)
    kept = read(file)
    click.echo(page(kept))
    for each in left_out(kept):
        click.echo(each, err=True)
    drawn = chart(kept)
    if picture and not drawn:
        raise click.ClickException(f"There is nothing to draw: no figures in {file} are of a round with {BARE}.")
    if picture:
        picture.write_text(drawn, encoding="utf-8")


def tried(peer: Peer, number: int, seconds: int) -> Figures | None:
    """Return the figures of a peer, None where it cannot be had or does not do as expected, which is said."""
    try:
        return measured(peer, number, Extent(seconds, latency=True))
    except NotHere as missing:
        click.echo(f"{peer.title} is left out: {missing}", err=True)
    except click.ClickException as wrong:
        click.echo(f"{peer.title} is left out of this round: {wrong.message}", err=True)
    return None


if __name__ == "__main__":
    main()
