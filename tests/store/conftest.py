"""A store of each kind, for tests that hold for all."""

from collections.abc import Awaitable, Callable

import pytest

from fleet_contract.mock_server.seed import default_seed
from fleet_contract.mock_server.store import Habits, MemoryStore, State, Store

EMPTY = State({"demo-key": "demo"})
Opened = Callable[[Habits, State], Awaitable[Store]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def opened() -> Opened:
    """Give a function that opens a store with these habits and this state."""

    async def memory(habits: Habits, state: State) -> Store:
        return MemoryStore(habits, state)

    return memory


@pytest.fixture
async def store(opened: Opened) -> Store:
    """Give a store that holds the default seed."""
    return await opened(Habits(), default_seed())
