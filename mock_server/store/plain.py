"""The store in memory whose parts a fault can override.

No method awaits anything, so that each is atomic.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

from fleet_contract.mock_server.store.interface import Habits, Store
from fleet_contract.mock_server.store.records import ChargingKey, Fleet, Location, Page, active_codes, priced
from fleet_contract.mock_server.store.wrongs import (
    FleetIdTaken,
    FleetNameTaken,
    ForeignFleet,
    ForeignFleetWithoutCodes,
    KeyTaken,
    NoActiveCodes,
    NoSuchFleet,
    NoSuchLocation,
)


class PlainStore(Store):
    """All the state of a mock in this process, which ends with it."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self.fleets_by_id: dict[str, Fleet] = {}
        self.charging_keys: list[ChargingKey] = []
        self.locations_by_id: dict[str, Location] = {}

    # --- fleets ---

    async def add_fleet(self, fleet: Fleet) -> Fleet:
        """Keep a new fleet; raises FleetIdTaken or FleetNameTaken and then changes nothing."""
        taken = self.at(fleet.id)
        if taken is not None:
            raise FleetIdTaken(taken)
        self.require_free_name(fleet)
        return self.keep(replace(fleet, found_from=self.habits.clock() + self.habits.delay))

    async def rename(self, tenant: str, id: str, name: str) -> Fleet:
        """Give a fleet another name; raises NoSuchFleet, ForeignFleet or FleetNameTaken."""
        renamed = replace(self.find(tenant, id), name=name)
        self.require_free_name(renamed)
        return self.keep(renamed)

    async def codes(self, tenant: str, id: str) -> list[str]:
        """Return the active codes of a fleet; raises NoSuchFleet, NoActiveCodes or one of the two of a ForeignFleet."""
        try:
            fleet = self.find(tenant, id)
        except ForeignFleet as wrong:
            taken = self.at(id)
            raise wrong if taken and active_codes(taken) else ForeignFleetWithoutCodes(str(wrong)) from None
        active = active_codes(fleet)
        if not active:
            raise NoActiveCodes("The fleet has no active invitation codes.")
        return active

    async def require_fleet(self, tenant: str, id: str) -> None:
        """Raise NoSuchFleet or ForeignFleet unless the tenant has this fleet and it can be found."""
        self.find(tenant, id)

    def at(self, id: str) -> Fleet | None:
        """Return the fleet of any tenant that has this id."""
        return self.fleets_by_id.get(self.habits.same(id))

    def keep(self, fleet: Fleet) -> Fleet:
        """Put a fleet where its id finds it."""
        self.fleets_by_id[self.habits.same(fleet.id)] = fleet
        return fleet

    def find(self, tenant: str, id: str) -> Fleet:
        """Return the tenant's fleet of this id; raises NoSuchFleet or ForeignFleet."""
        fleet = self.at(id)
        if fleet is None or fleet.found_from > self.habits.clock():
            raise NoSuchFleet("No fleet has this fleetId.")
        if fleet.tenant != tenant:
            raise ForeignFleet("This fleet belongs to another organization.")
        return fleet

    def owned(self, tenant: str, id: str) -> Fleet | None:
        """Return the tenant's fleet of this id, even one that cannot be found yet."""
        fleet = self.at(id)
        return fleet if fleet is not None and fleet.tenant == tenant else None

    def require_free_name(self, fleet: Fleet) -> None:
        """Raise FleetNameTaken where names are unique and another fleet of the tenant has this one."""
        if not self.habits.unique_names or not fleet.name:
            return
        for other in self.fleets_by_id.values():
            if other.tenant == fleet.tenant and other.name == fleet.name and other.id != fleet.id:
                raise FleetNameTaken("Another fleet already has this name.")

    # --- charging keys ---

    async def add_key(self, key: ChargingKey) -> ChargingKey:
        """Keep a new charging key; raises KeyTaken or NoSuchFleet and then changes nothing."""
        for other in self.charging_keys:
            if (other.tenant, other.identifier) == (key.tenant, key.identifier):
                raise KeyTaken(other)
        if key.fleet_id is not None:
            fleet = self.owned(key.tenant, key.fleet_id)
            if fleet is None:
                raise NoSuchFleet("No fleet has this fleetId, so the key cannot be assigned to it.")
            key = replace(key, fleet_id=fleet.id)
        key = replace(key, listed_from=self.habits.clock() + self.habits.delay)
        self.charging_keys.append(key)
        return key

    async def has_fleet(self, tenant: str, id: str) -> bool:
        """Say whether the tenant has a fleet of this id."""
        return self.owned(tenant, id) is not None

    async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
        """Return the keys of a tenant, or of one of its fleets, from a place on, in the order they were made."""
        found: list[ChargingKey] = []
        for place, key in self.listed(tenant, fleet_id):
            if place < start:
                continue
            if len(found) == size:
                return Page(found, place)
            found.append(key)
        return Page(found, None)

    def listed(self, tenant: str, fleet_id: str | None) -> Iterator[tuple[int, ChargingKey]]:
        """Yield the keys that a tenant may see under a filter, each with its place."""
        now = self.habits.clock()
        for place, key in enumerate(self.charging_keys):
            if key.tenant == tenant and key.listed_from <= now and self.matches(key, fleet_id):
                yield place, key

    def matches(self, key: ChargingKey, fleet_id: str | None) -> bool:
        """Say whether a key belongs to the fleet that a filter names; every key where it names none."""
        if fleet_id is None:
            return True
        return key.fleet_id is not None and self.habits.same(key.fleet_id) == self.habits.same(fleet_id)

    # --- prices ---

    async def location(self, tenant: str, id: str, fleet_id: str | None) -> dict[str, Any]:
        """Return a location with a fleet's prices, or the default ones; raises NoSuchLocation or NoSuchFleet."""
        location = self.locations_by_id.get(id)
        if location is None:
            raise NoSuchLocation("No location has this id.")
        if fleet_id is None:
            return location.body
        fleet = self.owned(tenant, fleet_id)
        if fleet is None:
            raise NoSuchFleet("No fleet has this fleetId, so it has no prices.")
        return priced(location.body, location.fleet_prices.get(fleet.id))

    # --- the state as a whole ---

    async def fleet(self, id: str) -> Fleet | None:
        return self.at(id)

    async def fleets(self, tenant: str | None = None) -> AsyncIterator[Fleet]:
        for fleet in list(self.fleets_by_id.values()):
            if tenant in (None, fleet.tenant):
                yield fleet

    async def keys(self, tenant: str | None = None) -> AsyncIterator[ChargingKey]:
        for key in list(self.charging_keys):
            if tenant in (None, key.tenant):
                yield key

    async def locations(self) -> AsyncIterator[Location]:
        for location in list(self.locations_by_id.values()):
            yield location

    async def put_fleet(self, fleet: Fleet) -> None:
        self.keep(fleet)

    async def put_key(self, key: ChargingKey) -> None:
        for place, other in enumerate(self.charging_keys):
            if (other.tenant, other.identifier) == (key.tenant, key.identifier):
                self.charging_keys[place] = key
                return
        self.charging_keys.append(key)
