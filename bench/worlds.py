"""The command `python -m bench.worlds`: clients in worlds of their own, none of whom may see another's fleet."""

import asyncio
import shutil
from collections.abc import Sequence

import click
from tests.replicas.redis_server import redis_server
from tests.replicas.replica import Replica, replicas
from tests.worlds import live_apart

from bench.tables import table


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--clients", default=50, show_default=True, type=click.IntRange(1), help="As many worlds as clients.")
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(min=0, min_open=True))
def main(clients: int, seconds: float) -> None:
    """Let clients work in worlds of their own on one mock, and on two that share a Redis; print what was done.

    Each makes fleets of the same ids as all others, gives them codes, and looks whether fleets and codes are its own.
    Fails where one meets anything of another.
    """
    rows = []
    with replicas(1) as started:
        rows.append(row("one mock", started, clients, seconds))
    if shutil.which("redis-server"):
        with redis_server() as redis, replicas(2, "--store", redis.url) as started:
            rows.append(row("two mocks on one Redis", started, clients, seconds))
    else:
        click.echo("redis-server is not installed, so nothing is shared: apt-get install redis-server", err=True)
    click.echo(table(["", "worlds", "seconds", "calls", "met another's fleet or code"], rows))


def row(what: str, mocks: Sequence[Replica], clients: int, seconds: float) -> list[object]:
    """Return what clients did on some mocks; raises ClickException where two met."""
    click.echo(f"{what}, for {seconds:g} s", err=True)
    try:
        calls = asyncio.run(live_apart([f"http://127.0.0.1:{mock.port}" for mock in mocks], clients, seconds))
    except AssertionError as wrong:
        raise click.ClickException(f"{what}: {wrong}") from None
    return [what, clients, f"{seconds:g}", f"{calls:,}", "none"]


if __name__ == "__main__":
    main()
