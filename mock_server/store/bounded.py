"""A store that holds a bounded number of fleets, so that a mock which runs for weeks does not fill its machine."""

from collections.abc import Mapping
from typing import Any

from fleet_contract.mock_server.store.delegating import DelegatingStore
from fleet_contract.mock_server.store.interface import Habits, Store
from fleet_contract.mock_server.store.records import Fleet, State
from fleet_contract.mock_server.store.wrongs import TooManyFleets


class BoundedStore(DelegatingStore):
    """Leaves every step to another store, unless there would then be more than `most` fleets.

    Steps that overlap in a shared store may each find room for one; there may then be a few more.
    """

    def __init__(self, inner: Store, most: int) -> None:
        super().__init__(inner)
        self._most = most

    async def add_fleet(self, fleet: Fleet) -> Fleet:
        await self._require_room_for(fleet)
        return await super().add_fleet(fleet)

    async def put_fleet(self, fleet: Fleet) -> None:
        await self._require_room_for(fleet)
        await super().put_fleet(fleet)

    async def replace(self, state: State) -> None:
        self._require_as_few(state)
        await super().replace(state)

    async def begin(self, state: State, habits: Habits, terms: Mapping[str, Any]) -> None:
        self._require_as_few(state)
        await super().begin(state, habits, terms)

    async def _require_room_for(self, fleet: Fleet) -> None:
        if await self.inner.count() >= self._most and await self.inner.fleet(fleet.id) is None:
            raise TooManyFleets

    def _require_as_few(self, state: State) -> None:
        if len(state.fleets) > self._most:
            raise TooManyFleets
