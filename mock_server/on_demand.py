"""On demand: what calls may be told to meet, as a rule says it, and how a call meets it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial, update_wrapper
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


def delivery(rule: Rule) -> deliveries.Deliver | None:
    """Return how a rule lets a response be sent."""
    if rule.deliver == "dripped" and rule.bytes_per_second is not None:
        drip = partial(deliveries.dripped, bytes_per_second=rule.bytes_per_second)
        return update_wrapper(drip, deliveries.dripped)  # the journal asks for its name
    return DELIVERIES[rule.deliver] if rule.deliver else None


def demanded(rules: Iterable[tuple[int, Rule, Random]]) -> Demand:
    """Return what a call is to meet that meets some rules, each with its number and what its latency is drawn from."""
    demand = Demand()
    for number, rule, random in rules:
        demand.numbers.append(number)
        demand.respond = demand.respond or rule.respond
        demand.deliver = demand.deliver or delivery(rule)
        if rule.latency is not None:
            draw = DISTRIBUTIONS[rule.latency["distribution"]][1]
            demand.delay += min(max(draw(random, rule.latency), 0.0), LONGEST_DELAY)
    return demand


async def met(demand: Demand, carry_out: Callable[[], Awaitable[Answer]], dialect: Dialect) -> Answer:
    """Return what a call is answered that has something to meet."""
    delay, demand.delay = demand.delay, 0.0  # A call that begins anew has waited.
    if delay:
        await asyncio.sleep(delay)
    respond = demand.respond
    if respond is None or respond.is_carried_out:
        answer = await carry_out()
    if respond is not None:
        answer = respond.answer(demand.why, dialect)
    return replace(answer, deliver=demand.deliver) if demand.deliver else answer


# --- as values -----------------------------------------------------------------------------------


def rule_of(value: Mapping[str, Any]) -> Rule:
    """Return the rule that a value describes, as the control API has it."""
    match, rate, respond = value.get("match", {}), value.get("rate"), value.get("respond")
    return Rule(
        Match(match.get("operation"), match.get("tenant"), match.get("path")),
        value.get("times"),
        value.get("probability", 1.0),
        (rate["calls"], rate["seconds"]) if rate else None,
        value.get("latency"),
        respond and respond_of(respond),
        value.get("deliver"),
        value.get("bytesPerSecond"),
    )


def respond_of(value: Mapping[str, Any]) -> Respond:
    headers = {name.lower(): text for name, text in value.get("headers", {}).items()}
    return Respond(value["status"], headers, value.get("body"), value.get("isCarriedOut", False))


def described(rule: Rule) -> dict[str, Any]:
    """Return the value that describes a rule."""
    match = {name: getattr(rule.match, name) for name in ("operation", "tenant", "path")}
    respond = rule.respond
    members = {
        "match": {name: value for name, value in match.items() if value is not None} or None,
        "times": rule.times,
        "probability": rule.probability if rule.probability < 1 else None,
        "rate": {"calls": rule.rate[0], "seconds": rule.rate[1]} if rule.rate else None,
        "latency": rule.latency,
        "respond": respond
        and {
            "status": respond.status,
            "headers": dict(respond.headers),
            "isCarriedOut": respond.is_carried_out,
            **({} if respond.body is None else {"body": respond.body}),
        },
        "deliver": rule.deliver,
        "bytesPerSecond": rule.bytes_per_second,
    }
    return {name: value for name, value in members.items() if value is not None}
