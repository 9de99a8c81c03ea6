"""Turns: one call of a mock that misbehaves, and the ways in which a misbehaviour may take it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Json
from fleet_contract.mock_server.refusals import Refusal, rendered
from fleet_contract.spec.dialect import Dialect


@dataclass
class Memory:
    """What one misbehaviour of one mock remembers: how many calls there were, what was seen when, the last answer."""

    calls: int = 0
    seen: dict[Any, float] = field(default_factory=dict)
    answer: Answer | None = None


@dataclass
class Turn:
    """A call of a mock, counted from 1 on, and what the honest mock answers to it."""

    call: Call
    number: int
    now: float
    memory: Memory
    dialect: Dialect
    honest: Callable[[], Awaitable[Answer]]

    def refuse(self, kind: Kind, detail: str, **headers: str) -> Answer:
        """Return a refusal as the dialect has it, with more headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return rendered(Refusal(kind, detail, named), self.dialect)


Act = Callable[[Turn], Awaitable[Answer]]
When = Callable[[Turn], bool]


def always(_: Turn) -> bool:
    return True


def every(interval: int) -> When:
    """Hold for each of so many calls the last."""
    return lambda turn: turn.number % interval == 0


# --- what may be done with one -------------------------------------------------------------------


def instead(answer: Answer | Callable[[Turn], Answer], when: When = always, seconds: float = 0.0) -> Act:
    """Answer something of one's own in place of what the honest mock would, after some seconds."""

    async def act(turn: Turn) -> Answer:
        if not when(turn):
            return await turn.honest()
        await asyncio.sleep(seconds)
        return answer if isinstance(answer, Answer) else answer(turn)

    return act


def late(seconds: float, when: When = always) -> Act:
    """Answer as ever, some seconds later."""

    async def act(turn: Turn) -> Answer:
        if when(turn):
            await asyncio.sleep(seconds)
        return await turn.honest()

    return act


def then(change: Callable[[Turn, Answer], Answer], when: Callable[[Turn, Answer], Any] = lambda *_: True) -> Act:
    """Change what the honest mock answered."""

    async def act(turn: Turn) -> Answer:
        answer = await turn.honest()
        return change(turn, answer) if when(turn, answer) else answer

    return act


def in_successes(change: Callable[[Answer], Answer], *operations: str) -> Act:
    """Change each success that has a body, of some operations or of all."""

    def concerned(turn: Turn, answer: Answer) -> bool:
        of_these = not operations or turn.call.operation_id in operations
        return of_these and answer.succeeded and bool(answer.body)

    return then(lambda _, answer: change(answer), concerned)


def in_values(change: Callable[[Json], Json], *operations: str) -> Act:
    """Change the value in each success that has one."""
    return in_successes(lambda answer: answer.with_json(change(answer.json)), *operations)


def in_bytes(change: Callable[[bytes], bytes]) -> Act:
    """Change the bytes of each success that has some."""
    return in_successes(lambda answer: replace(answer, body=change(answer.body)))


def in_headers(**headers: str) -> Act:
    """Give each success that has a body other headers; an empty one is left out."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def change(answer: Answer) -> Answer:
        changed = {**answer.headers, **named}
        return replace(answer, headers={name: value for name, value in changed.items() if value})

    return in_successes(change)
