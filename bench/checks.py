"""The command `python -m bench.checks`: what each check costs at a depth, and which faults nothing else shows."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import cpu_count

import click
from tests.suite.harness import judged, mock

from bench.many import HONEST, against_each
from bench.subjects import sample, sections
from bench.tables import table
from fleet_contract.contract_tests.target.depths import Depth
from proof.mutants import MUTANTS

HEAD = ["check", "requests", "faults that it shows", "that nothing else shows"]


@dataclass(frozen=True)
class Shown:
    """What a run came to against a mock with one fault, or with none.

    `cost` is the requests of each check, `failures` the checks of each failure of what the fault breaks.
    """

    fault: str
    cost: Mapping[str, int]
    failures: Sequence[frozenset[str]]

    @property
    def by(self) -> frozenset[str]:
        """The checks that show it, if only together with others."""
        return frozenset[str]().union(*self.failures)

    @property
    def needs(self) -> frozenset[str]:
        """The checks without which nothing would show it."""
        return frozenset[str].intersection(*self.failures) if self.failures else frozenset()


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--depth", type=click.Choice([each.word for each in Depth]), default="quick", show_default=True)
@click.option("--sample", "size", type=click.IntRange(1), metavar="N", help="Try N faults of all sections, not all.")
@click.option("--workers", type=click.IntRange(1), default=cpu_count() or 1, show_default=True, help="Runs at once.")
def main(depth: str, size: int | None, workers: int) -> None:
    """Say what each check is good for, so that a budget is spent where it shows most; the table is in Markdown."""
    runs = list(against_each(run, depth, sample(size, sections()) if size else [*MUTANTS], workers))
    click.echo(table(HEAD, rows(runs)))
    click.echo(f"\nShown by none: {', '.join(unseen(runs)) or 'none'}")


def run(job: tuple[str, str]) -> Shown:
    """Judge a mock with a fault, or with none."""
    depth, name = job
    logging.getLogger().addHandler(logging.NullHandler())  # what the mock says of odd requests is no news here
    with mock(*([name] if name else [])) as url:
        report = judged(url, depth)
    check_of = {exchange.number: exchange.check for exchange in report.history.exchanges}
    broken = MUTANTS[name].breaks if name else frozenset()
    failures = [each for result in report.results if result.requirement.id in broken for each in result.failures]
    return Shown(
        fault=name,
        cost=Counter(check_of.values()),
        failures=[frozenset(check_of[number] for number in each.exchanges) for each in failures],
    )


def rows(runs: Sequence[Shown]) -> list[list[str]]:
    """Return a line for each check that sent anything to the honest mock, the least needed for its price first."""
    shows = Counter(check for run in runs for check in run.by)
    needed = Counter(check for run in runs for check in run.needs)
    cost = next(run.cost for run in runs if run.fault == HONEST)
    order = sorted(cost, key=lambda check: (needed[check] / cost[check], shows[check] / cost[check], check))
    return [[check, str(cost[check]), str(shows[check]), str(needed[check])] for check in order]


def unseen(runs: Iterable[Shown]) -> list[str]:
    """Return the faults that no failure showed."""
    return [run.fault for run in runs if run.fault != HONEST and not run.failures]


if __name__ == "__main__":
    main()
