"""Figures: what was measured of each peer in each round, kept as JSON lines, and what follows from them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import geometric_mean, median

from bench.peers.python import BARE


@dataclass(frozen=True)
class Figures:
    """One peer in one round.

    `rates` are requests per CPU second of the process tree, by workload; `half` and `most` the milliseconds within
    which half and 99 in 100 creates were answered, by connections; `started` is in seconds, `idle` and `loaded` in
    megabytes of resident memory.
    """

    peer: str
    round: int
    rates: Mapping[str, float]
    half: Mapping[str, float]
    most: Mapping[str, float]
    started: float
    idle: float
    loaded: float

    @property
    def mean(self) -> float:
        """The geometric mean of the rates."""
        return geometric_mean(self.rates.values())


def append(file: Path, figures: Figures) -> None:
    """Write figures down at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(figures)) + "\n")


def read(file: Path) -> list[Figures]:
    """Return the figures in a file, none where there is no such file."""
    if not file.exists():
        return []
    return [Figures(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def of(peer: str, figures: Iterable[Figures]) -> list[Figures]:
    return [each for each in figures if each.peer == peer]


def ratio(figures: Sequence[Figures], peer: str, other: str = BARE) -> float:
    """Return what a peer does in a CPU second in parts of what another does, as the median of all rounds.

    Raises StatisticsError where no round has both.
    """
    means = {each.round: each.mean for each in of(other, figures)}
    return median(each.mean / means[each.round] for each in of(peer, figures) if each.round in means)
