"""The command `python -m bench.manners`: what each depth costs a server and judges, with all fixtures and with none."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from tests.suite.harness import SEED, judged, mock

from bench.tables import table
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.target.target import CAUTIOUS

HEAD = ["depth", "with all fixtures and both keys", "with one key and no fixture", "at 10 requests per second"]
TARGETS: tuple[Mapping[str, Any], ...] = ({"target": SEED}, {"target": None, "FLEET_API_KEY": "demo-key"})


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Judge the honest mock at each depth, and on a second night, and print a table in Markdown."""
    logging.getLogger().addHandler(logging.NullHandler())
    click.echo(table(HEAD, list(_rows())))


def _rows() -> Iterator[list[str]]:
    for depth in ("smoke", "quick", "standard"):
        yield _row(depth, [_night(depth, target, 1) for target in TARGETS])
    yield _row("standard with `--reuse`, from the second night on", [_night("standard", each, 2) for each in TARGETS])


def _night(depth: str, target: Mapping[str, Any], number: int) -> Report:
    """Return the report of a night; each uses the fleets of those before."""
    with TemporaryDirectory() as folder, mock() as url:
        ledger = str(Path(folder, "ledger.jsonl"))
        return [judged(url, depth, reuse=True, ledger=ledger, **target) for _ in range(number)][-1]


def _row(name: str, reports: list[Report]) -> list[str]:
    seconds = reports[0].footprint.requests / CAUTIOUS
    return [name, *map(_told, reports), f"{seconds:.0f} s"]


def _told(report: Report) -> str:
    spent = report.footprint
    fleets, keys = len(spent.fleets_created), len(spent.keys_created)
    made = f"{fleets} fleet{'' if fleets == 1 else 's'}{f', {keys} keys' if keys else ''}"
    return f"{report.judged} judged: {spent.requests} requests, {made}"


if __name__ == "__main__":
    main()
