"""The command `python -m bench.depths`: how many faults each depth catches and at what price, as a table."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import cpu_count
from statistics import median

import click
from tests.suite.harness import ended_early, failed, judged, mock

from bench.many import HONEST, against_each
from bench.nights import second_night
from bench.subjects import sample, sections
from bench.tables import share, table
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.target.depths import PRICES, Depth
from fleet_contract.contract_tests.target.earlier import MOST_NEW
from proof.mutants import MUTANTS

DEPTHS = {depth.word: depth for depth in Depth}
HEAD = [
    "depth",
    "faults caught",
    "",
    "exactly",
    "",
    "requests: median",
    "most",
    "fleets: most",
    "keys: most",
    "allowed",
]


@dataclass(frozen=True)
class Run:
    """What a run at one depth came to against a mock with one fault, or with none."""

    fault: str
    failed: frozenset[str]
    early: bool
    requests: int
    fleets: int
    keys: int

    @property
    def caught(self) -> bool:
        """Whether a requirement failed that the fault breaks."""
        return bool(self.failed & MUTANTS[self.fault].breaks)

    @property
    def exact(self) -> bool:
        """Whether all that the fault breaks failed, and nothing else did."""
        return self.failed == MUTANTS[self.fault].breaks


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--depth", "words", type=click.Choice([*DEPTHS]), multiple=True, help="A depth to try; may be repeated.")
@click.option("--reuse", is_flag=True, help="Try second nights, which use the fleets of a first one.")
@click.option("--sample", "size", type=click.IntRange(1), metavar="N", help="Try N faults of all sections, not all.")
@click.option("--workers", type=click.IntRange(1), default=cpu_count() or 1, show_default=True, help="Runs at once.")
def main(words: Sequence[str], reuse: bool, size: int | None, workers: int) -> None:
    """Try the suite on all faults at some depths, all of them by default, and print a table in Markdown."""
    names = sample(size, sections()) if size else [*MUTANTS]
    results = {
        depth: [*against_each(_run_again if reuse else _run, word, names, workers)]
        for word, depth in DEPTHS.items()
        if word in (words or DEPTHS)
    }
    click.echo(table(HEAD, [row(depth, runs, reuse=reuse) for depth, runs in results.items()]))
    for depth, runs in results.items():
        click.echo(f"\n{depth.word}: {remarks(runs)}")


def _run(job: tuple[str, str]) -> Run:
    word, name = job
    logging.getLogger().addHandler(logging.NullHandler())  # what the mock says of odd requests is no news here
    with mock(*([name] if name else [])) as url:
        report = judged(url, word)
    return _as_run(name, report)


def _run_again(job: tuple[str, str]) -> Run:
    word, name = job
    logging.getLogger().addHandler(logging.NullHandler())
    return _as_run(name, second_night(name, word))


def _as_run(name: str, report: Report) -> Run:
    spent = report.footprint
    costs = spent.requests, len(spent.fleets_created), len(spent.keys_created)
    return Run(name, frozenset(failed(report)), bool(ended_early(report)), *costs)


def row(depth: Depth, runs: Sequence[Run], *, reuse: bool = False) -> list[str]:
    """Return the line of a depth in the table."""
    faulty = [run for run in runs if run.fault]
    price = PRICES[depth]
    fleets = min(price.fleets, MOST_NEW) if reuse else price.fleets
    return [
        f"{depth.word}{' --reuse' if reuse else ''}",
        *share(sum(run.caught for run in faulty), len(faulty)),
        *share(sum(run.exact for run in faulty), len(faulty)),
        f"{median(run.requests for run in runs):.0f}",
        *(str(max(costs)) for costs in zip(*((run.requests, run.fleets, run.keys) for run in runs), strict=True)),
        f"{price.requests} requests, {fleets} fleets, {price.keys} keys",
    ]


def remarks(runs: Iterable[Run]) -> str:
    """Return which runs did not do what they should."""
    by_fault: Mapping[str, Run] = {run.fault: run for run in runs}
    honest = by_fault.get(HONEST)
    faulty = [run for run in by_fault.values() if run.fault]
    groups = {
        "failed on the honest mock": sorted(honest.failed) if honest else [],
        "not caught": _faults(faulty, lambda run: not run.caught and not _is_left_to_deep(run)),
        "not caught, and left to deep": _faults(faulty, lambda run: not run.caught and _is_left_to_deep(run)),
        "caught, but not exactly": _faults(faulty, lambda run: run.caught and not run.exact),
        "ended early": _faults(by_fault.values(), lambda run: run.early),
    }
    return "; ".join(f"{title}: {', '.join(names) or 'none'}" for title, names in groups.items())


def _is_left_to_deep(run: Run) -> bool:
    return MUTANTS[run.fault].depth is Depth.DEEP


def _faults(runs: Iterable[Run], applies: Callable[[Run], bool]) -> list[str]:
    return [run.fault or "the honest mock" for run in runs if applies(run)]


if __name__ == "__main__":
    main()
