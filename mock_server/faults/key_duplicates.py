"""Faults in creating a charging key that exists already."""

from dataclasses import replace

from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import ChargingKey, KeyTaken
from fleet_contract.mock_server.store.plain import PlainStore


@fault(breaks={"keys.identifier-is-unique"})
def a_key_can_be_created_twice(parts: Parts) -> None:
    """A second create with the same keyIdentifier makes a second entry."""

    class Repeating(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            try:
                return await super().add_key(key)
            except KeyTaken:
                self.charging_keys.append(key)
                return key

    parts.mix_into_store(Repeating)


@fault(breaks={"keys.identifier-is-unique"})
def a_key_exists_once_for_each_visual_number(parts: Parts) -> None:
    """A second create with the same keyIdentifier and another visualNumber makes a second entry."""

    class Pairing(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            try:
                return await super().add_key(key)
            except KeyTaken as taken:
                if taken.key.visual_number == key.visual_number:
                    raise
                self.charging_keys.append(key)
                return key

    parts.mix_into_store(Pairing)


@fault(breaks={"keys.listed-as-created", "keys.created-key-is-in-its-fleet"})
def a_second_create_replaces_the_key(parts: Parts) -> None:
    """A second create with the same keyIdentifier gives the key other values."""

    class Replacing(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            try:
                return await super().add_key(key)
            except KeyTaken as taken:
                self.charging_keys[self.charging_keys.index(taken.key)] = key
                return key

    parts.mix_into_store(Replacing)


@fault(breaks={"keys.created-key-is-in-its-fleet"})
def a_refused_key_moves_to_another_fleet(parts: Parts) -> None:
    """A second create of a charging key is refused, and moves the key to the fleet that it names."""

    class Moving(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            try:
                return await super().add_key(key)
            except KeyTaken as taken:
                moved = replace(taken.key, fleet_id=key.fleet_id)
                self.charging_keys[self.charging_keys.index(taken.key)] = moved
                raise

    parts.mix_into_store(Moving)


@fault(breaks={"keys.listed-as-created"})
def a_second_create_that_is_refused_changes_the_contract(parts: Parts) -> None:
    """A second create of a charging key is refused, and the key has its contract from then on."""

    class Overwriting(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            for place, other in enumerate(self.charging_keys):
                if (other.tenant, other.identifier) == (key.tenant, key.identifier):
                    self.charging_keys[place] = replace(other, contract_id=key.contract_id)
            return await super().add_key(key)

    parts.mix_into_store(Overwriting)


@fault(breaks={"keys.enabled-by-default"})
def a_second_create_that_is_refused_switches_the_key(parts: Parts) -> None:
    """A second create of a charging key is refused, and the key is enabled as that one said."""

    class Overwriting(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            for place, other in enumerate(self.charging_keys):
                if (other.tenant, other.identifier) == (key.tenant, key.identifier):
                    self.charging_keys[place] = replace(other, enabled=key.enabled)
            return await super().add_key(key)

    parts.mix_into_store(Overwriting)


@fault(breaks={"keys.identifier-is-unique"})
def a_key_of_no_fleet_exists_as_often_as_it_is_created(parts: Parts) -> None:
    """A second create with the same keyIdentifier makes a second entry where neither names a fleet."""

    class Repeating(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            try:
                return await super().add_key(key)
            except KeyTaken as taken:
                if key.fleet_id is None and taken.key.fleet_id is None:
                    self.charging_keys.append(key)
                    return key
                raise

    parts.mix_into_store(Repeating)
