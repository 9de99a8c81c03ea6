"""A model of a store: what it is to do, in few words and at any cost. A Wrong is returned by its name."""

from collections.abc import Callable
from dataclasses import replace

from fleet_contract.mock_server.store import ChargingKey, Code, Fleet, active_codes


class Model:
    """Fleets and keys in lists, in which everything is looked for."""

    def __init__(self, same: Callable[[str], str], *, are_names_unique: bool) -> None:
        self.same = same
        self.are_names_unique = are_names_unique
        self.fleets: list[Fleet] = []
        self.keys: list[ChargingKey] = []

    def at(self, id: str) -> Fleet | None:
        return next((each for each in self.fleets if self.same(each.id) == self.same(id)), None)

    def add_fleet(self, fleet: Fleet) -> Fleet | str:
        if self.at(fleet.id):
            return "FleetIdTaken"
        return "FleetNameTaken" if self._is_name_taken(fleet) else self.put_fleet(fleet)

    def rename(self, tenant: str, id: str, name: str) -> Fleet | str:
        fleet = self._owned(tenant, id)
        if isinstance(fleet, str):
            return fleet
        renamed = replace(fleet, name=name)
        return "FleetNameTaken" if self._is_name_taken(renamed) else self.put_fleet(renamed)

    def codes(self, tenant: str, id: str) -> list[str] | str:
        known, fleet = self.at(id), self._owned(tenant, id)
        if isinstance(fleet, str):
            return fleet if known is None or active_codes(known) else "ForeignFleetWithoutCodes"
        return active_codes(fleet) or "NoActiveCodes"

    def put_code(self, id: str, code: Code) -> Fleet | str:
        fleet = self.at(id)
        if fleet is None:
            return "NoSuchFleet"
        codes = {each.code: each for each in (*fleet.codes, code)}
        return self.put_fleet(replace(fleet, codes=tuple(codes.values())))

    def put_fleet(self, fleet: Fleet) -> Fleet:
        known = self.at(fleet.id)
        self.fleets = [fleet if each is known else each for each in self.fleets] + [fleet] * (known is None)
        return fleet

    def add_key(self, key: ChargingKey) -> ChargingKey | str:
        if self._like(key):
            return "KeyTaken"
        if key.fleet_id is None:
            return self.put_key(key)
        fleet = self._owned(key.tenant, key.fleet_id)
        return "NoSuchFleet" if isinstance(fleet, str) else self.put_key(replace(key, fleet_id=fleet.id))

    def put_key(self, key: ChargingKey) -> ChargingKey:
        known = self._like(key)
        self.keys = [key if each is known else each for each in self.keys] + [key] * (known is None)
        return key

    def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> tuple[list[ChargingKey], int | None]:
        places = [place for place, key in enumerate(self.keys) if place >= start and self._lists(tenant, fleet_id, key)]
        return [self.keys[place] for place in places[:size]], next(iter(places[size:]), None)

    def _lists(self, tenant: str, fleet_id: str | None, key: ChargingKey) -> bool:
        is_of_fleet = fleet_id is None or (key.fleet_id is not None and self.same(key.fleet_id) == self.same(fleet_id))
        return key.tenant == tenant and is_of_fleet

    def _owned(self, tenant: str, id: str) -> Fleet | str:
        fleet = self.at(id)
        if fleet is None:
            return "NoSuchFleet"
        return fleet if fleet.tenant == tenant else "ForeignFleet"

    def _is_name_taken(self, fleet: Fleet) -> bool:
        others = [each for each in self.fleets if self.same(each.id) != self.same(fleet.id)]
        same = [each for each in others if (each.tenant, each.name) == (fleet.tenant, fleet.name)]
        return self.are_names_unique and bool(fleet.name) and bool(same)

    def _like(self, key: ChargingKey) -> ChargingKey | None:
        named_so = [each for each in self.keys if (each.tenant, each.identifier) == (key.tenant, key.identifier)]
        return named_so[0] if named_so else None
