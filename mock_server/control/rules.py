"""Rules over the control API: what a body says of them, and how they are shown."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from fleet_contract.mock_server.control.problems import Problem, pointer_to
from fleet_contract.mock_server.control.records import no_tenant, tenants_of
from fleet_contract.mock_server.handlers import HANDLERS as OPERATIONS
from fleet_contract.mock_server.messages import NOTHING, WITHOUT_CONTENT, Call, Json, Reply
from fleet_contract.mock_server.on_demand import DELIVERIES, DISTRIBUTIONS, Rule, described, rule_of
from fleet_contract.mock_server.rules_in_force import Active
from fleet_contract.mock_server.world import World

MOST_RULES = 1000
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t -~\x80-\xff]*")
OF_FRAMING = ("content-length", "transfer-encoding", "connection")
EFFECTS = ("latency", "respond", "deliver")


async def get_rules(world: World, _: Call) -> Reply:
    await world.rules.count(world.mock.store)
    known = {"operations": list(OPERATIONS), "deliveries": list(DELIVERIES), "distributions": list(DISTRIBUTIONS)}
    return Reply(200, {"seed": world.rules.seed, "rules": [shown(each) for each in world.rules], "known": known})


async def put_rules(world: World, call: Call) -> Reply:
    world.rule(checked_rules(call.body["rules"], tenants_of(world)), call.body.get("seed"))
    return await get_rules(world, call)


async def add_rule(world: World, call: Call) -> Reply:
    rule = checked_rule(call.body, tenants_of(world), ())
    await world.rules.count(world.mock.store)
    if len(world.rules) >= MOST_RULES:
        raise Problem(409, f"There are {MOST_RULES} rules, which is the maximum for a world. Remove some.")
    active = world.rules.add(rule)
    world.apply_rules()
    return Reply(201, shown(active))


async def remove_rule(world: World, call: Call) -> Reply:
    number = call.path["rule"]
    await world.rules.count(world.mock.store)
    if not number.isdecimal() or not world.rules.remove(int(number[:9])):
        raise Problem(
            404,
            "There is no such rule. Expected the `number` of one that GET /_mock/rules lists; "
            "a rule with `times` is removed once that many calls have met it.",
        )
    world.apply_rules()
    return Reply(204, NOTHING)


def checked_rules(values: Sequence[Json], tenants: Collection[str]) -> list[Rule]:
    """Return the rules that values describe in a world with some tenants; raises Problem for the first wrong field."""
    return [checked_rule(value, tenants, ("rules", place)) for place, value in enumerate(values)]


def checked_rule(value: Json, tenants: Collection[str], at: Sequence[str | int]) -> Rule:
    """Return the rule that a value describes, which fits the document, in a world with some tenants; raises Problem."""
    if not any(effect in value for effect in EFFECTS):
        raise Problem(422, "A rule says what calls are to meet: latency, respond or deliver.", pointer_to(at))
    if "bytesPerSecond" in value and value.get("deliver") != "dripped":
        raise Problem(422, "bytesPerSecond needs deliver: dripped.", pointer_to([*at, "bytesPerSecond"]))
    tenant = value.get("match", {}).get("tenant")
    if tenant is not None and tenant not in tenants:  # So no call could ever meet the rule.
        raise Problem(422, no_tenant(tenant, tenants), pointer_to([*at, "match", "tenant"]))
    if "latency" in value:
        require_latency(value["latency"], (*at, "latency"))
    if "respond" in value:
        require_sendable(value["respond"], (*at, "respond"))
    return rule_of(value)


def require_latency(value: Mapping[str, Any], at: Sequence[str | int]) -> None:
    """Raise Problem unless a latency has the numbers that its distribution needs, and no others."""
    name = value["distribution"]
    needed, given = DISTRIBUTIONS[name][0], [each for each in value if each != "distribution"]
    listed = " and ".join(needed)
    for unused in (each for each in given if each not in needed):
        raise Problem(422, f"The distribution {name} has no {unused}; it has {listed}.", pointer_to([*at, unused]))
    for missing in (each for each in needed if each not in given):
        raise Problem(422, f"The distribution {name} needs {listed}.", pointer_to([*at, missing]))
    if name == "uniform" and value["min"] > value["max"]:
        raise Problem(422, "min is larger than max.", pointer_to([*at, "min"]))


def require_sendable(value: Mapping[str, Any], at: Sequence[str | int]) -> None:
    """Raise Problem for what HTTP cannot send."""
    for name, text in value.get("headers", {}).items():
        pointer = pointer_to([*at, "headers", name])
        if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(text):
            raise Problem(422, "This is not a header field that HTTP can send.", pointer)
        if name.lower() in OF_FRAMING:
            raise Problem(422, f"{name} is for the mock to decide. `deliver` breaks off a response.", pointer)
    if value["status"] in WITHOUT_CONTENT and "body" in value:
        raise Problem(422, f"A response with status {value['status']} has no body.", pointer_to([*at, "body"]))


def shown(active: Active) -> Json:
    """Return a rule in force as the control API shows it."""
    return {"number": active.number, "used": active.used, **described(active.rule)}


HANDLERS = (get_rules, put_rules, add_rule, remove_rule)
