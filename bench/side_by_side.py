"""The command `python -m bench.side_by_side`: tries all tools on the same mocks, and prints tables for the docs.

Run it in the checkout. Every run is written down as it ends, and a run that is written down is not made again.
"""

import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import click

from bench import records
from bench.contestant import Contestant, NotHere, Share
from bench.contestants import CONTESTANTS, TOOLS
from bench.running import judged
from bench.subjects import Subject, dialects, evenly, faults, find_dialect, honest, sample, sections
from bench.tables import page
from fleet_contract.spec.files import Contradiction, suggestion

RESULTS = Path("reports/side-by-side.jsonl")
SAMPLE, FEW = 60, 12
OWN, ALL, NONE, OF_SAMPLE = "own", "all", "none", "sample:"


class Run(NamedTuple):
    """One thing to do."""

    contestant: Contestant
    subject: Subject

    @property
    def key(self) -> records.Key:
        return (self.contestant.name, self.subject.kind, self.subject.name)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--tools", default=",".join(TOOLS), show_default=True, help="Tools, or single forms of them.")
@click.option(
    "--faults",
    "which_faults",
    default=OWN,
    show_default=True,
    metavar="own|all|none|sample:N|NAME,…",
    help=f"Faults to try: own is all for schemathesis and our gate, else sample:{SAMPLE}.",
)
@click.option(
    "--dialects",
    "which_dialects",
    default=OWN,
    show_default=True,
    metavar="own|all|none|N|NAME,…",
    help=f"Honest dialects to try, N at even distances: own is all for schemathesis and our gate, else {FEW}.",
)
@click.option(
    "--json",
    "file",
    type=Path,
    default=RESULTS,
    show_default=True,
    help="Raw results, as JSON lines; what stands there is not run again.",
)
@click.option("--again", is_flag=True, help="Make runs again that came to no verdict.")
@click.option("--list", "only_list", is_flag=True, help="Say what would be run, and stop.")
@click.option("--print", "only_print", is_flag=True, help="Run nothing; print the tables of what was run.")
def main(  # noqa: PLR0913  (one argument for each option)
    *, tools: str, which_faults: str, which_dialects: str, file: Path, again: bool, only_list: bool, only_print: bool
) -> None:
    """Try our suite and other tools on the same faults and dialects, and print how they did, in Markdown."""
    logging.getLogger().addHandler(logging.NullHandler())  # what the mock says of odd requests is no news here
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        if not only_print:
            done = records.read(file)
            kept = {each.key for each in done if each.ending is records.Ending.FINISHED or not again}
            wanted = plan(chosen(tools), which_faults, which_dialects)
            carry_out([run for run in wanted if run.key not in kept], file, only_list=only_list)
        if not only_list:
            made = records.read(file)
            known = records.of_known_subjects(made)
            click.echo(page(known, CONTESTANTS, gone=len(made) - len(known)))
    except Contradiction as wrong:
        raise click.UsageError(str(wrong)) from None


def stop(number: int, _frame: FrameType | None) -> None:
    """End as on Ctrl+C, so that no tool is left running."""
    raise SystemExit(128 + number)


def chosen(tools: str) -> list[Contestant]:
    """Return the contestants that are meant by tools or by their own names; raises Contradiction."""
    names = _split(tools)
    for name in names:
        if name not in (*TOOLS, *CONTESTANTS):
            raise Contradiction(f"No tool is called {name!r}.{suggestion(name, [*TOOLS, *CONTESTANTS])}")
    return [each for each in CONTESTANTS.values() if each.tool in names or each.name in names]


def plan(contestants: Sequence[Contestant], which_faults: str, which_dialects: str) -> Iterator[Run]:
    """Yield all runs, the honest default mock first, without which the others say nothing; raises Contradiction."""
    for each in contestants:
        yield from (Run(each, subject) for subject in honest(each.honest_runs))
    for each in contestants:
        if each.share is not Share.HONEST:
            yield from (Run(each, subject) for subject in _faults(which_faults, each.share))
            yield from (Run(each, subject) for subject in _dialects(which_dialects, each.share))


def _faults(which: str, own: Share) -> list[Subject]:
    known = sections()
    everything = [name for names in known.values() for name in names]
    if which == OWN:
        return _faults(ALL if own is Share.ALL else f"{OF_SAMPLE}{SAMPLE}", own)
    if which in (ALL, NONE):
        return faults(everything if which == ALL else [])
    if which.startswith(OF_SAMPLE):
        return faults(sample(_number(which.removeprefix(OF_SAMPLE)), known))
    return faults(_split(which))


def _dialects(which: str, own: Share) -> list[Subject]:
    if which == OWN:
        return _dialects(ALL if own is Share.ALL else str(FEW), own)
    if which == ALL:
        return list(dialects())
    if which in (NONE, "0"):
        return []
    if which.isdecimal():
        return evenly(dialects(), int(which))
    return [find_dialect(name) for name in _split(which)]


def _number(text: str) -> int:
    if not text.isdecimal():
        raise Contradiction(f"{OF_SAMPLE}{text} is no sample. Write {OF_SAMPLE}{SAMPLE}.")
    return int(text)


def _split(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def carry_out(runs: Sequence[Run], file: Path, *, only_list: bool) -> None:
    """Make these runs, and write each down; a tool that is not here is left out."""
    missing: dict[str, str] = {}
    for number, run in enumerate(runs, 1):
        where = f"[{number}/{len(runs)}] {run.contestant.name}: {run.subject.kind} {run.subject.name}"
        if only_list or run.contestant.tool in missing:
            _say(where if only_list else f"{where}: left out")
            continue
        try:
            known = records.baseline(run.contestant.name, records.read(file))
            record = judged(run.contestant, run.subject, known)
        except NotHere as wrong:
            missing[run.contestant.tool] = str(wrong)
            _say(f"{where}: {wrong} All runs of {run.contestant.tool} are left out.")
            continue
        records.append(file, record)
        _say(f"{where}: {record.ending}, {len(record.failed)} of {record.tests} failed, {record.seconds:.1f} s")


def _say(text: str) -> None:
    click.echo(text, err=True)
    sys.stderr.flush()


if __name__ == "__main__":
    main()
