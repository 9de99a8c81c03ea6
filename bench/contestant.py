"""What a contestant is: a tool in one form, how it is called on a server, and how its report is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "spec" / "openapi.yaml"
SEED = ROOT / "contract_tests" / "mock.toml"  # what the mock's seed holds, and its keys
SAID = "said.log"  # what a contestant prints is kept in its folder under this name
KEY_HEADER, KEY, KEY_OF_ANOTHER = "X-API-Key", "demo-key", "other-key"


class NotHere(Exception):
    """A tool cannot be run on this machine; the text says what is missing."""


class NoReport(Exception):
    """A tool ended without a report that could be read; the text says what was wrong."""


class Inconclusive(Exception):
    """A tool says of itself that it came to no verdict; the text says why."""


class Ground(NamedTuple):
    """Where a run takes place: the server, and an empty folder that is removed afterwards."""

    url: str
    folder: Path


class Reading(NamedTuple):
    """What a report says: how many tests ran, and the names of those that failed."""

    tests: int
    failed: frozenset[str]


class Share(StrEnum):
    """What a contestant is tried on unless more or less is asked for."""

    ALL = "all"
    SAMPLE = "sample"
    HONEST = "honest"  # the honest default mock alone: the form in which a tool comes, which fails there


@dataclass(frozen=True)
class Contestant:
    """A tool in one form.

    `command` writes what the tool needs into the folder and gives its arguments; `read` gives what its report says, or
    raises NoReport or Inconclusive. `honest_runs` is how often the honest default mock is judged: what failed in any of
    these runs counts for nothing elsewhere. Of a tool that draws lots, a run that notices something is made `repeats`
    times, and what does not fail in all of them counts for nothing either. `fails_by_test` says that what fails is one
    of the tests that were counted, so that the one can be set against the other.
    """

    name: str
    tool: str
    title: str
    share: Share
    limit: float
    version: Callable[[], str]
    command: Callable[[Ground], list[str]]
    read: Callable[[Ground, int], Reading]
    honest_runs: int = 1
    repeats: int = 1
    fails_by_test: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
