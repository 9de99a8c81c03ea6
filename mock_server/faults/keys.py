"""Faults in creating a charging key."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from fleet_contract.mock_server.faults.calls import body_of
from fleet_contract.mock_server.faults.registry import fault, register_fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.store import ChargingKey, NoSuchFleet
from fleet_contract.mock_server.store.plain import PlainStore

OPERATION = "create_charging_key"
REQUIRED = ("keyIdentifier", "visualNumber", "contractId")


@fault(breaks={"keys.create-accepts-a-valid-key"})
def key_create_answers_202(parts: Parts) -> None:
    """The create of a charging key is answered as accepted and not as done."""
    parts.answer_with(OPERATION, 202)


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
    parts.refuse_with(
        OPERATION, 404, Kind.BAD_KEY, when=lambda call: any(name not in body_of(call) for name in REQUIRED)
    )


@fault(breaks={"keys.create-refuses-an-invalid-key"})
def key_create_takes_a_word_for_enabled(parts: Parts) -> None:
    """The create of a charging key takes any value but false as enabled."""
    del parts.property("NewChargingKey", "enabled")["type"]

    async def accepting(inner: Handler, world: World, call: Call) -> Reply:
        call.body = {**call.body, "enabled": call.body.get("enabled", True) is not False}
        return await inner(world, call)

    parts.wrap(OPERATION, accepting)


@fault(breaks={"keys.unfiltered-list-is-whole"})
def a_key_without_a_fleet_is_not_kept(parts: Parts) -> None:
    """A charging key that is created in no fleet is answered and not kept."""

    class Dropping(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            kept = await super().add_key(key)
            if kept.fleet_id is None:
                self.charging_keys.remove(kept)
            return kept

    parts.mix_into_store(Dropping)


@fault(breaks={"keys.created-key-is-listed"})
def a_disabled_key_is_not_listed(parts: Parts) -> None:
    """A charging key that was created disabled is in no list; one that the mock held before is."""

    class Hiding(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            kept = await super().add_key(key)
            if not kept.enabled:
                self.charging_keys[-1] = replace(kept, listed_from=float("inf"))
            return kept

    parts.mix_into_store(Hiding)


@fault(breaks={"keys.created-key-is-in-its-fleet"})
def a_created_key_is_in_no_fleet(parts: Parts) -> None:
    """A charging key that is created with a fleetId is kept without it."""

    class Loose(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            return await super().add_key(replace(key, fleet_id=None))

    parts.mix_into_store(Loose)


@fault(breaks={"keys.created-key-is-in-its-fleet"})
def a_created_key_is_in_the_newest_fleet(parts: Parts) -> None:
    """A charging key that is created with a fleetId is put into the newest fleet of its organization."""

    class Misplacing(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            if key.fleet_id is None:
                return await super().add_key(key)
            if self.owned(key.tenant, key.fleet_id) is None:
                raise NoSuchFleet("No fleet has this fleetId.")
            own = [
                fleet.id
                for fleet in self.fleets_by_id.values()
                if fleet.tenant == key.tenant and fleet.id != key.fleet_id
            ]
            return await super().add_key(replace(key, fleet_id=own[-1]))

    parts.mix_into_store(Misplacing)


@fault(breaks={"keys.listed-as-created"})
def the_visual_number_is_the_identifier(parts: Parts) -> None:
    """A charging key is kept with its identifier as its visualNumber."""

    class Copying(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            return await super().add_key(replace(key, visual_number=key.identifier))

    parts.mix_into_store(Copying)


@fault(breaks={"keys.listed-as-created"})
def the_contract_is_kept_in_lower_case(parts: Parts) -> None:
    """A charging key is kept with its contractId in lower case."""

    class Lowering(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            return await super().add_key(replace(key, contract_id=key.contract_id.lower()))

    parts.mix_into_store(Lowering)


@fault(breaks={"keys.listed-as-created"})
def enabled_is_ignored(parts: Parts) -> None:
    """Every created charging key is enabled."""

    class Enabling(PlainStore):
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


def overlook_missing(field: str) -> None:
    """Register the fault of a required field that may be left out."""

    def edit(parts: Parts) -> None:
        parts.schema("NewChargingKey")["required"] = [name for name in REQUIRED if name != field]

        async def filling(inner: Handler, world: World, call: Call) -> Reply:
            call.body = {field: f"made-up-{len(world.store.charging_keys)}", **call.body}
            return await inner(world, call)

        parts.wrap(OPERATION, filling)

    words = re.sub("([A-Z])", r"-\1", field).lower()
    text = f"The create of a charging key without {field} succeeds."
    register_fault(f"key-create-overlooks-a-missing-{words}", {"keys.create-refuses-an-invalid-key"}, text, edit)


for required in ("keyIdentifier", "visualNumber"):
    overlook_missing(required)


def take_any_type(field: str) -> None:
    """Register the fault of a field of which an array or an object is taken as the text that spells it."""

    def edit(parts: Parts) -> None:
        del parts.property("NewChargingKey", field)["type"]

        async def converting(inner: Handler, world: World, call: Call) -> Reply:
            call.body = {**call.body, field: str(call.body[field])}
            return await inner(world, call)

        parts.wrap(OPERATION, converting)

    words = re.sub("([A-Z])", r"-\1", field).lower()
    text = f"The create of a charging key takes any value as {field}."
    register_fault(f"key-create-takes-anything-as-{words}", {"keys.create-refuses-an-invalid-key"}, text, edit)


for required in REQUIRED:
    take_any_type(required)


@fault(breaks={"keys.create-refuses-an-invalid-key"})
def key_create_takes_the_first_of_an_array(parts: Parts) -> None:
    """The create of a charging key is answered 201 to an array."""

    def accepted(call: Call, answer: Answer) -> Answer:
        return replace(answer, status=201) if isinstance(call.body, list) and not answer.succeeded else answer

    parts.filter(OPERATION, accepted)


@fault(breaks={"keys.create-accepts-a-valid-key"})
def key_create_demands_a_fleet(parts: Parts) -> None:
    """The create of a charging key without fleetId is refused."""
    parts.schema("NewChargingKey")["required"] = [*REQUIRED, "fleetId"]


@fault(breaks={"keys.create-accepts-a-valid-key"})
def every_fourth_key_is_refused(parts: Parts) -> None:
    """Every fourth create of a charging key is answered 409."""
    numbers = count(1)
    parts.answer_with(OPERATION, 409, lambda _: next(numbers) % 4 == 0)


@fault(breaks={"keys.created-key-is-in-its-fleet"})
def a_disabled_key_leaves_its_fleet(parts: Parts) -> None:
    """A charging key that is created disabled is kept in no fleet."""

    class Loose(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            return await super().add_key(key if key.enabled else replace(key, fleet_id=None))

    parts.mix_into_store(Loose)


@fault(breaks={"keys.created-key-is-listed"})
def every_third_key_is_not_kept(parts: Parts) -> None:
    """Every third charging key that is created in a fleet is answered and not kept."""

    class Dropping(PlainStore):
        made = 0

        async def add_key(self, key: ChargingKey) -> ChargingKey:
            kept = await super().add_key(key)
            self.made += kept.fleet_id is not None
            if kept.fleet_id is not None and self.made % 3 == 0:
                self.charging_keys.remove(kept)
            return kept

    parts.mix_into_store(Dropping)


def keep_otherwise(name: str, text: str, change: Callable[[ChargingKey], ChargingKey]) -> None:
    """Register the fault of a charging key that is kept with other values than it was created with."""

    class Changing(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            return await super().add_key(change(key))

    register_fault(name, {"keys.listed-as-created"}, text, lambda parts: parts.mix_into_store(Changing))


keep_otherwise(
    "the-visual-number-is-kept-in-lower-case",
    "A charging key is kept with its visualNumber in lower case.",
    lambda key: replace(key, visual_number=key.visual_number.lower()),
)
keep_otherwise(
    "the-visual-number-loses-its-hyphens",
    "A charging key is kept with the hyphens of its visualNumber left out.",
    lambda key: replace(key, visual_number=key.visual_number.replace("-", "")),
)
keep_otherwise(
    "the-contract-and-the-visual-number-change-places",
    "A charging key is kept with its contractId as visualNumber, and the other way round.",
    lambda key: replace(key, visual_number=key.contract_id, contract_id=key.visual_number),
)
keep_otherwise(
    "the-contract-is-cut",
    "A charging key is kept with the first ten characters of its contractId.",
    lambda key: replace(key, contract_id=key.contract_id[:10]),
)
keep_otherwise(
    "the-identifier-is-cut",
    "A charging key is kept with the first six and the last two characters of its keyIdentifier.",
    lambda key: replace(key, identifier=key.identifier[:6] + key.identifier[-2:]),
)
keep_otherwise(
    "the-identifier-is-turned-round",
    "A charging key is kept with the bytes of its keyIdentifier in reverse.",
    lambda key: replace(key, identifier="".join(re.findall("..?", key.identifier)[::-1])),
)


@fault(breaks={"keys.enabled-by-default"})
def a_key_without_a_fleet_is_disabled_by_default(parts: Parts) -> None:
    """A charging key that is created without enabled and without a fleet is disabled."""

    async def disabling(inner: Handler, world: World, call: Call) -> Reply:
        call.body = call.body if "fleetId" in call.body else {"enabled": False, **call.body}
        return await inner(world, call)

    parts.wrap(OPERATION, disabling)


@fault(breaks={"keys.create-refuses-an-invalid-key"})
def a_key_that_is_refused_for_its_contract_is_kept(parts: Parts) -> None:
    """The create of a charging key without contractId is refused, and the key is listed from then on."""

    async def keeping(inner: Handler, world: World, call: Call) -> Reply:
        if "contractId" in call.body:
            return await inner(world, call)
        call.body = {**call.body, "contractId": "unknown"}
        await inner(world, call)
        raise Refusal(Kind.BAD_KEY, "contractId is missing.")

    parts.schema("NewChargingKey")["required"] = ["keyIdentifier", "visualNumber"]
    parts.wrap(OPERATION, keeping)


@fault(breaks={"keys.create-accepts-a-valid-key"})
def a_key_that_was_refused_is_taken(parts: Parts) -> None:
    """A charging key whose create was refused for want of a contractId is refused once it has one."""
    refused: set[str] = set()

    async def remembering(inner: Handler, world: World, call: Call) -> Reply:
        identifier = call.body["keyIdentifier"]
        if "contractId" not in call.body:
            refused.add(identifier)
            raise Refusal(Kind.BAD_KEY, "contractId is missing.")
        if identifier in refused:
            raise Refusal(Kind.FLEET_ID_TAKEN, "A charging key with this keyIdentifier exists already.")
        return await inner(world, call)

    parts.schema("NewChargingKey")["required"] = ["keyIdentifier", "visualNumber"]
    parts.wrap(OPERATION, remembering)
