"""Worlds: mocks of one process that never meet, each with a state, a dialect and misbehaviours of its own.

A request names its world in a header or at the front of its path; one that names none is for the main world. Any
other is made when it is first named, and ends when nobody has named it for a while.
"""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from fleet_contract.mock_server.clock import steady
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.parts import Parts
from fleet_contract.mock_server.patterns import Patterns, PlansOf
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.store import MAIN, StoreUnavailable
from fleet_contract.mock_server.watching import Watch
from fleet_contract.mock_server.world import Origin, World, known_ones

HEADER = "mock-world"
NAME = re.compile(r"(?!\.{1,2}(?![\s\S]))[A-Za-z0-9_.~-]{1,100}")
IN_FRONT = re.compile(
    r"(?P<before>((?i:https?)://[^/]*)?(?P<base>.*?))/_mock/worlds/(?P<name>[^/]+)(?P<rest>/.+)", re.DOTALL
)
INTERVAL = 0.5  # seconds after which a mock behaves at the latest as others do that share its worlds


class Worlds:
    """The main world, and others by name; `forget` is told which has ended, so that none has what another did."""

    def __init__(self, parts: Parts, plans_of: PlansOf, forget: Callable[[str], None]) -> None:
        self.parts = parts
        self._forget = forget
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
        pending = {*self._beside}
        while (
            pending
        ):  # Python 3.11 may lose the first wish to end, where a wait for Redis ends in the same moment (gh-86296).
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=INTERVAL)
        await self.main.mock.store.close()

    async def _follow(self) -> None:
        """Behave as other mocks do, even where no call asks the store."""
        while True:
            for world in self:
                with suppress(StoreUnavailable):  # Whose call needs it hears of it.
                    await world.look()
                    await world.last()
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
        world = self._others.get(name)
        if world is None or world.unused_for > self.parts.bounds.rest:
            world = self.main if name == MAIN else self.made_anew(name)
        world.used = steady()
        return world

    def made_anew(self, name: str) -> World:
        """Make a world, in place of one of this name that has ended; raises Refusal or Contradiction."""
        self._others[name] = self._made(name, self.origin)
        return self._others[name]

    def _made(self, name: str, origin: Origin) -> World:
        require_name(name)
        self._end_unused()
        most = self.parts.bounds.worlds
        if name not in self._others and len(self._others) >= most:
            raise Refusal(
                Kind.TOO_MANY_WORLDS,
                f"There are {most} worlds, which is the maximum for this mock.",
                {"mock-hint": "Drop worlds that nobody needs (DELETE /_mock/worlds/NAME), or raise --max-worlds."},
            )
        return World(name, origin, self._patterns, self.main.mock)

    async def begin(self, name: str, origin: Origin) -> World:
        """Make a world, for all who share it; raises Refusal, Contradiction or StoreUnavailable."""
        world = self._made(name, origin)
        await world.begin(has_own_seed=origin.seed is not self.origin.seed)
        self._forget(name)
        self._others[name] = world
        return world

    def known(self, name: str) -> World | None:
        """Return the world of this name, None where there is none."""
        self._end_unused()
        return self.main if name == MAIN else self._others.get(name)

    async def found(self, name: str) -> World | None:
        """Return the world of this name, also one that another mock has made; raises StoreUnavailable."""
        known = self.known(name)
        if known or not self.parts.store_url or not NAME.fullmatch(name):
            return known
        world = self._made(name, self.origin)
        await world.take_up()
        if not await world.mock.store.is_held():
            return None
        self._others[name] = world
        await world.look()
        return world

    async def drop(self, name: str) -> None:
        """End a world for all who share it, which must not be the main one; raises StoreUnavailable."""
        world = self._others.get(name)
        if world is not None:
            await world.mock.store.drop()
            self._end(name)

    def _end_unused(self) -> None:
        longest = self.parts.bounds.rest
        for name in [name for name, world in self._others.items() if world.unused_for > longest]:
            self._end(name)

    def _end(self, name: str) -> None:
        self._others.pop(name, None)
        self._forget(name)


def require_name(name: str, of: str = "world") -> None:
    """Raise Refusal for what is no name of a world, or of what is named as worlds are."""
    if not NAME.fullmatch(name):
        raise Refusal(
            Kind.BAD_WORLD, f"The name of the {of} is not 1 to 100 of the characters A-Z, a-z, 0-9 and - . _ ~."
        )


def without_world(path: str, base_path: str) -> tuple[str, str | None]:
    """Return a target without the world in front of its path, and the name of that world; None where it names none."""
    found = IN_FRONT.fullmatch(path)
    if found is None or found["base"] != base_path:
        return path, None
    return found["before"] + found["rest"], found["name"]
