"""Faults of concurrency in creating and listing charging keys."""

import asyncio

from fleet_contract.mock_server.faults.races import WINDOW
from fleet_contract.mock_server.faults.registry import fault
from fleet_contract.mock_server.handlers import Handler, World
from fleet_contract.mock_server.messages import Call, Reply
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.store import ChargingKey, Page
from fleet_contract.mock_server.store.plain import PlainStore


@fault(breaks={"keys.created-key-is-listed"})
def keys_created_at_once_are_lost(parts: Parts) -> None:
    """A create copies all keys, adds its own, and puts the copy in place a moment later."""

    class Copying(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            copy = list(self.charging_keys)
            await asyncio.sleep(WINDOW)
            made = await super().add_key(key)
            self.charging_keys = [*copy, made]
            return made

    parts.mix_into_store(Copying)


@fault(breaks={"keys.identifier-is-unique"})
def a_key_created_twice_at_once_exists_twice(parts: Parts) -> None:
    """A create looks whether a key exists, and adds it a moment later, whoever came between."""

    class LookThenAct(PlainStore):
        async def add_key(self, key: ChargingKey) -> ChargingKey:
            known = [each.identifier for each in self.charging_keys]
            await asyncio.sleep(WINDOW)
            if key.identifier in known:
                return await super().add_key(key)
            others = [each for each in self.charging_keys if each.identifier == key.identifier]
            self.charging_keys = [each for each in self.charging_keys if each not in others]
            made = await super().add_key(key)
            self.charging_keys += others
            return made

    parts.mix_into_store(LookThenAct)


@fault(breaks={"http.never-a-server-error"})
def a_key_created_twice_at_once_breaks_the_server(parts: Parts) -> None:
    """A create that finds its key existing while it is at work breaks the server."""

    async def unforeseen(inner: Handler, world: World, call: Call) -> Reply:
        known = [each.identifier for each in world.store.charging_keys]
        await asyncio.sleep(WINDOW)
        now = [each.identifier for each in world.store.charging_keys]
        if call.body["keyIdentifier"] in now and call.body["keyIdentifier"] not in known:
            raise RuntimeError("duplicate key value violates a unique constraint")
        return await inner(world, call)

    parts.wrap("create_charging_key", unforeseen)


@fault(breaks={"keys.overlapping-calls-fit-an-order"})
def a_key_is_seen_and_then_missed_while_others_are_created(parts: Parts) -> None:
    """Every other list that is asked for while keys are being created lacks these keys."""

    class Flickering(PlainStore):
        coming: tuple[str, ...] = ()
        lists = 0

        async def add_key(self, key: ChargingKey) -> ChargingKey:
            made = await super().add_key(key)
            self.lists = self.lists if self.coming else 0
            self.coming += (key.identifier,)
            await asyncio.sleep(4 * WINDOW)
            self.coming = self.coming[1:]
            return made

        async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
            page = await super().page(tenant, fleet_id, start, size)
            self.lists += bool(self.coming)
            missed = self.coming if self.lists % 2 == 0 else ()
            return page._replace(keys=[key for key in page.keys if key.identifier not in missed])

    parts.mix_into_store(Flickering)
