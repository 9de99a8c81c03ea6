"""The store: fleets, invitation codes, charging keys and prices in memory, and no HTTP.

Every method is one atomic step: none awaits anything, so none sees another half done.
They are coroutines all the same, so that a store outside the process can take this one's place.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple


class Wrong(Exception):
    """What the store cannot do, and why; `str` is meant for the caller."""


class NoSuchFleet(Wrong):
    """No fleet of the caller has this id."""


class ForeignFleet(Wrong):
    """The fleet belongs to another tenant."""


class ForeignFleetWithoutCodes(ForeignFleet):
    """The fleet belongs to another tenant, and has no active invitation code."""


class FleetIdTaken(Wrong):
    """A fleet has this id already."""

    def __init__(self, fleet: "Fleet") -> None:
        super().__init__("A fleet with this fleetId exists already; fleet ids are unique among all fleets.")
        self.fleet = fleet


class FleetNameTaken(Wrong):
    """Another fleet of the tenant has this name, where names are unique."""


class NoActiveCodes(Wrong):
    """The fleet exists and has no active invitation code."""


class KeyTaken(Wrong):
    """A charging key of the tenant has this identifier already."""

    def __init__(self, key: "ChargingKey") -> None:
        super().__init__("A charging key with this keyIdentifier exists already.")
        self.key = key


class NoSuchLocation(Wrong):
    """No location has this id."""


@dataclass(frozen=True, slots=True)
class Code:
    """An invitation code; only an active one admits a driver."""

    code: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Fleet:
    """A fleet of a tenant. `name` is None where it was given none."""

    id: str
    name: str | None
    tenant: str
    codes: tuple[Code, ...] = ()
    found_from: float = 0.0


def active_codes(fleet: Fleet) -> list[str]:
    """Return the codes of a fleet that admit drivers."""
    return [code.code for code in fleet.codes if code.active]


@dataclass(frozen=True, slots=True)
class ChargingKey:
    """A charging key of a tenant, in a fleet or in none."""

    identifier: str
    visual_number: str
    contract_id: str
    tenant: str
    fleet_id: str | None = None
    enabled: bool = True
    valid_to: str = "2099-12-31T23:59:59.000Z"
    listed_from: float = 0.0


@dataclass(frozen=True, slots=True)
class Location:
    """A location as answers show it, and the prices that fleets have there instead."""

    id: str
    body: dict[str, Any]
    fleet_prices: dict[str, dict[str, Any]] = field(default_factory=dict)


class Page(NamedTuple):
    """Some charging keys, and the place after which the next page begins; None on the last."""

    keys: list[ChargingKey]
    next: int | None


@dataclass(frozen=True, slots=True)
class Habits:
    """What a dialect decides about a store.

    `same` gives the form under which ids are compared. A fleet is found, and a key
    is listed, `delay` seconds after it was made.
    """

    same: Callable[[str], str] = str
    delay: float = 0.0
    unique_names: bool = False
    clock: Callable[[], float] = time.monotonic


class Store:
    """All the state of a mock."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self.fleets: dict[str, Fleet] = {}
        self.charging_keys: list[ChargingKey] = []
        self.locations: dict[str, Location] = {}

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
            raise NoActiveCodes("The fleet has no active invitation code.")
        return active

    async def require_fleet(self, tenant: str, id: str) -> None:
        """Raise NoSuchFleet or ForeignFleet unless the tenant has this fleet and it can be found."""
        self.find(tenant, id)

    def at(self, id: str) -> Fleet | None:
        """Return the fleet of any tenant that has this id."""
        return self.fleets.get(self.habits.same(id))

    def keep(self, fleet: Fleet) -> Fleet:
        """Put a fleet where its id finds it."""
        self.fleets[self.habits.same(fleet.id)] = fleet
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
        for other in self.fleets.values():
            if other.tenant == fleet.tenant and other.name == fleet.name and other.id != fleet.id:
                raise FleetNameTaken("Another fleet has this name already.")

    # --- charging keys ---

    async def add_key(self, key: ChargingKey) -> ChargingKey:
        """Keep a new charging key; raises KeyTaken or NoSuchFleet and then changes nothing."""
        for other in self.charging_keys:
            if (other.tenant, other.identifier) == (key.tenant, key.identifier):
                raise KeyTaken(other)
        if key.fleet_id is not None:
            fleet = self.owned(key.tenant, key.fleet_id)
            if fleet is None:
                raise NoSuchFleet("No fleet has this fleetId, so no key can be put into it.")
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
        location = self.locations.get(id)
        if location is None:
            raise NoSuchLocation("No location has this id.")
        if fleet_id is None:
            return location.body
        fleet = self.owned(tenant, fleet_id)
        if fleet is None:
            raise NoSuchFleet("No fleet has this fleetId, so it has no prices.")
        return priced(location.body, location.fleet_prices.get(fleet.id))


def priced(body: dict[str, Any], price: dict[str, Any] | None) -> dict[str, Any]:
    """Return a location with this price at every connector; unchanged where there is none."""
    if price is None:
        return body
    evses = [
        {**evse, "connectors": [{**connector, "price": price} for connector in evse["connectors"]]}
        for evse in body["evses"]
    ]
    return {**body, "evses": evses}
