"""A store that leaves everything to another: the base of one that differs from it in something."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fleet_contract.mock_server.store.interface import Habits, Store
from fleet_contract.mock_server.store.records import ChargingKey, Code, Fleet, Location, Page, State
from fleet_contract.mock_server.store.tally import Chance, Met


class DelegatingStore(Store):
    """Leaves every step to `inner`, whichever store that is; a subclass overrides what it does otherwise."""

    def __init__(self, inner: Store) -> None:
        self.inner = inner

    async def open(self) -> None:
        await self.inner.open()

    async def close(self) -> None:
        await self.inner.close()

    async def add_fleet(self, fleet: Fleet) -> Fleet:
        return await self.inner.add_fleet(fleet)

    async def rename(self, tenant: str, id: str, name: str) -> Fleet:
        return await self.inner.rename(tenant, id, name)

    async def codes(self, tenant: str, id: str) -> list[str]:
        return await self.inner.codes(tenant, id)

    async def require_fleet(self, tenant: str, id: str) -> None:
        await self.inner.require_fleet(tenant, id)

    async def has_fleet(self, tenant: str, id: str) -> bool:
        return await self.inner.has_fleet(tenant, id)

    async def add_key(self, key: ChargingKey) -> ChargingKey:
        return await self.inner.add_key(key)

    async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
        return await self.inner.page(tenant, fleet_id, start, size)

    async def location(self, tenant: str, id: str, fleet_id: str | None) -> dict[str, Any]:
        return await self.inner.location(tenant, id, fleet_id)

    async def fleet(self, id: str) -> Fleet | None:
        return await self.inner.fleet(id)

    async def count(self) -> int:
        return await self.inner.count()

    def fleets(self, tenant: str | None = None) -> AsyncIterator[Fleet]:
        return self.inner.fleets(tenant)

    async def codes_held(self) -> Sequence[str]:
        return await self.inner.codes_held()

    def keys(self, tenant: str | None = None, fleet_id: str | None = None) -> AsyncIterator[ChargingKey]:
        return self.inner.keys(tenant, fleet_id)

    def locations(self) -> AsyncIterator[Location]:
        return self.inner.locations()

    async def put_fleet(self, fleet: Fleet) -> None:
        await self.inner.put_fleet(fleet)

    async def put_key(self, key: ChargingKey) -> None:
        await self.inner.put_key(key)

    async def put_code(self, id: str, code: Code) -> Fleet:
        return await self.inner.put_code(id, code)

    async def put_location(self, location: Location) -> None:
        await self.inner.put_location(location)

    async def replace(self, state: State) -> None:
        await self.inner.replace(state)

    async def begin(self, state: State, habits: Habits, terms: Mapping[str, Any]) -> None:
        await self.inner.begin(state, habits, terms)

    async def keep(self, name: str, state: State) -> None:
        await self.inner.keep(name, state)

    async def kept(self, name: str) -> State | None:
        return await self.inner.kept(name)

    async def forget(self, name: str) -> bool:
        return await self.inner.forget(name)

    async def names(self) -> list[str]:
        return await self.inner.names()

    async def meet(self, tally: str, draws: str, chances: Sequence[Chance]) -> list[Met]:
        return await self.inner.meet(tally, draws, chances)

    async def uses(self, tally: str) -> Mapping[int, int]:
        return await self.inner.uses(tally)

    @asynccontextmanager
    async def suspended(self) -> AsyncIterator[None]:
        async with self.inner.suspended():
            yield

    async def agree(self, terms: Mapping[str, Any]) -> None:
        await self.inner.agree(terms)

    async def look(self) -> None:
        await self.inner.look()

    def adopt(self, habits: Habits, terms: Mapping[str, Any]) -> None:
        self.inner.adopt(habits, terms)

    async def is_held(self) -> bool:
        return await self.inner.is_held()

    async def drop(self) -> None:
        await self.inner.drop()

    async def last(self, seconds: int) -> None:
        await self.inner.last(seconds)

    async def take_up(self, least: float, seconds: int) -> None:
        await self.inner.take_up(least, seconds)
