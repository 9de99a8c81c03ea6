"""The interface of a store, whatever keeps the state."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fleet_contract.mock_server.clock import steady
from fleet_contract.mock_server.store.records import ChargingKey, Code, Fleet, Location, Page, State
from fleet_contract.mock_server.store.tally import Chance, Met

MAIN = "main"  # the world of whoever names none


@dataclass(frozen=True, slots=True)
class Habits:
    """What a dialect decides about a store.

    `same` gives the form under which ids are compared. A fleet is found, and a key
    is listed, `delay` seconds after it was made.
    """

    same: Callable[[str], str] = str
    delay: float = 0.0
    unique_names: bool = False
    clock: Callable[[], float] = steady


class Store(ABC):
    """All the state of a mock.

    Every method is one atomic step: no other call, of this replica or another, sees it half done. Those that raise
    a Wrong change nothing.
    """

    async def open(self) -> None:  # noqa: B027  (most have nothing to do)
        """Begin what goes on beside the steps, before the first of them."""

    async def close(self) -> None:  # noqa: B027  (likewise)
        """End what goes on beside the steps, after the last of them."""

    # --- what the operations do ---

    @abstractmethod
    async def add_fleet(self, fleet: Fleet) -> Fleet:
        """Keep a new fleet and return it as it is kept; raises FleetIdTaken or FleetNameTaken."""

    @abstractmethod
    async def rename(self, tenant: str, id: str, name: str) -> Fleet:
        """Give a fleet another name and return it; raises NoSuchFleet, ForeignFleet or FleetNameTaken."""

    @abstractmethod
    async def codes(self, tenant: str, id: str) -> list[str]:
        """Return the active codes of a fleet; raises NoSuchFleet, NoActiveCodes or one of the two of a ForeignFleet."""

    @abstractmethod
    async def require_fleet(self, tenant: str, id: str) -> None:
        """Raise NoSuchFleet or ForeignFleet unless the tenant has this fleet and it can be found."""

    @abstractmethod
    async def has_fleet(self, tenant: str, id: str) -> bool:
        """Say whether the tenant has a fleet of this id, even one that cannot be found yet."""

    @abstractmethod
    async def add_key(self, key: ChargingKey) -> ChargingKey:
        """Keep a new charging key and return it as it is kept; raises KeyTaken or NoSuchFleet."""

    @abstractmethod
    async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
        """Return the keys of a tenant, or of one of its fleets, from a place on, in the order they were made."""

    @abstractmethod
    async def location(self, tenant: str, id: str, fleet_id: str | None) -> dict[str, Any]:
        """Return a location with a fleet's prices, or the default ones; raises NoSuchLocation or NoSuchFleet."""

    # --- the state as a whole ---

    @abstractmethod
    async def fleet(self, id: str) -> Fleet | None:
        """Return the fleet of any tenant that has this id, even one that cannot be found yet."""

    @abstractmethod
    async def count(self) -> int:
        """Return how many fleets there are of all tenants, even those that cannot be found yet."""

    @abstractmethod
    def fleets(self, tenant: str | None = None) -> AsyncIterator[Fleet]:
        """Yield all fleets, or those of a tenant, in the order they were made, even those that cannot be found yet."""

    @abstractmethod
    async def codes_held(self) -> Sequence[str]:
        """Return the invitation codes that any fleet has or had, revoked ones too; of very many the last."""

    @abstractmethod
    def keys(self, tenant: str | None = None, fleet_id: str | None = None) -> AsyncIterator[ChargingKey]:
        """Yield all keys, those of a tenant, or of one of its fleets, as they were made, even those not listed yet."""

    @abstractmethod
    def locations(self) -> AsyncIterator[Location]:
        """Yield all locations."""

    @abstractmethod
    async def put_fleet(self, fleet: Fleet) -> None:
        """Keep a fleet as it is, in place of the one with its id if there is one; nothing is checked."""

    @abstractmethod
    async def put_key(self, key: ChargingKey) -> None:
        """Keep a key as it is, in place of the tenant's key with its identifier if there is one; nothing is checked."""

    @abstractmethod
    async def put_code(self, id: str, code: Code) -> Fleet:
        """Give a fleet of any tenant a code, in place of the one with its text if there is one; raises NoSuchFleet."""

    @abstractmethod
    async def put_location(self, location: Location) -> None:
        """Keep a location as it is, in place of the one with its id if there is one; nothing is checked."""

    @abstractmethod
    async def replace(self, state: State) -> None:
        """Hold a state, and nothing of what was held before."""

    @abstractmethod
    async def begin(self, state: State, habits: Habits, terms: Mapping[str, Any]) -> None:
        """Hold a state and nothing else, and have other habits from now on.

        `terms` are what all who share the store agree on from now on; raises OtherTerms where
        others have agreed on some meanwhile.
        """

    # --- what is kept beside the state, whatever becomes of that ---

    @abstractmethod
    async def keep(self, name: str, state: State) -> None:
        """Keep a state under a name, in place of the one that is kept there."""

    @abstractmethod
    async def kept(self, name: str) -> State | None:
        """Return the state that is kept under a name, None where there is none."""

    @abstractmethod
    async def forget(self, name: str) -> bool:
        """Keep nothing under a name any more; False where nothing was kept."""

    @abstractmethod
    async def names(self) -> list[str]:
        """Return the names under which states are kept."""

    @abstractmethod
    async def meet(self, tally: str, draws: str, chances: Sequence[Chance]) -> list[Met]:
        """Count a call, and return how it stands to each of some rules, as a Tally does."""

    @abstractmethod
    async def uses(self, tally: str) -> Mapping[int, int]:
        """Return how many calls have met each rule of a tally, by its number; those that met none may be left out."""

    # --- for those who share it: any step raises OtherTerms where others have agreed on some meanwhile ---

    @asynccontextmanager
    async def suspended(self) -> AsyncIterator[None]:
        """Let nobody write as long as the block lasts, but for what begins in it."""
        yield

    async def agree(self, terms: Mapping[str, Any]) -> None:  # noqa: B027  (most are not shared)
        """Let all who share it have other terms from now on."""

    async def look(self) -> None:  # noqa: B027  (likewise)
        """Do nothing but what any step does: raise OtherTerms where there are others."""

    def adopt(self, habits: Habits, terms: Mapping[str, Any]) -> None:  # noqa: B027  (likewise)
        """Go on with what others have agreed on."""

    async def is_held(self) -> bool:
        """Say whether anything is held for those who share it."""
        return True

    async def drop(self) -> None:  # noqa: B027  (likewise)
        """Hold nothing for others any more, so that whoever asks next begins with what it was given."""

    async def last(self, seconds: int) -> None:  # noqa: B027  (likewise)
        """Hold what is held for some seconds more, and then nothing, unless it is told so again."""

    async def take_up(self, least: float, seconds: int) -> None:  # noqa: B027  (likewise)
        """Hold nothing any more where that would have lasted for less than `least` seconds, else do as `last` does."""
