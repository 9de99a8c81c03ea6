"""Tables: fleets and keys in memory, found at a cost that does not grow by whatever an operation asks for.

What they hold are texts, numbers and buffers: no garbage collector looks into these, however many there are.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

from fleet_contract.mock_server.store import places
from fleet_contract.mock_server.store.held import Held
from fleet_contract.mock_server.store.images import Image, Imaged
from fleet_contract.mock_server.store.records import ChargingKey, Fleet
from fleet_contract.mock_server.store.rows import (
    fleet_of_row,
    key_of_row,
    known_fleet,
    row_of_fleet,
    row_of_key,
    rows_of,
)


class FleetTable(Imaged[str]):
    """Fleets by id, in the order they were made; `same` gives the form under which ids are compared.

    The codes of each fleet that is kept are added to `codes`.
    """

    def __init__(self, same: Callable[[str], str], names: "Names | None" = None, codes: Held | None = None) -> None:
        super().__init__()
        self._same = same
        self._names = names
        self._codes = Held() if codes is None else codes
        self._order: list[str] = []

    def __iter__(self) -> Iterator[Fleet]:
        return map(fleet_of_row, list(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)

    def at(self, id: str) -> Fleet | None:
        """Return the fleet that has this id."""
        row = self._rows.get(self._same(id))
        return None if row is None else known_fleet(row)

    def put(self, fleet: Fleet, known: Fleet | None) -> None:
        """Keep a fleet, in place of the known one that has its id if there is one."""
        self._put(fleet, row_of_fleet(fleet), known)

    def load(self, fleets: Iterable[Fleet]) -> None:
        """Keep many fleets, each with an id of its own."""
        for row in rows_of(fleets, row_of_fleet):
            self._put(fleet_of_row(row), row, None)

    def image(self) -> AbstractContextManager[Image[str]]:
        """Give an image of all fleets as long as a block lasts."""
        return self.imaged(self._order)

    def _put(self, fleet: Fleet, row: bytes, known: Fleet | None) -> None:
        if self._names is not None:
            self._names.replace(known, fleet)
        if fleet.codes:
            self._codes.add([code.code for code in fleet.codes])
        key = self._same(fleet.id)
        if known is None:
            self._order.append(key)
        self.write(key, row)

    def is_name_taken(self, fleet: Fleet, known: Fleet | None) -> bool:
        """Say whether names are unique and a fleet of the tenant other than the known one has the name of this one."""
        if self._names is None:
            return False
        is_own = known is not None and (known.tenant, known.name) == (fleet.tenant, fleet.name)
        return self._names.count(fleet) > is_own


class Names:
    """How many fleets of a tenant have a name; a fleet without one, or with an empty one, is not counted."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[str, int]] = {}

    def count(self, fleet: Fleet) -> int:
        """Return how many fleets of its tenant have the name of a fleet."""
        return self._counts.get(fleet.tenant, {}).get(fleet.name or "", 0)

    def replace(self, before: Fleet | None, after: Fleet) -> None:
        """Count the name that a fleet has now, and no more the one that it had."""
        if before is not None:
            self._add(before, -1)
        self._add(after, 1)

    def _add(self, fleet: Fleet, number: int) -> None:
        if fleet.name:
            counts = self._counts.setdefault(fleet.tenant, {})
            counts[fleet.name] = counts.get(fleet.name, 0) + number
            if not counts[fleet.name]:
                del counts[fleet.name]


class KeyTable(Imaged[int]):
    """Charging keys by place, identifier, tenant and fleet; a place is a number in the order they were made."""

    def __init__(self, same: Callable[[str], str]) -> None:
        super().__init__()
        self._same = same
        self._places: dict[str, dict[str, int]] = {}
        self._of_tenants: dict[str, bytearray] = {}
        self._of_fleets: dict[str, dict[str, bytearray]] = {}

    def __iter__(self) -> Iterator[ChargingKey]:
        return map(key_of_row, list(self._rows.values()))

    def at(self, tenant: str, identifier: str) -> ChargingKey | None:
        """Return the key of a tenant that has this identifier."""
        place = self._places.get(tenant, {}).get(identifier)
        return None if place is None else key_of_row(self._rows[place])

    def since(self, start: int, tenant: str, fleet_id: str | None) -> Iterator[tuple[int, ChargingKey]]:
        """Yield the keys of a tenant, or of one of its fleets, from a place on, each with its place."""
        if fleet_id is None:
            found = self._of_tenants.get(tenant)
        else:
            found = self._of_fleets.get(tenant, {}).get(self._same(fleet_id))
        for place in places.since(found or bytearray(), start):
            yield place, key_of_row(self._rows[place])

    def put(self, key: ChargingKey) -> None:
        """Keep a key, in place of the tenant's key that has its identifier if there is one."""
        place = self._places.get(key.tenant, {}).get(key.identifier)
        if place is None:
            self._add(key, row_of_key(key))
            return
        known = key_of_row(self._rows[place])
        self.write(place, row_of_key(key))
        if known.fleet_id is not None:
            places.remove(self._of_fleet(known), place)
        if key.fleet_id is not None:
            places.insert(self._of_fleet(key), place)

    def load(self, keys: Iterable[ChargingKey]) -> None:
        """Keep many keys, each of which is new to its tenant."""
        for row in rows_of(keys, row_of_key):
            self._add(key_of_row(row), row)

    def image(self) -> AbstractContextManager[Image[int]]:
        """Give an image of all keys as long as a block lasts."""
        return self.imaged(range(len(self._rows)))

    def _add(self, key: ChargingKey, row: bytes) -> None:
        place = len(self._rows)
        self.write(place, row)
        self._places.setdefault(key.tenant, {})[key.identifier] = place
        places.append(self._of_tenants.setdefault(key.tenant, bytearray()), place)
        if key.fleet_id is not None:
            places.append(self._of_fleet(key), place)

    def _of_fleet(self, key: ChargingKey) -> bytearray:
        """Return the places of the keys that are in the fleet of a key."""
        return self._of_fleets.setdefault(key.tenant, {}).setdefault(self._same(key.fleet_id or ""), bytearray())
