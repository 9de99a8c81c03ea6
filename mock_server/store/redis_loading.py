"""Loading a state into Redis: whole or not at all, and for all mocks that share it once."""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from secrets import token_hex
from typing import Any, TypeVar

from fleet_contract.mock_server.store.interface import Habits
from fleet_contract.mock_server.store.records import ChargingKey, State
from fleet_contract.mock_server.store.redis_link import Argument, Link
from fleet_contract.mock_server.store.texts import text_of_fleet, text_of_key, text_of_location
from fleet_contract.mock_server.store.wrongs import OtherTerms

BATCH = 200  # records in one call

Item = TypeVar("Item")


class Loader:
    """Loads a state where Redis holds none, on terms that all who share it must agree on."""

    def __init__(self, link: Link, habits: Habits, terms: Mapping[str, Any], prefix: str) -> None:
        self._link = link
        self.prefix = prefix
        self._same = habits.same
        self._is_unique = int(habits.unique_names)
        self.terms = json.dumps(terms, sort_keys=True)
        self.identity = hashlib.sha256(self.terms.encode()).hexdigest()
        self._turn = asyncio.Lock()

    async def settle(self, state: State) -> None:
        """Load a state unless one is there; raises OtherTerms where that is not ours, and StoreUnavailable."""
        async with self._turn:
            held = await self._link.text(self.prefix + "identity")
            if held is None:
                await self.load(state, only_first=True)
                held = await self._link.text(self.prefix + "identity")
            if held != self.identity:
                raise OtherTerms(json.loads(await self._link.text(self.prefix + "terms") or "{}"))

    async def load(self, state: State, *, only_first: bool, expected: str = "", token: str = "") -> bytes:
        """Replace all that Redis holds by a state, or only where it holds nothing, and return the outcome.

        `expected` is the identity that it should have until then, and `token` that of whoever has suspended all others.
        Raises StoreUnavailable.
        """
        loaded = f"{self.prefix}loading:{token_hex(8)}:"
        for step, arguments in self._calls(state):
            await self._link.call(loaded, step, self.identity, *arguments)
        arguments = [loaded, int(only_first), expected or self.identity, token]
        reply = await self._link.call(self.prefix, "publish", self.identity, *arguments)
        return reply[0]

    def _calls(self, state: State) -> Iterator[tuple[str, list[Argument]]]:
        """Yield the steps that load a state, each with its arguments."""
        for fleets in batches(state.fleets):
            ids_and_texts = flat((self.fleet_key(each.id), text_of_fleet(each)) for each in fleets)
            yield "load_fleets", [self._is_unique, *ids_and_texts]
        for keys in batches(state.charging_keys):
            yield "load_keys", [self.text_of_key(each) for each in keys]
        for locations in batches(enumerate(state.locations)):
            yield "load_locations", flat((each.id, text_of_location(each, number)) for number, each in locations)
        yield "load_terms", [self.terms]

    def fleet_key(self, id: str) -> bytes:
        """Return what finds the fleet of an id in Redis."""
        return self._same(id).encode("utf-8", "surrogatepass")

    def text_of_key(self, key: ChargingKey) -> str:
        """Return a key as steps take it."""
        return text_of_key(key, None if key.fleet_id is None else self._same(key.fleet_id))


def prefix_of(world: str) -> str:
    """Return with what the names of all begin that a world holds; one node of a cluster keeps what is in braces."""
    return f"fleet-mock:{{{world}}}:"


def flat(pairs: Iterable[tuple[Argument, Argument]]) -> list[Argument]:
    """Return the members of pairs, one after the other."""
    return [member for pair in pairs for member in pair]


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield items, BATCH at a time."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
