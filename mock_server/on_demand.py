"""Rules: what some calls of a world are to meet, on demand; next N times, with some probability, or beyond a rate."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, update_wrapper
from itertools import count
from random import Random
from types import MappingProxyType
from typing import Any

from fleet_contract.mock_server import deliveries
from fleet_contract.mock_server.kinds import Kind
from fleet_contract.mock_server.messages import Answer, Call, Json, Reason, to_bytes
from fleet_contract.mock_server.refusals import Refusal, rendered
from fleet_contract.spec.dialect import Dialect

LONGEST_DELAY = 60.0  # seconds
FIRST_ERROR = 400

Draw = Callable[[Random, Mapping[str, float]], float]
# How latencies are distributed, each with the numbers that it needs, in seconds but for sigma.
DISTRIBUTIONS: Mapping[str, tuple[tuple[str, ...], Draw]] = MappingProxyType(
    {
        "fixed": (("seconds",), lambda _, of: of["seconds"]),
        "uniform": (("min", "max"), lambda random, of: random.uniform(of["min"], of["max"])),
        "normal": (("mean", "deviation"), lambda random, of: random.gauss(of["mean"], of["deviation"])),
        "exponential": (("mean",), lambda random, of: random.expovariate(1 / of["mean"])),
        "lognormal": (("median", "sigma"), lambda random, of: of["median"] * random.lognormvariate(0, of["sigma"])),
    }
)
DELIVERIES: Mapping[str, deliveries.Deliver] = MappingProxyType(
    {
        "reset": deliveries.reset,
        "silent": deliveries.silent,
        "cut-off": deliveries.cut_off,
        "stalled": deliveries.stalled,
        "dripped": deliveries.dripped,
    }
)


@dataclass(frozen=True)
class Match:
    """Which calls a rule is about; None stands for all."""

    operation: str | None = None
    tenant: str | None = None
    path: str | None = None

    def holds(self, call: Call) -> bool:
        return (
            self.operation in (None, call.operation_id)
            and self.tenant in (None, call.tenant)
            and (self.path is None or self.path in call.raw_path)
        )


@dataclass(frozen=True)
class Respond:
    """A response in place of the honest one; without a body, an error has the one that the dialect gives it."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    is_carried_out: bool = False

    def answer(self, why: str, dialect: Dialect) -> Answer:
        """Return it as it is sent."""
        reason = Reason(Kind.ON_DEMAND, why)
        if self.body is None and self.status < FIRST_ERROR:
            return Answer(self.status, {**self.headers, "mock-hint": why}, kind=Kind.ON_DEMAND, reason=reason)
        if self.body is None:
            refused = rendered(Refusal(Kind.ON_DEMAND, why), dialect, self.status)
            return refused.with_headers({**refused.headers, **self.headers, "mock-hint": why})
        media_type, body = (
            ("text/plain; charset=utf-8", self.body.encode())
            if isinstance(self.body, str)
            else ("application/json", to_bytes(self.body))
        )
        headers = {"content-type": media_type, **self.headers, "mock-hint": why}
        return Answer(self.status, headers, body, Kind.ON_DEMAND, reason=reason)


@dataclass(frozen=True)
class Rule:
    """What some calls are to meet.

    It is about the calls that `match`: the next `times` of them, each with a `probability`, and
    those alone that come beyond a `rate`, as calls in seconds.
    """

    match: Match = Match()
    times: int | None = None
    probability: float = 1.0
    rate: tuple[int, float] | None = None
    latency: Mapping[str, Any] | None = None
    respond: Respond | None = None
    deliver: str | None = None
    bytes_per_second: float | None = None


@dataclass
class Demand:
    """What one call is to meet."""

    delay: float = 0.0
    respond: Respond | None = None
    deliver: deliveries.Deliver | None = None
    numbers: list[int] = field(default_factory=list)

    @property
    def why(self) -> str:
        listed = " and ".join(map(str, self.numbers))
        return f"Rule {listed} of this world asked for this." if self.numbers else ""


class Active:
    """A rule in force: what it has drawn and how often it was used."""

    def __init__(self, number: int, rule: Rule, random: Random) -> None:
        self.number = number
        self.rule = rule
        self.used = 0
        self._random = random
        self._allowed: deque[float] = deque()

    @property
    def is_spent(self) -> bool:
        return self.rule.times is not None and self.used >= self.rule.times

    def adds_to(self, demand: Demand, call: Call, now: float) -> None:
        """Add to what a call is to meet."""
        rule = self.rule
        is_late = rule.respond is not None and demand.respond is not None  # An earlier rule has decided.
        if self.is_spent or is_late or not rule.match.holds(call) or not self._is_its_turn(now):
            return
        self.used += 1
        demand.numbers.append(self.number)
        demand.respond = demand.respond or rule.respond
        demand.deliver = demand.deliver or delivery(rule)
        if rule.latency is not None:
            draw = DISTRIBUTIONS[rule.latency["distribution"]][1]
            demand.delay += min(max(draw(self._random, rule.latency), 0.0), LONGEST_DELAY)

    def _is_its_turn(self, now: float) -> bool:
        # Drawn first, so that the same calls draw the same numbers whatever the clock says.
        is_drawn = self.rule.probability >= 1 or self._random.random() < self.rule.probability
        return is_drawn and (self.rule.rate is None or self._is_beyond(*self.rule.rate, now))

    def _is_beyond(self, calls: int, seconds: float, now: float) -> bool:
        """Say whether so many calls were let through in the last seconds that this one is not."""
        while self._allowed and now - self._allowed[0] >= seconds:
            self._allowed.popleft()
        if len(self._allowed) >= calls:
            return True
        self._allowed.append(now)
        return False


def delivery(rule: Rule) -> deliveries.Deliver | None:
    """Return how a rule lets a response be sent."""
    if rule.deliver == "dripped" and rule.bytes_per_second is not None:
        drip = partial(deliveries.dripped, bytes_per_second=rule.bytes_per_second)
        return update_wrapper(drip, deliveries.dripped)  # the journal asks for its name
    return DELIVERIES[rule.deliver] if rule.deliver else None


class Rules:
    """The rules of a world, in their order; the same seed draws the same numbers for the same calls."""

    def __init__(self, rules: Sequence[Rule], seed: int, world: str) -> None:
        self.seed = seed
        self._world = world
        self._numbers = count(1)
        self._active: list[Active] = []
        for rule in rules:
            self.add(rule)

    def __iter__(self) -> Iterator[Active]:
        return iter(self._active)

    def __len__(self) -> int:
        return len(self._active)

    def add(self, rule: Rule) -> Active:
        """Let a rule be in force after all others."""
        number = next(self._numbers)
        self._active.append(Active(number, rule, Random(f"{self.seed} {self._world} {number}")))  # noqa: S311
        return self._active[-1]

    def remove(self, number: int) -> bool:
        """Take a rule away; False where there is none of this number."""
        before = len(self._active)
        self._active = [each for each in self._active if each.number != number]
        return len(self._active) < before

    def demand(self, call: Call, now: float) -> Demand:
        """Return what a call is to meet."""
        demand = Demand()
        for active in self._active:
            active.adds_to(demand, call, now)
        if demand.numbers:
            self._active = [each for each in self._active if not each.is_spent]
        return demand


async def met(demand: Demand, carry_out: Callable[[], Awaitable[Answer]], dialect: Dialect) -> Answer:
    """Return what a call is answered that has something to meet."""
    if demand.delay:
        await asyncio.sleep(demand.delay)
    respond = demand.respond
    if respond is None or respond.is_carried_out:
        answer = await carry_out()
    if respond is not None:
        answer = respond.answer(demand.why, dialect)
    return replace(answer, deliver=demand.deliver) if demand.deliver else answer
