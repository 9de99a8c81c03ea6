"""What a peer is: a server of the same API, or of one like it, that the mock is measured beside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "spec" / "openapi.yaml"
FLEETS = Path(__file__).with_name("fleets.lua")


class Share(StrEnum):
    """Why something is measured."""

    OURS = "ours"
    REFERENCE = "reference"  # what could be had at most, or would be had without effort
    PEER = "peer"
    SERVER = "server"  # another server of HTTP under the same application


class Place(NamedTuple):
    """Where a peer is served: a free port of the loopback, and an empty folder that is removed afterwards."""

    port: int
    folder: Path


def nothing_to_do(url: str) -> None:
    """Prepare nothing."""
    del url


@dataclass(frozen=True)
class Peer:
    """A server, and what it does for a request.

    `keeps` and `checks` say what it remembers and what it validates, `lacks` what it does not do of what the mock does.
    `command` installs what it needs, writes what it reads, and gives its arguments; it raises NotHere. `answers` are
    the statuses in which it differs from the mock. It is ready once it answers `first` with 200, and is loaded until it
    has used `warm_up` CPU seconds before it is measured.
    """

    name: str
    title: str
    share: Share
    keeps: str
    checks: str
    lacks: str
    command: Callable[[Place], Sequence[str]]
    answers: Mapping[str, int] = field(default_factory=dict)
    environment: Callable[[], Mapping[str, str]] = dict
    script: Path = FLEETS
    first: str = "/emp/v1/fleets/acme-corp-001/invitation"
    prepare: Callable[[str], None] = nothing_to_do
    warm_up: float = 0.5
