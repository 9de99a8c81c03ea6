"""The store in memory.

No step awaits anything, so that each is atomic.
"""

import copy
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any

from fleet_contract.mock_server.store import rules
from fleet_contract.mock_server.store.held import Held
from fleet_contract.mock_server.store.images import StateImage
from fleet_contract.mock_server.store.interface import Habits, Store
from fleet_contract.mock_server.store.records import ChargingKey, Code, Fleet, Location, Page, State, priced
from fleet_contract.mock_server.store.tables import FleetTable, KeyTable, Names
from fleet_contract.mock_server.store.tally import Chance, Met, Tally
from fleet_contract.mock_server.store.wrongs import FleetIdTaken, FleetNameTaken, KeyTaken, NoSuchFleet, NoSuchLocation


class MemoryStore(Store):
    """All the state of a mock in this process, which ends with it."""

    def __init__(self, habits: Habits, state: State) -> None:
        self._habits = habits
        self._replaced = 0
        self._beside: dict[str, State] = {}
        self._tally = Tally()
        self._codes = Held()
        self._hold(state)

    def _hold(self, state: State) -> None:
        habits = self._habits
        self._fleets = FleetTable(habits.same, Names() if habits.unique_names else None, self._codes)
        self._fleets.load(state.fleets)
        self._keys = KeyTable(habits.same)
        self._keys.load(state.charging_keys)
        self._locations = {location.id: copy.deepcopy(location) for location in state.locations}

    # --- what the operations do ---

    async def add_fleet(self, fleet: Fleet) -> Fleet:
        taken = self._fleets.at(fleet.id)
        if taken is not None:
            raise FleetIdTaken(taken)
        if self._habits.delay:
            fleet = replace(fleet, found_from=self._later())
        return self._kept(fleet, None)

    async def rename(self, tenant: str, id: str, name: str) -> Fleet:
        known = self._found(tenant, id)
        return self._kept(Fleet(known.id, name, known.tenant, known.codes, known.found_from), known)

    async def codes(self, tenant: str, id: str) -> list[str]:
        return rules.codes(self._fleets.at(id), tenant, self._habits.clock())

    async def require_fleet(self, tenant: str, id: str) -> None:
        self._found(tenant, id)

    async def has_fleet(self, tenant: str, id: str) -> bool:
        fleet = self._fleets.at(id)
        return fleet is not None and fleet.tenant == tenant

    async def add_key(self, key: ChargingKey) -> ChargingKey:
        taken = self._keys.at(key.tenant, key.identifier)
        if taken is not None:
            raise KeyTaken(taken)
        if key.fleet_id is not None:
            spelled = rules.owned(self._fleets.at(key.fleet_id), key.tenant, rules.TAKES_NO_KEY).id
            key = key if key.fleet_id == spelled else replace(key, fleet_id=spelled)
        if self._habits.delay:
            key = replace(key, listed_from=self._later())
        self._keys.put(key)
        return key

    async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
        now = self._habits.clock()
        listed = ((place, key) for place, key in self._keys.since(start, tenant, fleet_id) if key.listed_from <= now)
        shown = [key for _, key in islice(listed, size)]
        return Page(shown, next((place for place, _ in listed), None))

    async def location(self, tenant: str, id: str, fleet_id: str | None) -> dict[str, Any]:
        location = self._locations.get(id)
        if location is None:
            raise NoSuchLocation
        if fleet_id is None:
            return location.body
        fleet = rules.owned(self._fleets.at(fleet_id), tenant, rules.HAS_NO_PRICES)
        return priced(location.body, location.fleet_prices.get(fleet.id))

    def _found(self, tenant: str, id: str) -> Fleet:
        return rules.found(self._fleets.at(id), tenant, self._habits.clock())

    def _kept(self, fleet: Fleet, known: Fleet | None) -> Fleet:
        """Keep a fleet in place of the known one and return it; raises FleetNameTaken."""
        if self._fleets.is_name_taken(fleet, known):
            raise FleetNameTaken
        self._fleets.put(fleet, known)
        return fleet

    def _later(self) -> float:
        """Return from when on reads show what is made now."""
        return self._habits.clock() + self._habits.delay

    # --- the state as a whole ---

    async def fleet(self, id: str) -> Fleet | None:
        return self._fleets.at(id)

    async def count(self) -> int:
        return len(self._fleets)

    async def fleets(self, tenant: str | None = None) -> AsyncIterator[Fleet]:
        for fleet in self._fleets:
            if tenant in (None, fleet.tenant):
                yield fleet

    async def codes_held(self) -> Sequence[str]:
        return tuple(self._codes)

    async def keys(self, tenant: str | None = None, fleet_id: str | None = None) -> AsyncIterator[ChargingKey]:
        found = self._keys if tenant is None else (key for _, key in self._keys.since(0, tenant, fleet_id))
        for key in found:
            yield key

    async def locations(self) -> AsyncIterator[Location]:
        for location in list(self._locations.values()):
            yield copy.deepcopy(location)

    async def put_fleet(self, fleet: Fleet) -> None:
        self._fleets.put(fleet, self._fleets.at(fleet.id))

    async def put_key(self, key: ChargingKey) -> None:
        self._keys.put(key)

    async def put_code(self, id: str, code: Code) -> Fleet:
        known = self._fleets.at(id)
        if known is None:
            raise NoSuchFleet
        codes = {**{each.code: each for each in known.codes}, code.code: code}
        fleet = replace(known, codes=tuple(codes.values()))
        self._fleets.put(fleet, known)
        return fleet

    async def put_location(self, location: Location) -> None:
        self._locations[location.id] = copy.deepcopy(location)
        self._replaced += 1

    async def replace(self, state: State) -> None:
        self._hold(state)
        self._replaced += 1

    async def begin(self, state: State, habits: Habits, terms: Mapping[str, Any]) -> None:
        del terms  # Nobody shares it.
        self._habits = habits
        await self.replace(state)

    # --- what is kept beside the state ---

    async def keep(self, name: str, state: State) -> None:
        self._beside[name] = state

    async def kept(self, name: str) -> State | None:
        return self._beside.get(name)

    async def forget(self, name: str) -> bool:
        return self._beside.pop(name, None) is not None

    async def names(self) -> list[str]:
        return list(self._beside)

    async def meet(self, tally: str, draws: str, chances: Sequence[Chance]) -> list[Met]:
        return self._tally.meet(tally, draws, chances, self._habits.clock())

    async def uses(self, tally: str) -> Mapping[int, int]:
        return self._tally.uses(tally)

    # --- for who saves it ---

    @property
    def version(self) -> tuple[int, ...]:
        """Numbers that are other ones after every change."""
        return self._replaced, self._fleets.changes, self._keys.changes

    @contextmanager
    def imaged(self) -> Iterator[StateImage]:
        """Give all that is held at this moment, as long as the block lasts."""
        with self._fleets.image() as fleets, self._keys.image() as keys:
            yield StateImage(fleets, keys, list(self._locations.values()))
