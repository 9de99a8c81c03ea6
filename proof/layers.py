"""Layers: how a mutant stands around the honest mock, which knows nothing of it."""

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count

from fleet_contract.mock_server.bodies import Incoming
from fleet_contract.mock_server.codings import unpacked
from fleet_contract.mock_server.messages import Answer, Call, Fields
from fleet_contract.mock_server.parts import Layer, Mock
from fleet_contract.mock_server.parts import Proceed as Within
from fleet_contract.mock_server.refusals import Refusal
from fleet_contract.mock_server.service import Service
from proof.moments import Moment, Proceed, World

METHODS_WITH_BODY = ("POST", "PUT", "PATCH")
Behaviour = Callable[[Moment, Proceed], Awaitable[Answer]]


class Watched:
    """A layer that shows every call to a behaviour as a moment, and remembers those that were answered."""

    def __init__(
        self, service: Service, within: Within, behaviour: Behaviour, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.mock = service.mock
        self.plans = service.plans
        self.within = within
        self.behaviour = behaviour
        self.clock = clock
        self.past: list[Moment] = []
        self.under_way: list[Moment] = []
        self.numbers = count()

    async def __call__(self, call: Call, incoming: Incoming) -> Answer:
        """Return what the behaviour makes of a call."""
        refused: Refusal | None = None
        if call.method in METHODS_WITH_BODY:
            most = self.mock.parts.body_limit
            try:
                call.raw_body = await incoming.whole(call.header("content-length"), most)
            except Refusal as refusal:
                refused = refusal

        async def proceed(asked: Call) -> Answer:
            return await self.within(replace(asked, operation_id=None, path={}), Whole(asked.raw_body, refused))

        moment = await self.moment(call)
        moment.number = next(self.numbers)
        for other in self.under_way:
            other.met.append(moment)
            moment.met.append(other)
        self.under_way.append(moment)
        try:
            moment.given = await self.behaviour(moment, proceed)
        finally:
            self.under_way.remove(moment)
        self.past.append(moment)
        return moment.given

    async def moment(self, call: Call) -> Moment:
        """Return a call with all that may decide whether a mutant fires."""
        seen = replace(call)
        with suppress(Refusal):
            seen.raw_body = unpacked(call, call.raw_body, self.mock.parts.body_limit)
            seen.headers = Fields(tuple(each for each in seen.headers if each[0] != "content-encoding"))
        with suppress(Refusal):
            self.mock.routes.match(seen, self.mock.dialect)
        tenant = self.mock.access.tenant_of(self.mock.access.key(call) or "")
        world = await world_of(self.mock)
        plan = self.plans.get(seen.operation_id or "")
        return Moment(seen, plan, tenant, seen.path, world, self.past, self.clock(), self.mock)


def noting(note: Callable[[Call, Answer], object]) -> Layer:
    """Return a layer that only notes what each call was answered."""

    def around(_: Service, within: Within) -> Within:
        async def decide(call: Call, incoming: Incoming) -> Answer:
            answer = await within(call, incoming)
            note(call, answer)
            return answer

        return decide

    return around


class Whole(Incoming):
    """A body that has been read already, or could not be."""

    def __init__(self, body: bytes, refused: Refusal | None) -> None:
        self.body = body
        self.refused = refused

    async def whole(self, declared: str | None, most: int) -> bytes:
        """Return the body; raises Refusal where that could not be read, or is larger than `most` bytes."""
        del declared, most
        if self.refused:
            raise self.refused
        return self.body


async def world_of(mock: Mock) -> World:
    """Return the state of a mock as it is now."""
    store = mock.store
    fleets, keys = store.fleets(), store.keys()
    return World(tuple([each async for each in fleets]), tuple([each async for each in keys]), mock.dialect)
