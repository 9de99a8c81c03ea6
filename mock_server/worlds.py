"""Worlds: mocks of one process that never meet, each with a state, a dialect and misbehaviours of its own.

A request names its world in a header or at the front of its path; one that names none is for the main world. Any
other is made when it is first named, and ends when nobody has named it for a while.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from pathlib import Path
from secrets import randbelow
from typing import TypeVar

from fleet_contract.mock_server.bodies import Incoming
from fleet_contract.mock_server.clock import steady
from fleet_contract.mock_server.describing import state_now
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call
from fleet_contract.mock_server.misbehaviours import MISBEHAVIOURS, find
from fleet_contract.mock_server.on_demand import Rule, Rules
from fleet_contract.mock_server.parts import Mock, Parts, habits, require_distinct_fleets
from fleet_contract.mock_server.patterns import Patterns, PlansOf
from fleet_contract.mock_server.refusals import Refusal, refusal_of, rendered
from fleet_contract.mock_server.service import Service
from fleet_contract.mock_server.store import MAIN, OtherTerms, State, StoreUnavailable
from fleet_contract.mock_server.terms import NOW, Terms, are_started_alike, behaving, behaviour, terms
from fleet_contract.mock_server.watching import Watch
from fleet_contract.spec.dialect import Dialect

HEADER = "mock-world"
NAME = re.compile(r"(?!\.{1,2}(?![\s\S]))[A-Za-z0-9_.~-]{1,100}")
IN_FRONT = re.compile(r"(?P<before>.*?)/_mock/worlds/(?P<name>[^/]+)(?P<rest>/.+)", re.DOTALL)
INTERVAL = 0.5  # seconds after which a mock behaves at the latest as others do that share its worlds
MOST_TRIES = 5
MARGIN = 5.0  # seconds that a shared world outlives what mocks know of it: to look at one that is gone makes it anew
Done = TypeVar("Done")
LARGEST_SEED = 2**32


@dataclass(frozen=True)
class Origin:
    """What a world is as long as nobody changes it."""

    seed: State
    dialect: Dialect
    misbehaviours: Sequence[str] = ()
    rules: Sequence[Rule] = ()


class World:
    """A mock among several, and what of it may be changed while it runs."""

    def __init__(self, name: str, origin: Origin, patterns: Patterns, of: Mock | None = None) -> None:
        pattern = patterns.of(origin.dialect)
        parts = misbehaving(replace(pattern.parts, seed=origin.seed), origin.misbehaviours)
        self.name = name
        self.origin = origin
        self.mock = Mock(parts, pattern.routes, name, of.store if of else None)
        self.service = Service(self.mock, pattern.plans)
        self.rule(origin.rules)
        self.used = steady()
        self.snapshots: dict[str, State] = {}
        self._patterns = patterns
        self._told = 0.0  # until when it was told to last
        self._is_shared = bool(parts.store_url)
        self._agreed = terms(origin.dialect, origin.seed, parts.misbehaviours) if self._is_shared else {}
        self.answer = self._answer_as_agreed if self._is_shared else self.service.answer

    @property
    def unused_for(self) -> float:
        """For how many seconds no request has been for it."""
        return steady() - self.used

    @property
    def misbehaviours(self) -> list[str]:
        """The names of how it misbehaves."""
        return known_ones(self.mock.parts.misbehaviours)

    async def hold(self, state: State) -> None:
        """Hold a state, and nothing else; raises Contradiction, and then nothing has changed."""
        require_distinct_fleets(state, self.mock.dialect)
        await self.mock.store.replace(state)
        self.know(state.keys)

    def know(self, keys: Mapping[str, str]) -> None:
        """Know these API keys, each of its tenant, and no others."""
        tenants = self.mock.access.tenants  # to which the store looks too
        tenants.clear()
        tenants.update(keys)

    async def speak(self, dialect: Dialect) -> None:
        """Speak a dialect, and hold what was held; raises Contradiction, and then nothing has changed."""
        async with self.mock.store.suspended():  # Or what others write after it was read would be lost.
            await self._become(dialect, await state_now(self.mock))

    def misbehave(self, names: Sequence[str]) -> None:
        """Misbehave in these ways, from their beginning, and in no others; raises Contradiction."""
        self.mock.parts = misbehaving(self.mock.parts, names)
        self.service.begin(self.service.plans)

    @property
    def rules(self) -> Rules:
        """What some of its calls are to meet."""
        return self._rules

    def rule(self, rules: Sequence[Rule], seed: int | None = None) -> None:
        """Let calls meet what these rules say, from their beginning, and nothing else."""
        chosen = next(each for each in (seed, self.mock.parts.chaos_seed, randbelow(LARGEST_SEED)) if each is not None)
        self._rules = Rules(rules, chosen, self.name)
        self.apply_rules()

    def apply_rules(self) -> None:
        """Let calls meet the rules as they are now; a world without any has none to look at."""
        self.service.rules = self._rules if len(self._rules) else None

    async def reset(self) -> None:
        """Be again what it was when it was made; its snapshots stay."""
        await self._become(self.origin.dialect, self.origin.seed)
        self.know(self.origin.seed.keys)
        self.misbehave(self.origin.misbehaviours)
        self.rule(self.origin.rules)

    async def go_over(self, origin: Origin, *, to_its_dialect: bool, to_its_seed: bool) -> None:
        """Have another origin; speak its dialect and hold its seed where asked to, and otherwise go on as it is.

        Raises Contradiction, and then nothing has changed.
        """
        dialect = origin.dialect if to_its_dialect else self.mock.dialect
        if to_its_seed:
            await self._become(dialect, origin.seed)
            self.know(origin.seed.keys)
        elif dialect != self.mock.dialect:
            await self.speak(dialect)
        self.origin = origin

    async def _become(self, dialect: Dialect, state: State) -> None:
        require_distinct_fleets(state, dialect)
        if dialect == self.mock.dialect:
            await self.mock.store.replace(state)
            return
        pattern = self._patterns.of(dialect)
        parts = misbehaving(replace(pattern.parts, seed=self.origin.seed), self.misbehaviours)
        agreed = behaving(self._agreed, behaviour(dialect, parts.misbehaviours, self.mock.access.tenants))
        await self.mock.store.begin(state, habits(dialect), agreed)
        self._agreed = agreed
        self.mock.become(parts, pattern.routes)
        self.service.begin(pattern.plans)

    # --- with other mocks that share it ---

    async def begin(self) -> None:
        """Let all who share this world find it as it was made here; raises StoreUnavailable."""
        for _ in range(MOST_TRIES):
            await self.mock.store.drop()
            with suppress(OtherTerms):  # Another mock was asked for it between, and was faster.
                await self.mock.store.look()
                return
        raise StoreUnavailable("Other mocks use this world all the time, so it cannot begin anew.")

    async def last(self, seconds: float) -> None:
        """Let a world that was used since this was last called outlive this mock for some seconds."""
        if self.name != MAIN and self.used != self._told:
            self._told = self.used
            await self.mock.store.last(ceil(seconds + MARGIN))

    async def _answer_as_agreed(self, call: Call, incoming: Incoming) -> Answer:
        """Return what a call is answered by whichever mock; never raises."""
        try:
            return await self.up_to_date(partial(self.service.answer, call, incoming))
        except StoreUnavailable as wrong:
            return self.service.finish(call, rendered(refusal_of(wrong, call.operation_id), self.mock.dialect))

    async def up_to_date(self, do: Callable[[], Awaitable[Done]]) -> Done:
        """Return what is done, again where others have changed the behaviour meanwhile; raises StoreUnavailable."""
        for _ in range(MOST_TRIES):
            try:
                return await do()
            except OtherTerms as wrong:
                self._catch_up(wrong.held)
        raise StoreUnavailable("Other mocks change how this world behaves, again and again.")

    def _catch_up(self, held: Terms) -> None:
        """Behave as others have agreed on; raises StoreUnavailable where they were started with something else."""
        is_like_others = self.name != MAIN or are_started_alike(held, self._agreed)
        if held.get("layout") != self._agreed["layout"] or not is_like_others:
            raise StoreUnavailable("Redis holds the state of mocks that were started on other terms. Restart this one.")
        now = held[NOW]
        pattern = self._patterns.of(now["dialect"])
        parts = misbehaving(replace(pattern.parts, seed=self.origin.seed), now["misbehaviours"])
        self.mock.store.adopt(habits(parts.dialect), held)
        self._agreed = held
        self.mock.become(parts, pattern.routes)
        self.know(now["keys"])
        self.service.begin(pattern.plans)

    async def share(self) -> None:
        """Let all mocks behave as this one does now; raises StoreUnavailable, also where another was first."""
        if not self._is_shared:
            return
        agreed = behaving(
            self._agreed, behaviour(self.mock.dialect, self.mock.parts.misbehaviours, self.mock.access.tenants)
        )
        if agreed == self._agreed:
            return
        try:
            await self.mock.store.agree(agreed)
        except OtherTerms as wrong:
            self._catch_up(wrong.held)
            raise StoreUnavailable(
                "Another mock changed how this world behaves, so this change was not made."
            ) from None
        self._agreed = agreed

    async def look(self) -> None:
        """Learn how all mocks behave; raises StoreUnavailable."""
        if self._is_shared:
            await self.up_to_date(self.mock.store.look)


def misbehaving(parts: Parts, names: Sequence[str]) -> Parts:
    """Return parts of a mock that misbehaves in these ways and in no others; raises Contradiction."""
    distinct = list(dict.fromkeys(names))
    return replace(parts, misbehaviours=distinct, misbehaving=[find(name).around for name in distinct])


def known_ones(names: Sequence[str]) -> list[str]:
    return [name for name in names if name in MISBEHAVIOURS]


class Worlds:
    """The main world, and others by name."""

    def __init__(self, parts: Parts, plans_of: PlansOf) -> None:
        self.parts = parts
        self._patterns = Patterns(parts, plans_of)
        self.origin = Origin(parts.seed, parts.dialect, known_ones(parts.misbehaviours))
        self.main = World(MAIN, self.origin, self._patterns)
        self._others: dict[str, World] = {}
        self._beside: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Begin what goes on beside the calls."""
        await self.main.mock.store.open()
        if self.parts.store_url:
            self._beside.append(asyncio.create_task(self._follow()))
        watch = self.parts.watch
        if watch:
            self._beside.append(asyncio.create_task(watch.follow(partial(self._go_over, watch))))

    async def close(self) -> None:
        """End what goes on beside the calls."""
        for task in self._beside:
            task.cancel()
        if self._beside:
            await asyncio.wait(self._beside)  # One may hold a connection.
        await self.main.mock.store.close()

    async def _follow(self) -> None:
        """Behave as other mocks do, even where no call asks the store."""
        while True:
            for world in self:
                with suppress(StoreUnavailable):  # Whose call needs it hears of it.
                    await world.look()
                    await world.last(self.parts.bounds.rest)
            await asyncio.sleep(INTERVAL)

    async def _go_over(self, watch: Watch, made: Parts, changed: set[Path]) -> None:
        """Let the main world go over to what some files say, and worlds that are made from now on begin so.

        Raises Contradiction, and then nothing has changed.
        """
        origin = replace(self.origin, seed=made.seed, dialect=made.dialect)
        await self.main.go_over(origin, to_its_dialect=watch.dialect in changed, to_its_seed=watch.seed in changed)
        self.origin = origin

    def __iter__(self) -> Iterator[World]:
        self._end_unused()
        return iter([self.main, *self._others.values()])

    def __contains__(self, name: str) -> bool:
        return name == MAIN or name in self._others

    def named(self, name: str) -> World:
        """Return the world of this name, which is made where there is none; raises Refusal."""
        world = self._others.get(name) or (self.main if name == MAIN else self.make(name))
        world.used = steady()
        return world

    def make(self, name: str, origin: Origin | None = None) -> World:
        """Make a world, in place of the one of this name if there is one; raises Refusal or Contradiction."""
        require_name(name)
        self._end_unused()
        most = self.parts.bounds.worlds
        if name not in self._others and len(self._others) >= most:
            raise Refusal(
                Kind.TOO_MANY_WORLDS,
                f"There are {most} worlds, which is as many as this mock may have.",
                {"mock-hint": "Drop worlds that nobody needs (DELETE /_mock/worlds/NAME), or raise --max-worlds."},
            )
        self._others[name] = World(name, origin or self.origin, self._patterns, self.main.mock)
        return self._others[name]

    async def begin(self, name: str, origin: Origin) -> World:
        """Make a world, for all who share it; raises Refusal, Contradiction or StoreUnavailable."""
        world = self.make(name, origin)
        await world.begin()
        return world

    def known(self, name: str) -> World | None:
        """Return the world of this name, None where there is none."""
        self._end_unused()
        return self.main if name == MAIN else self._others.get(name)

    async def drop(self, name: str) -> None:
        """End a world for all who share it, which must not be the main one; raises StoreUnavailable."""
        world = self._others.pop(name, None)
        if world is not None:
            await world.mock.store.drop()

    def _end_unused(self) -> None:
        longest = self.parts.bounds.rest
        for name in [name for name, world in self._others.items() if world.unused_for > longest]:
            del self._others[name]


def require_name(name: str) -> None:
    """Raise Refusal for what is no name of a world."""
    if not NAME.fullmatch(name):
        raise Refusal(
            Kind.BAD_WORLD, "The name of the world is not 1 to 100 of the characters A-Z, a-z, 0-9 and - . _ ~."
        )


def without_world(path: str) -> tuple[str, str | None]:
    """Return a path without the world at its front, and the name of that world; None where it names none."""
    found = IN_FRONT.fullmatch(path)
    return (found["before"] + found["rest"], found["name"]) if found else (path, None)
