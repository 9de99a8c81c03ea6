"""Second nights: a mock with a fault, in the state that a first night left an honest one in, judged with --reuse."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

from tests.suite.harness import judged, mock

from fleet_contract.contract_tests.running.runs import Report
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.seed import parse_seed

Entries = tuple[dict[str, Any], ...]


@cache
def first_night() -> tuple[str, Entries]:
    """Return the state of an honest mock after a standard run, and what the ledger says of it; once a process."""
    with TemporaryDirectory() as folder, mock() as url:
        ledger = Path(folder, "ledger.jsonl")
        judged(url, "standard", ledger=str(ledger))
        with urlopen(Request(f"{url}/_mock/state", headers={"Accept": "application/json"})) as answer:  # noqa: S310
            state = answer.read().decode()
        return state, tuple(map(json.loads, ledger.read_text().splitlines()))


def second_night(fault: str, depth: str) -> Report:
    """Judge a mock with a fault, if one is named, by the fleets of the first night."""
    state, entries = first_night()

    def continued(made: Parts) -> None:
        made.seed = parse_seed(state, "state.json")

    with TemporaryDirectory() as folder, mock(*([fault] if fault else []), edit=continued) as url:
        ledger = Path(folder, "ledger.jsonl")
        lines = (json.dumps({**each, "base_url": url}) for each in entries)
        ledger.write_text("".join(f"{line}\n" for line in lines))
        return judged(url, depth, reuse=True, ledger=str(ledger))
