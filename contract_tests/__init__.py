"""The suite: checks drive any server by its URL, judges judge what it answered.

Knows the server only by its URL, and never the mock. `run` judges a server from a program.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack

__all__ = ["Judged", "Options", "run"]


class Options(TypedDict, total=False):
    """The options of `fleet-contract run` that say how a server is judged; docs/target-file.md has what each means."""

    api_key: str
    other_api_key: str
    allow_writes: bool
    allow_writes_in_production: bool
    reuse: bool
    cases: Sequence[str | Path]
    depth: Literal["smoke", "quick", "standard", "deep"]
    only: Sequence[str]
    skip: Sequence[str]
    fail_on: Literal["stated"]
    require_all: bool
    expect: str | Path
    catalogue: str
    waivers: str | Path
    strict_waivers: bool
    requests_per_second: float
    max_requests: int
    max_fleets: int
    max_keys: int
    replay_requests: int
    max_seconds: float
    ca_file: str | Path
    client_cert: str | Path
    client_key: str | Path
    connect_to: Sequence[str]
    resolve: Sequence[str]
    unix_socket: str | Path
    ledger: str | Path


@dataclass(frozen=True)
class Judged:
    """What a run came to.

    `outcome` is conforms, breaks or inconclusive, and `exit_code` that of the command. `verdicts` has passed, failed,
    untested or errored for each requirement, by its id. `report` is the JSON report (spec/report.schema.json).
    """

    outcome: str
    exit_code: int
    verdicts: Mapping[str, str]
    report: Mapping[str, Any]


def run(target: str | Path, **options: Unpack[Options]) -> Judged:
    """Judge a server as `fleet-contract run` does, and return what that came to; prints nothing, and never exits.

    `target` is the part of its URL before /emp/v1, or a target file (FILE or FILE#NAME). `options` are those of the
    command, and go before what the environment and the file say. A secret is named by env:NAME or file:PATH. What a
    run writes down is the ledger alone.

    Raises Contradiction where the command exits 2, and Inconclusive where it exits 3 before its first check, with the
    command's message as the text; KeyboardInterrupt where the run was interrupted. One run at a time in a process.
    """
    from fleet_contract.contract_tests.session.for_programs import judged  # with it pytest and Hypothesis are loaded

    return judged(target, options)
