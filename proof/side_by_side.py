"""Side by side: one scenario sent to the honest mock and to a mutant, in one process and without sockets."""

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from typing import Any

from fleet_contract.mock_server.app import plans
from fleet_contract.mock_server.bodies import Incoming
from fleet_contract.mock_server.messages import Answer
from fleet_contract.mock_server.parts import Mock, Parts, parts
from fleet_contract.mock_server.plan import Plan
from fleet_contract.mock_server.service import Service
from fleet_contract.mock_server.serving import serving
from fleet_contract.mock_server.store import ChargingKey, Fleet
from proof.effects import Overlooks
from proof.layers import Behaviour, Watched
from proof.moments import Moment, Proceed
from proof.mutants.table import Mutant
from proof.sending import Request
from proof.triggers.classes import Scenario, Step


@dataclass(frozen=True)
class Played:
    """What a mock answered to the requests of a scenario, in order, and whether each was in the mutant's class."""

    answers: tuple[Answer, ...]
    fired: tuple[bool, ...]


def both(mutant: Mutant, scenario: Scenario) -> tuple[Played, Played]:
    """Return what the honest mock and the mutant answer to the same scenario, each from the same beginning."""
    if isinstance(mutant.effect, Overlooks):
        return served(None, scenario), served(mutant, scenario)
    return played(None, scenario), played(mutant, scenario)


def played(mutant: Mutant | None, scenario: Scenario, *, until_it_fires: bool = False) -> Played:
    """Return what the honest mock answers to a scenario, or a mutant; to all of it, or until the mutant has fired."""
    return asyncio.run(Stage(mutant.behave if mutant else _honest).play(scenario, until_it_fires=until_it_fires))


def served(mutant: Mutant | None, scenario: Scenario) -> Played:
    """Return what is answered over a connection to a scenario of plain requests."""
    made = parts()
    if mutant:
        mutant.spoil(made)
    with serving(made) as url, closing(HTTPConnection(url.removeprefix("http://"))) as connection:
        sent = [step for step in scenario if isinstance(step, Request)]
        answers = [_answered(connection, request) for request in sent]
    return Played(tuple(answers), tuple(mutant is not None and _overlooks(mutant, request) for request in sent))


def _overlooks(mutant: Mutant, request: Request) -> bool:
    names = (name for name, _ in request.headers if name.lower() == "x-api-key")
    return isinstance(mutant.effect, Overlooks) and any(mutant.effect.names.fits(name) for name in names)


def _answered(connection: HTTPConnection, request: Request) -> Answer:
    connection.request(request.method, f"{request.path}?{request.query}", request.body, dict(request.headers))
    response = connection.getresponse()
    return Answer(response.status, {}, response.read())


async def _honest(moment: Moment, proceed: Proceed) -> Answer:
    return await proceed(moment.call)


class Stage:
    """A fresh mock with a behaviour around it, and a clock that only waits move."""

    def __init__(self, behaviour: Behaviour) -> None:
        made, known = _parts_and_plans()
        self.now = 0.0
        self.mock = Mock(made)
        self.service = Service(self.mock, known)
        self.watched = Watched(self.service, self.service.decide, behaviour, clock=lambda: self.now)

    async def play(self, scenario: Scenario, *, until_it_fires: bool) -> Played:
        """Return what is answered to a scenario."""
        answers: list[Answer] = []
        for step in scenario:
            answers += await self._step(step, answers)
            if until_it_fires and any(moment.fired for moment in self.watched.past):
                break
        moments = sorted(self.watched.past, key=lambda moment: moment.number)
        return Played(tuple(answers), tuple(moment.fired for moment in moments))

    async def _step(self, step: Step, answers: Sequence[Answer]) -> list[Answer]:
        if isinstance(step, Fleet | ChargingKey):
            await _put(self.mock, step)
            return []
        if isinstance(step, tuple):
            return list(await asyncio.gather(*map(self._send, step)))
        return [await self._send(step if isinstance(step, Request) else step(answers))]

    async def _send(self, request: Request) -> Answer:
        self.now += request.after
        return await self.watched(request.call(), Body(request.body))


class Body(Incoming):
    """A body that has arrived already."""

    def __init__(self, body: bytes) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        super().__init__(receive)


@cache
def _parts_and_plans() -> tuple[Parts, dict[str, Plan]]:
    made = parts()
    return made, plans(made)


async def _put(mock: Mock, record: Fleet | ChargingKey) -> None:
    if isinstance(record, Fleet):
        await mock.store.put_fleet(record)
    else:
        await mock.store.put_key(record)
