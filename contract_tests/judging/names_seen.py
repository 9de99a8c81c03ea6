"""What a history holds of names: which fleets were to have which, and what the server took in them."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from fleet_contract.contract_tests.exchange import REFUSED, Exchange
from fleet_contract.contract_tests.judging.identity import loosest
from fleet_contract.contract_tests.judging.texts import LIMIT, is_scalar, spelled


class Naming(NamedTuple):
    """An exchange that was to give the fleet of an id a name."""

    exchange: Exchange
    id: str
    name: str


class Names:
    """The names that fleets were to have, and what the server took in names."""

    def __init__(self) -> None:
        self.characters: set[str] = set()  # of all names that were taken
        self._taken: dict[str, set[str]] = defaultdict(set)  # the characters of those that an operation took
        self._refused: dict[str, set[str]] = defaultdict(set)  # and of those that it refused, though they were short
        self.shortest = LIMIT  # code points of the shortest name that was taken
        self._given: dict[str, dict[str, list[Naming]]] = defaultdict(lambda: defaultdict(list))

    def add(self, exchange: Exchange, operation: str, name: object, id: object) -> None:
        if isinstance(id, str) and (isinstance(name, str) or is_scalar(name)):
            text = spelled(name)
            self._given[loosest(text)][id].append(Naming(exchange, id, text))
        if isinstance(name, str) and name and exchange.succeeded:
            self.characters.update(name)
            self._taken[operation].update(name)
            self.shortest = min(self.shortest, len(name))
        elif isinstance(name, str) and exchange.status in REFUSED and len(name.encode("utf-8", "replace")) < LIMIT:
            self._refused[operation].update(name)

    def learn(self, names: "Names") -> None:
        """Take over what the server took and refused in other names."""
        self.characters |= names.characters
        self.shortest = min(self.shortest, names.shortest)
        for own, other in ((self._taken, names._taken), (self._refused, names._refused)):
            for operation, characters in other.items():
                own[operation] |= characters

    def refused_by(self, operation: str) -> frozenset[str]:
        """Return the characters that an operation took in no name, and that were in a short one that it refused."""
        return frozenset(self._refused[operation] - self._taken[operation])

    def like(self, name: str, besides: str) -> Iterator[Naming]:
        """Yield who was to have a name that some server takes for this one, but for the fleet of an id."""
        others = (each for id, each in self._given.get(loosest(name), {}).items() if id != besides)
        return chain.from_iterable(others)
