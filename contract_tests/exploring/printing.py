"""The report of an exploration, for a person at a terminal."""

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from fleet_contract.contract_tests.exploring.exploration import Asked, Explored
from fleet_contract.contract_tests.exploring.hunting import Hunt
from fleet_contract.contract_tests.exploring.records import Sighting
from fleet_contract.contract_tests.hidden import masker_of
from fleet_contract.contract_tests.process.quantities import counted
from fleet_contract.contract_tests.replays.replay import untried
from fleet_contract.contract_tests.replays.script import script
from fleet_contract.contract_tests.reports.summary import waiver_line, why_let_pass
from fleet_contract.contract_tests.reports.text import COLOURS, Told, print_failure
from fleet_contract.contract_tests.running.verdicts import Outcome, Result, Verdict
from fleet_contract.contract_tests.target.gate import Pardon
from fleet_contract.contract_tests.target.target import Target
from fleet_contract.contract_tests.target.waivers import State
from fleet_contract.spec.catalogue import catalogue

_COUNTS = "requirements broken"  # by failures that count


def print_beginning(asked: Asked, console: Console) -> None:
    """Print the seed first of all, and what the exploration may cost."""
    target, limits = asked.settings.target, asked.settings.target.limits
    spans = [
        *([f"{asked.minutes:g} minutes"] if asked.minutes is not None else []),
        *([counted(asked.programs, "sequence")] if asked.programs is not None else []),
    ]
    costs = {"fleets": limits.max_fleets, "keys": limits.max_keys, "requests": limits.max_requests}
    most = ", ".join(f"{cost} {name}" for name, cost in costs.items() if cost is not None)
    console.print(f"seed {asked.seed}")
    console.print(
        f"Exploring {escape(target.base_url)} for at most {' and '.join(spans)}{f', {most}' if most else ''}. "
        + (
            "Fleets and keys cannot be deleted."
            if target.may_write
            else "Only reads, since writes are not allowed there."
        ),
        soft_wrap=True,
    )


class Progress:
    """One line about what goes on, on a terminal only."""

    def __init__(self, console: Console) -> None:
        self._status = Status("reading the dialect (quick checks)", console=console)
        self.shown: AbstractContextManager[object] = self._status if console.is_terminal else nullcontext()

    def tell(self, hunt: Hunt) -> None:
        self._status.update(f"{hunt.programs} sequences, {hunt.requests} requests, {len(hunt.records)} broken")


def print_exploration(explored: Explored, replay: Sequence[str], console: Console) -> None:
    """Print each failure in full, the footprint and the outcome; `replay` is the command that replays a case."""
    if explored.gate:
        console.print(
            f"\nThe quick checks, which read the dialect, found these requirements broken: {', '.join(explored.gate)}. "
            f"`fleet-contract run` tells you more.",
            soft_wrap=True,
        )
    for sighting, file in zip(explored.sightings, explored.files, strict=True):
        _print_sighting(sighting, file, explored.asked.settings.target, replay, console)
    footprint = explored.footprint
    console.print(
        f"\n[bold]footprint[/] {counted(footprint.requests, 'request')} in {footprint.seconds:.1f} s; "
        f"left behind permanently: {counted(len(footprint.fleets_created), 'fleet')} and "
        f"{counted(len(footprint.keys_created), 'charging key')}",
        soft_wrap=True,
    )
    if explored.ended:
        console.print(f"Ended early: {escape(explored.ended)}", style="yellow", soft_wrap=True)
    for line in _let_pass(explored):
        console.print(escape(line), soft_wrap=True)
    _print_outcome(explored, console)


def _let_pass(explored: Explored) -> Iterator[str]:
    """Yield what was seen broken and does not count, with the reason."""
    gate = explored.asked.settings.gate
    for id, pardon in explored.broken.items():
        waiver = gate.waiver(id)
        if waiver and pardon is Pardon.WAIVED:
            yield waiver_line(waiver, State.IN_FORCE)
        elif pardon:
            yield f"{id}: {why_let_pass(gate)[pardon]}"


def _print_sighting(
    sighting: Sighting, file: Path | None, target: Target, replay: Sequence[str], console: Console
) -> None:
    history = sighting.history
    masker = masker_of(target.fixtures, history.exchanges)
    found = sighting.finding
    result = Result(catalogue().requirement(found.requirement), Verdict.FAILED, (found,), 1)
    shown = untried(found, history, target.rate)
    lines = [masker.text(line) for line in script(shown, target, history.facts.mark)]
    print_failure(result, Told(shown, lines, history, masker), console)
    if file:
        console.print(f"  saved    {escape(str(file))}", soft_wrap=True)
        console.print(f"           {escape(shlex.join([*replay, '--cases', str(file)]))}", soft_wrap=True)
    console.print(f"  {escape(_told(sighting))}", soft_wrap=True)


def _told(sighting: Sighting) -> str:
    """Say whether the failure recurred, in words."""
    if sighting.again:
        return "reproduced with new ids"
    if sighting.again is None:
        return f"seen once; not tried again, because {sighting.why}"
    return "seen once; the same sequence did not reproduce it"


def _print_outcome(explored: Explored, console: Console) -> None:
    outcome = explored.outcome
    counts = Counter(pardon or _COUNTS for pardon in explored.broken.values())
    said = ", ".join(f"{counts[each]} {each}" for each in (_COUNTS, *Pardon) if counts[each]) or "nothing failed"
    but = f", but {explored.why}" if outcome is Outcome.INCONCLUSIVE else ""
    word = "NOTHING FOUND" if outcome is Outcome.CONFORMS and not counts else outcome.upper()
    console.print(
        f"\n[bold {COLOURS[outcome]}]{word}[/]: {escape(said + but)} in {counted(explored.programs, 'sequence')}, "
        f"seed {explored.asked.seed}.",
        soft_wrap=True,
    )
