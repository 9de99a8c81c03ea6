"""The depths of a run: how many cases, at what price."""

from dataclasses import dataclass
from enum import IntEnum


class Depth(IntEnum):
    """How deep a run goes; each depth does all that the one before does."""

    SMOKE = 0
    QUICK = 1
    STANDARD = 2
    DEEP = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Price:
    """The most requests, fleets and charging keys of a run."""

    requests: int
    fleets: int
    keys: int


# What the requests of a depth cannot show though nothing fails: with one fleet, none is lost among others.
# A test holds that nothing else passes while its plain fault is there.
UNSHOWN = {
    Depth.SMOKE: frozenset(
        {
            "fleets.id-finds-the-fleet",
            "rename.name-holds-100-characters",
        }
    )
}
PRICES = {
    Depth.SMOKE: Price(requests=40, fleets=1, keys=0),
    Depth.QUICK: Price(requests=250, fleets=20, keys=6),
    Depth.STANDARD: Price(requests=800, fleets=60, keys=20),
    Depth.DEEP: Price(requests=4000, fleets=300, keys=150),
}
