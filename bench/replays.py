"""The command `python -m bench.replays`: how many scripts of a report tell a mutant from a clean mock, as a table."""

import logging
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from os import cpu_count
from typing import Any

import click
from tests.suite.harness import judged, mock

from bench.many import against_each
from bench.subjects import evenly
from bench.tables import share, table
from fleet_contract.contract_tests.replays.replay import Replay
from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.contract_tests.session.of_a_run import with_replays
from proof.mutants import MUTANTS, find, of_requirement, races
from proof.mutants.table import mutants

KEYS = {"FLEET_API_KEY": "demo-key", "FLEET_OTHER_API_KEY": "other-key"}
LIMIT = 120.0  # seconds for one script
_UNSHORTENED = "unshortened"
_RANDOM = "$(printf %04x%04x $RANDOM $RANDOM)"
_THE_SAME = "$(printf %08x $((0x5eed0000 + ${try:-0})))"  # so that two mocks are sent the same
_SUMMARY = re.compile(r"^(?:try \d+ of \d+ shows|no try of \d+ showed) it\n", re.MULTILINE)
# What curl says where a server ends a connection without a response, within one, or sends what is no HTTP.
_IS_NO_RESPONSE = re.compile(r"curl: \((?:1|8|18|52|56|61)\) ")
_VARYING = re.compile(r"^(?:date|server|x-request-id): .*\n", re.IGNORECASE | re.MULTILINE)


class Came(StrEnum):
    """What came of a script."""

    TOLD = "reproduced"
    ALIKE = "both answered alike"
    BROKEN = "the script failed"
    UNCAUGHT = "the run did not fail"


@dataclass(frozen=True)
class Tried:
    """A mutant, and what came of the script that its report printed for a requirement."""

    mutant: str
    requirement: str
    came: Came
    known: str = ""
    is_race: bool = False
    requests: int = 0
    said: str = ""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--sample", "size", type=click.IntRange(1), default=120, show_default=True, help="Try N mutants.")
@click.option("--workers", type=click.IntRange(1), default=min(2, cpu_count() or 1), show_default=True)
@click.option("--unshortened", is_flag=True, help="Let the suite send nothing again, as on a host other than loopback.")
@click.option("--mutant", "names", multiple=True, help="Try this mutant only, and show its script. Repeatable.")
def main(size: int, workers: int, *, unshortened: bool, names: Sequence[str]) -> None:
    """Run the script of each failure against its mutant and a clean mock, and print a table in Markdown."""
    chosen = [find(name).name for name in names] or sample(size)
    how = _UNSHORTENED if unshortened else "shortened"
    tried = list(chain.from_iterable(against_each(_try, how, chosen, workers)))
    click.echo(table_of([each for each in tried if not each.is_race], "scripts without a race"))
    click.echo(table_of([each for each in tried if each.is_race], "scripts of races"))
    for each in tried:
        if each.came is not Came.TOLD:
            click.echo(f"{each.came}: {each.mutant}, {each.requirement} ({each.known}, {each.requests} requests)")
        if names or each.came is Came.BROKEN:
            click.echo(each.said)


def sample(size: int) -> list[str]:
    """Return mutants at even distances of the list of all, in which those of one requirement stand together."""
    plain = [each for id in dict.fromkeys(next(iter(sorted(m.breaks))) for m in MUTANTS.values()) for each in _ends(id)]
    rest = [name for name in MUTANTS if name not in plain]
    return evenly(plain, size) if size < len(plain) else [*plain, *evenly(rest, size - len(plain))]


def _ends(requirement: str) -> list[str]:
    """Return the plainest and the subtlest mutant of a requirement."""
    mutants = of_requirement(requirement)
    return list(dict.fromkeys(each.name for each in (mutants[:1] + mutants[-1:])))


def _try(job: tuple[str, str]) -> list[Tried]:
    how, name = job
    if not name:
        return []
    logging.getLogger().addHandler(logging.NullHandler())
    sections = tuple(sorted({each.partition(".")[0] for each in find(name).breaks}))
    with mock(name) as url, mock(name) as fresh, mock() as clean:
        report = judged(url, "standard", only=sections)
        report = report if how == _UNSHORTENED else with_replays(report)
        target = replace(report.settings.target, base_url=fresh)
        report = replace(report, settings=replace(report.settings, target=target))
        failed = [each for each in report.results if each.failures and each.requirement.id in find(name).breaks]
        if not failed:
            is_race = any(each.name == name for each in mutants([races.TABLE]))
            return [Tried(name, ", ".join(sorted(find(name).breaks)), Came.UNCAUGHT, is_race=is_race)]
        return [_tried(name, each.requirement.id, report, fresh, clean) for each in failed]


def _tried(name: str, requirement: str, report: Report, url: str, clean: str) -> Tried:
    result = next(each for each in report.results if each.requirement.id == requirement)
    replay: Replay = report.replay(result)
    script = "\n".join(report.script(result)).replace(_RANDOM, _THE_SAME)
    there, here = _said(script), _said(script.replace(url, clean))
    is_race = any(each.is_at_once for each in replay.steps)
    differs = set(tries(there.stdout, url)) - set(tries(here.stdout, clean))
    came = Came.BROKEN if has_failed(there, here) else Came.TOLD if differs else Came.ALIKE
    said = f"{script}\n--- {name}\n{there.stdout}{there.stderr}\n--- clean\n{here.stdout}{here.stderr}"
    return Tried(name, requirement, came, replay.known.name.lower(), is_race, len(replay.exchanges), said)


def has_failed(there: "subprocess.CompletedProcess[str]", here: "subprocess.CompletedProcess[str]") -> bool:
    """Say whether a script came to no end, or complained; of a mutant, curl may say that its response is no HTTP."""
    if here.returncode or here.stderr.strip():
        return True
    complaints = there.stderr.strip().splitlines()
    is_curl_s = bool(complaints) and all(_IS_NO_RESPONSE.match(each) for each in complaints)
    return not is_curl_s and bool(there.returncode or complaints)


def _said(script: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **KEYS}
    try:
        how: dict[str, Any] = {"capture_output": True, "timeout": LIMIT, "text": True, "errors": "replace"}
        return subprocess.run(["bash"], input=script, env=environment, check=False, **how)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess("bash", 1, "", f"It took longer than {LIMIT:.0f} s.")


def tries(said: str, url: str) -> Iterator[str]:
    """Yield what each try of a script printed, without what differs between any two; calls at once in any order."""
    for each in re.split(r"--- try \d+\n", _SUMMARY.sub("", said)):
        if each:
            plain = re.sub("5eed[0-9a-f]{4}", "RUN", _VARYING.sub("", each.replace(url, "URL")), flags=re.IGNORECASE)
            yield "\n".join(sorted(plain.splitlines()))


def table_of(tried: Sequence[Tried], title: str) -> str:
    scripts = sum(each.came is not Came.UNCAUGHT for each in tried)
    counted = Counter((each.came, each.known) for each in tried)
    rows = [[came, known, *share(count, len(tried))] for (came, known), count in sorted(counted.items())]
    return f"\n{scripts} {title}\n\n" + table(["came of it", "known", "of all", ""], rows)


if __name__ == "__main__":
    main()
