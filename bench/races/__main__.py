"""The command `python -m bench.races`: how often standard depth catches a server in Go that looks before it inserts.

Between the two steps it waits for some microseconds, as one does that asks a database.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from tests.suite.harness import SEED, failed, judged

from bench.tables import share, table

SERVER = Path(__file__).with_name("server.go")
BROKEN = {"fleet": "fleets.overlapping-creates-make-one-fleet", "key": "keys.identifier-is-unique"}
HONEST = "none"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--runs", default=10, show_default=True, type=click.IntRange(1), help="Runs with each race and window.")
@click.option(
    "--windows",
    default="20,300",
    show_default=True,
    metavar="N,…",
    help="Microseconds between looking and inserting.",
)
def main(runs: int, windows: str) -> None:
    """Judge a server with each race some times, and print a table in Markdown (half an hour; Go)."""
    if not shutil.which("go"):
        raise click.UsageError("Go is missing; the server is written in it. Install it: apt-get install golang-go")
    with TemporaryDirectory(prefix="fleet-races-") as folder:
        program = Path(folder, "server")
        subprocess.run(["go", "build", "-o", program, SERVER], check=True)
        if failures := failures_of(program, HONEST, 0):
            raise click.ClickException(f"The server conforms without a race, and failed {', '.join(failures)}.")
        rows = [_row(program, race, int(window), runs) for race in BROKEN for window in windows.split(",")]
    click.echo(table(["what is created at once", "window", "caught", "", "nothing else failed"], rows))


def _row(program: Path, race: str, window: int, runs: int) -> list[str]:
    failures = [failures_of(program, race, window) for _ in range(runs)]
    caught = sum(BROKEN[race] in each for each in failures)
    alone = sum(not each or each == {BROKEN[race]} for each in failures)
    return [f"a {race}", f"{window} µs", *share(caught, runs), f"{alone} / {runs}"]


def failures_of(program: Path, race: str, window: int) -> set[str]:
    """Return the requirements that a server with a race fails."""
    with _served(program, race, window) as url:
        return failed(judged(url, "standard", target=SEED))


@contextmanager
def _served(program: Path, race: str, window: int) -> Iterator[str]:
    environment = {**os.environ, "RACE": race, "WINDOW": str(window)}
    with subprocess.Popen([program], env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
