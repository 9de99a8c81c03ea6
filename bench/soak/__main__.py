"""The command `python -m bench.soak`: starts a mock, sends it many requests, and fails where a promise is broken."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from bench.served import SECONDS_TO_STOP, resident_megabytes
from bench.soak.driving import HOSTILE_SHARE, Soak
from bench.soak.ordinary import POOL
from bench.soak.verdict import Seen, broken, page

MOCK = [sys.executable, "-m", "fleet_contract.mock_server", "--port", "0", "--ready-json"]
SETTLED = 50_000  # requests after which memory should grow no more
TIMES_TOLD = 20


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--requests", default=1_000_000, show_default=True, type=click.IntRange(2), help="How many are sent.")
@click.option("--seed", default=0, show_default=True, help="Decides which requests are drawn.")
@click.option(
    "--settled",
    default=SETTLED,
    show_default=True,
    type=click.IntRange(1),
    help="After so many requests, and half of all at most, memory is measured first.",
)
@click.argument("command", nargs=-1)
def main(requests: int, seed: int, settled: int, command: tuple[str, ...]) -> None:
    """Send a mock many requests, a tenth of them hostile; exit 1 where it breaks a promise.

    It promises no status of 500 or above but 501 and 505, no request without an answer, no traceback in its log, and
    memory that grows to at most 1.3 times. COMMAND starts another mock; it prints the line of --ready-json.
    """
    settled = min(settled, requests // 2)
    click.echo(
        f"Sending {requests:,} requests, one in {HOSTILE_SHARE} of them hostile, with {POOL:,} ids; seed {seed}.",
        err=True,
    )
    began = time.monotonic()
    seen = soaked(command or MOCK, requests, seed, settled)
    click.echo(page(seen, settled))
    click.echo(f"\n{requests:,} requests in {time.monotonic() - began:,.0f} s.")
    wrong = list(broken(seen))
    for each in wrong:
        click.echo(f"Broken: {each}", err=True)
    sys.exit(bool(wrong))


def soaked(command: Sequence[str], requests: int, seed: int, settled: int) -> Seen:
    """Return what is seen of a mock under so many requests; memory is measured after some of them, and at the end."""
    memory: list[float] = []
    step = max(requests // TIMES_TOLD, 1)
    with TemporaryDirectory(prefix="soak-") as folder, started(command, Path(folder) / "log") as (process, port):

        def on_done(number: int) -> None:
            if number in (settled, requests):
                memory.append(resident_megabytes(process.pid))
            if number % step == 0:
                click.echo(f"{number:,} of {requests:,}; {resident_megabytes(process.pid):.1f} MB", err=True)

        soak = Soak(port, requests, seed, on_done)
        asyncio.run(soak.run())
        is_gone = process.poll() is not None
        process.terminate()
        code = process.wait(SECONDS_TO_STOP)
        log = (Path(folder) / "log").read_text(encoding="utf-8", errors="replace")
        first, last = memory
        return Seen(soak.ordinary, soak.hostile, first, last, log, code, is_gone)


@contextmanager
def started(command: Sequence[str], log: Path) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Start a mock whose log goes to a file, give its process and its port, and end it in any case."""
    with log.open("wb") as written, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=written) as process:
        try:
            line = process.stdout.readline() if process.stdout else b""
            if not line:
                raise click.ClickException(f"The mock did not start: {log.read_text(errors='replace')}")
            yield process, json.loads(line)["port"]
        finally:
            process.kill()


if __name__ == "__main__":
    main()
