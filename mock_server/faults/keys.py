"""Faults in creating a charging key."""

from dataclasses import replace

from fleet_contract.mock_server.faults.create import body_of
from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.messages import Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import ChargingKey, KeyTaken, NoSuchFleet, Store

OPERATION = "create_charging_key"
REQUIRED = ("keyIdentifier", "visualNumber", "contractId")


@fault(breaks={"keys.create-accepts-a-valid-key"})
def key_create_answers_202(parts: Parts) -> None:
    """The create of a charging key is answered as accepted and not as done."""
    parts.answer_with(OPERATION, 202, instead_of=201)


@fault(breaks={"keys.create-accepts-a-valid-key"})
def key_create_demands_enabled(parts: Parts) -> None:
    """The create of a charging key without enabled is refused."""
    parts.schema("NewChargingKey")["required"] = [*REQUIRED, "enabled"]


@fault(breaks={"keys.create-refuses-an-invalid-key"})
def key_create_overlooks_a_missing_contract(parts: Parts) -> None:
    """The create of a charging key without contractId succeeds."""
    parts.schema("NewChargingKey")["required"] = ["keyIdentifier", "visualNumber"]

    async def accepting(inner: Handler, world: World, call: Call) -> Reply:
        call.body = {"contractId": "unknown", **call.body}
        return await inner(world, call)

    parts.wrap(OPERATION, accepting)


@fault(breaks={"keys.create-refuses-an-invalid-key"})
def key_create_answers_404_to_an_invalid_key(parts: Parts) -> None:
    """The create of a charging key that lacks a required field is answered 404."""
    parts.answer_with(OPERATION, 404, 400, lambda call: any(name not in body_of(call) for name in REQUIRED))


@fault(breaks={"keys.create-refuses-an-invalid-key"})
def key_create_takes_a_word_for_enabled(parts: Parts) -> None:
    """The create of a charging key takes any value but false as enabled."""
    del parts.property("NewChargingKey", "enabled")["type"]

    async def accepting(inner: Handler, world: World, call: Call) -> Reply:
        call.body = {**call.body, "enabled": call.body.get("enabled", True) is not False}
        return await inner(world, call)

    parts.wrap(OPERATION, accepting)


@fault(breaks={"keys.identifier-is-unique"})
def a_key_can_be_created_twice(parts: Parts) -> None:
    """A second create with the same keyIdentifier makes a second entry."""

    class Repeating(Store):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            try:
                return await super().add_key(key)
            except KeyTaken:
                self.charging_keys.append(key)
                return key

    parts.mix_into_store(Repeating)


@fault(breaks={"keys.created-key-is-listed"})
def a_key_without_a_fleet_is_not_kept(parts: Parts) -> None:
    """A charging key that is created in no fleet is answered and not kept."""

    class Dropping(Store):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            kept = await super().add_key(key)
            if kept.fleet_id is None:
                self.charging_keys.remove(kept)
            return kept

    parts.mix_into_store(Dropping)


@fault(breaks={"keys.created-key-is-listed"})
def a_disabled_key_is_not_listed(parts: Parts) -> None:
    """A charging key that was created disabled is in no list; one that the mock held before is."""

    class Hiding(Store):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            kept = await super().add_key(key)
            if not kept.enabled:
                self.charging_keys[-1] = replace(kept, listed_from=float("inf"))
            return kept

    parts.mix_into_store(Hiding)


@fault(breaks={"keys.created-key-is-in-its-fleet"})
def a_created_key_is_in_no_fleet(parts: Parts) -> None:
    """A charging key that is created with a fleetId is kept without it."""

    class Loose(Store):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            return await super().add_key(replace(key, fleet_id=None))

    parts.mix_into_store(Loose)


@fault(breaks={"keys.created-key-is-in-its-fleet"})
def a_created_key_is_in_the_newest_fleet(parts: Parts) -> None:
    """A charging key that is created with a fleetId is put into the newest fleet of its organization."""

    class Misplacing(Store):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            if key.fleet_id is None:
                return await super().add_key(key)
            if self.owned(key.tenant, key.fleet_id) is None:
                raise NoSuchFleet("No fleet has this fleetId.")
            own = [
                fleet.id for fleet in self.fleets.values() if fleet.tenant == key.tenant and fleet.id != key.fleet_id
            ]
            return await super().add_key(replace(key, fleet_id=own[-1]))

    parts.mix_into_store(Misplacing)


@fault(breaks={"keys.listed-as-created"})
def the_visual_number_is_the_identifier(parts: Parts) -> None:
    """A charging key is kept with its identifier as its visualNumber."""

    class Copying(Store):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            return await super().add_key(replace(key, visual_number=key.identifier))

    parts.mix_into_store(Copying)


@fault(breaks={"keys.listed-as-created"})
def the_contract_is_kept_in_lower_case(parts: Parts) -> None:
    """A charging key is kept with its contractId in lower case."""

    class Lowering(Store):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            return await super().add_key(replace(key, contract_id=key.contract_id.lower()))

    parts.mix_into_store(Lowering)


@fault(breaks={"keys.listed-as-created"})
def enabled_is_ignored(parts: Parts) -> None:
    """Every created charging key is enabled."""

    class Enabling(Store):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            return await super().add_key(replace(key, enabled=True))

    parts.mix_into_store(Enabling)


@fault(breaks={"keys.enabled-by-default"})
def a_key_is_disabled_by_default(parts: Parts) -> None:
    """A charging key that is created without enabled is disabled."""

    async def disabling(inner: Handler, world: World, call: Call) -> Reply:
        call.body = {"enabled": False, **call.body}
        return await inner(world, call)

    parts.wrap(OPERATION, disabling)
