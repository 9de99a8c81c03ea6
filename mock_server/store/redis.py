"""The store in Redis, which several mocks share."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count
from secrets import token_hex
from typing import Any, TypeVar

from fleet_contract.mock_server.store import rules
from fleet_contract.mock_server.store.interface import MAIN, Habits, Store
from fleet_contract.mock_server.store.records import ChargingKey, Code, Fleet, Location, Page, State, priced
from fleet_contract.mock_server.store.redis_link import Argument, Link, Reply
from fleet_contract.mock_server.store.redis_loading import BATCH, Loader, prefix_of
from fleet_contract.mock_server.store.tally import Chance, Met
from fleet_contract.mock_server.store.texts import (
    fleet_of_text,
    key_of_text,
    location_of_text,
    number_of_location,
    text_of_fleet,
    text_of_location,
)
from fleet_contract.mock_server.store.whole import whole
from fleet_contract.mock_server.store.wrongs import (
    FleetIdTaken,
    FleetNameTaken,
    ForeignFleet,
    KeyTaken,
    NoSuchFleet,
    NoSuchLocation,
    OtherTerms,
    StoreUnavailable,
    Wrong,
)

PAUSE = 0.05  # seconds after which a step is tried again
MOST_TRIES = 40
LONGEST_SUSPENSION = 30_000  # milliseconds; it lapses where whoever suspended others dies
WRONGS: dict[bytes, type[Wrong]] = {
    b"no such fleet": NoSuchFleet,
    b"foreign fleet": ForeignFleet,
    b"name taken": FleetNameTaken,
}

KEYS = "keys"  # the API keys of a state that is kept, among its terms
NONE = -1  # for a number that there is not

Record = TypeVar("Record")


class RedisStore(Store):
    """All the state of a world in Redis, shared by all mocks that are started on the same terms.

    `prefix` begins the names of all that it holds; `link` is one that others use too, and close.
    """

    def __init__(
        self,
        url: str,
        habits: Habits,
        state: State,
        terms: Mapping[str, Any],
        prefix: str = prefix_of(MAIN),
        link: Link | None = None,
    ) -> None:
        self.link = link or Link(url)
        self._is_owner = link is None
        self._prefix = prefix
        self._state = state
        self._token = ""  # while others are suspended
        self._agree(habits, terms)

    def _agree(self, habits: Habits, terms: Mapping[str, Any]) -> None:
        self._habits = habits
        self._loader = Loader(self.link, habits, terms, self._prefix)
        self._same = habits.same
        self._delay = repr(habits.delay) if habits.delay else "0"
        self._is_unique = int(habits.unique_names)

    async def settle(self) -> None:
        """Load the state unless one is there; raises OtherTerms where that is not ours, and StoreUnavailable."""
        await self._loader.settle(self._state)

    async def close(self) -> None:
        if self._is_owner:
            await self.link.close()

    async def _do(self, step: str, *arguments: Argument) -> Reply:
        """Return what a step replies; raises the Wrong that the reply names, OtherTerms or StoreUnavailable."""
        reply = await self._replied(step, *arguments)
        if reply[0] == b"empty":  # Redis was started anew and has forgotten all.
            await self.settle()
            reply = await self._replied(step, *arguments)
        if reply[0] == b"empty":
            raise StoreUnavailable("Redis forgets what it holds.")
        if reply[0] == b"other":
            raise OtherTerms(json.loads(reply[1]))
        if reply[0] in WRONGS:
            raise WRONGS[reply[0]]
        return reply

    async def _replied(self, step: str, *arguments: Argument) -> Reply:
        """Return what a step replies, once nobody else is alone in writing; raises StoreUnavailable."""
        for _ in range(MOST_TRIES):
            reply = await self.link.call(self._loader.prefix, step, self._loader.identity, *arguments)
            if reply[0] != b"suspended":
                return reply
            await asyncio.sleep(PAUSE)
        raise StoreUnavailable("Another mock changes what Redis holds, and takes long.")

    async def is_held(self) -> bool:
        return await self.link.text(self._loader.prefix + "identity") is not None

    async def drop(self) -> None:
        await self.link.call(self._loader.prefix, "drop", self._loader.identity)

    async def last(self, seconds: int) -> None:
        await self.link.call(self._loader.prefix, "last", self._loader.identity, seconds)

    async def take_up(self, least: float, seconds: int) -> None:
        identity = self._loader.identity
        await self.link.call(self._loader.prefix, "take_up", identity, int(least * 1000), seconds)

    # --- what the operations do ---

    async def add_fleet(self, fleet: Fleet) -> Fleet:
        outcome, text = await self._do(
            "add_fleet", self._loader.fleet_key(fleet.id), text_of_fleet(fleet), self._delay, self._is_unique
        )
        if outcome == b"taken":
            raise FleetIdTaken(fleet_of_text(text))
        return fleet_of_text(text)

    async def rename(self, tenant: str, id: str, name: str) -> Fleet:
        _, text = await self._do("rename", self._loader.fleet_key(id), tenant, name, self._is_unique)
        return fleet_of_text(text)

    async def codes(self, tenant: str, id: str) -> list[str]:
        fleet, now = await self._fleet_now(id)
        return rules.codes(fleet, tenant, now)

    async def require_fleet(self, tenant: str, id: str) -> None:
        fleet, now = await self._fleet_now(id)
        rules.found(fleet, tenant, now)

    async def has_fleet(self, tenant: str, id: str) -> bool:
        fleet = await self.fleet(id)
        return fleet is not None and fleet.tenant == tenant

    async def add_key(self, key: ChargingKey) -> ChargingKey:
        try:
            outcome, text = await self._do("add_key", self._loader.text_of_key(key), self._delay)
        except NoSuchFleet:
            raise NoSuchFleet(rules.TAKES_NO_KEY) from None
        if outcome == b"taken":
            raise KeyTaken(key_of_text(text))
        return key_of_text(text)

    async def page(self, tenant: str, fleet_id: str | None, start: int, size: int) -> Page:
        _, next, *texts = await self._do("page", tenant, self._filter(fleet_id), start, size, 0)
        return Page([key_of_text(each) for each in texts], None if next is None else int(next))

    async def location(self, tenant: str, id: str, fleet_id: str | None) -> dict[str, Any]:
        _, text, fleet_text = await self._do("location", id, self._loader.fleet_key(fleet_id or ""))
        if text is None:
            raise NoSuchLocation
        location = location_of_text(text)
        if fleet_id is None:
            return location.body
        fleet = rules.owned(fleet_of_text(fleet_text) if fleet_text else None, tenant, rules.HAS_NO_PRICES)
        return priced(location.body, location.fleet_prices.get(fleet.id))

    # --- the state as a whole ---

    async def fleet(self, id: str) -> Fleet | None:
        fleet, _ = await self._fleet_now(id)
        return fleet

    async def count(self) -> int:
        _, number = await self._do("count")
        return int(number)

    async def fleets(self, tenant: str | None = None) -> AsyncIterator[Fleet]:
        async for text in self._all("fleets"):
            fleet = fleet_of_text(text)
            if tenant in (None, fleet.tenant):
                yield fleet

    async def codes_held(self) -> Sequence[str]:
        _, *codes = await self._do("codes_held")
        return tuple(code.decode() for code in codes)

    async def keys(self, tenant: str | None = None, fleet_id: str | None = None) -> AsyncIterator[ChargingKey]:
        found = self._all("keys") if tenant is None else self._listed(tenant, fleet_id)
        async for text in found:
            yield key_of_text(text)

    async def locations(self) -> AsyncIterator[Location]:
        _, *texts = await self._do("locations")
        for text in sorted(texts, key=number_of_location):
            yield location_of_text(text)

    async def put_fleet(self, fleet: Fleet) -> None:
        await self._do("put_fleet", self._loader.fleet_key(fleet.id), text_of_fleet(fleet), self._is_unique)

    async def put_key(self, key: ChargingKey) -> None:
        await self._do("put_key", self._loader.text_of_key(key))

    async def put_code(self, id: str, code: Code) -> Fleet:
        _, text = await self._do("put_code", self._loader.fleet_key(id), code.code, int(code.active))
        return fleet_of_text(text)

    async def put_location(self, location: Location) -> None:
        _, *texts = await self._do("locations")
        numbers = {location_of_text(text).id: number_of_location(text) for text in texts}
        number = numbers.get(location.id, max(numbers.values(), default=-1) + 1)
        await self._do("put_location", location.id, text_of_location(location, number))

    async def replace(self, state: State) -> None:
        await self._load(self._loader, state)

    async def begin(self, state: State, habits: Habits, terms: Mapping[str, Any]) -> None:
        await self._load(Loader(self.link, habits, terms, self._prefix), state)
        self._agree(habits, terms)

    async def _load(self, loader: Loader, state: State) -> None:
        outcome = await loader.load(state, only_first=False, expected=self._loader.identity, token=self._token)
        if outcome != b"done":
            await self.look()
            raise StoreUnavailable("Another mock has changed what Redis holds meanwhile.")

    # --- what is kept beside the state ---

    async def keep(self, name: str, state: State) -> None:
        place = self._beside(name, {KEYS: dict(state.keys)})
        held = await self.link.text(place._loader.prefix + "identity")
        if await place._loader.load(state, only_first=False, expected=held or "") != b"done":
            raise StoreUnavailable("Another mock keeps a state under this name at the moment.")
        await self._do("note", name)

    async def kept(self, name: str) -> State | None:
        terms = await self.link.text(self._beside(name, {})._loader.prefix + "terms")
        if terms is None:
            return None
        place = self._beside(name, json.loads(terms))
        return await whole(place, json.loads(terms)[KEYS])

    async def forget(self, name: str) -> bool:
        await self._beside(name, {}).drop()
        _, number = await self._do("forget", name)
        return int(number) > 0

    async def names(self) -> list[str]:
        _, *names = await self._do("names")
        return [name.decode() for name in names]

    def _beside(self, name: str, terms: Mapping[str, Any]) -> "RedisStore":
        """Return the store that has what is kept under a name."""
        return RedisStore("", self._habits, State({}), terms, f"{self._prefix}kept:{name}:", self.link)

    async def meet(self, tally: str, draws: str, chances: Sequence[Chance]) -> list[Met]:
        _, *numbers = await self._do("meet", tally, draws, json.dumps([_plain(each) for each in chances]))
        return [Met(int(turn), int(used)) for turn, used in zip(numbers[::2], numbers[1::2], strict=True)]

    async def uses(self, tally: str) -> Mapping[int, int]:
        _, *numbers = await self._do("uses", tally)
        return {int(number): int(used) for number, used in zip(numbers[::2], numbers[1::2], strict=True)}

    # --- for those who share it ---

    @asynccontextmanager
    async def suspended(self) -> AsyncIterator[None]:
        token = token_hex(8)
        await self._do("suspend", token, LONGEST_SUSPENSION)
        self._token = token
        try:
            yield
        finally:
            self._token = ""
            await self._do("resume", token)

    async def agree(self, terms: Mapping[str, Any]) -> None:
        loader = Loader(self.link, self._habits, terms, self._prefix)
        await self._do("agree", loader.identity, loader.terms)
        self._loader = loader

    async def look(self) -> None:
        await self._do("look")

    def adopt(self, habits: Habits, terms: Mapping[str, Any]) -> None:
        self._agree(habits, terms)

    async def _fleet_now(self, id: str) -> tuple[Fleet | None, float]:
        """Return the fleet that has an id, and the time by the clock of Redis."""
        _, text, now = await self._do("fleet", self._loader.fleet_key(id))
        return fleet_of_text(text) if text else None, float(now)

    def _filter(self, fleet_id: str | None) -> str:
        """Return what stands for the fleet whose keys are asked for, nothing for all fleets."""
        return "" if fleet_id is None else json.dumps(self._same(fleet_id))

    async def _listed(self, tenant: str, fleet_id: str | None) -> AsyncIterator[bytes]:
        """Yield the keys of a tenant, or of one of its fleets, even those that are not listed yet."""
        start: bytes | int | None = 0
        while start is not None:
            _, start, *texts = await self._do("page", tenant, self._filter(fleet_id), start, BATCH, 1)
            for text in texts:
                yield text

    async def _all(self, step: str) -> AsyncIterator[bytes]:
        """Yield what a step returns from one number to another, until there is no more."""
        for first in count(0, BATCH):
            _, *texts = await self._do(step, first, first + BATCH - 1)
            for text in texts:
                yield text
            if len(texts) < BATCH:
                return


def _plain(chance: Chance) -> list[Any]:
    """Return a chance as steps take it."""
    calls, seconds = chance.rate or (NONE, NONE)
    return [
        chance.number,
        NONE if chance.times is None else chance.times,
        chance.probability,
        calls,
        seconds,
        chance.decides,
    ]
