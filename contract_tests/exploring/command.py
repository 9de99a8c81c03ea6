"""The command `explore`: random programs sent to a server, and what became of them printed."""

import secrets
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from fleet_contract.contract_tests.exploring.exploration import SEED_BITS, Asked
from fleet_contract.contract_tests.exploring.exploration import explore as explore_server
from fleet_contract.contract_tests.exploring.printing import Progress, print_beginning, print_exploration
from fleet_contract.contract_tests.process.signals import held
from fleet_contract.contract_tests.reports.console import open_console
from fleet_contract.contract_tests.running.settings import read_exploration
from fleet_contract.contract_tests.session.session import printed
from fleet_contract.contract_tests.target.depths import Depth
from fleet_contract.contract_tests.target.options import OPTIONS_OF
from fleet_contract.spec.files import expanded


def explore(
    base_url: str | None,
    minutes: float | None,
    max_cases: int | None,
    seed: int | None,
    save: Path,
    given: Mapping[str, Any],
) -> int:
    """Explore a server, and return the exit code; raises what `exploration.explore` does."""
    console = open_console()
    progress = Progress(console)
    settings = read_exploration(base_url, given)
    number = secrets.randbits(SEED_BITS) if seed is None else seed
    asked = Asked(settings, number, minutes, max_cases, expanded(save))
    print_beginning(asked, console)
    with held():
        with progress.shown:
            explored = explore_server(asked, progress.tell)
        replay = _replaying(settings.target.base_url, given)
        return printed(explored.outcome, partial(print_exploration, explored, replay, console), explored.unsaved)


def _replaying(base_url: str, given: Mapping[str, Any]) -> list[str]:
    """Return the command that judges the same target once more, with the checks that read its dialect."""
    words = ["fleet-contract", "run", base_url, "--depth", Depth.QUICK.word]
    for option in OPTIONS_OF["explore"]:
        value = given[option.name]
        if value and option.name not in ("only", "skip") and not option.entry.startswith("limits."):
            for each in value if option.many else (value,):
                words += [f"--{option.name}", *([] if option.flag else [str(each)])]
    return words
