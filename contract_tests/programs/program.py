"""A program: a list of steps about a few symbolic fleets, as plain JSON data, and what it costs and needs."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fleet_contract.contract_tests.driving.api import RETRIES
from fleet_contract.contract_tests.network.budget import Cost
from fleet_contract.contract_tests.network.ledger import may_make
from fleet_contract.contract_tests.target.depths import Price

Step = Mapping[str, Any]
_MAKES = {"create": Cost.FLEETS, "create_key": Cost.KEYS}
_ORDER = ("do", "caller", "method", "path", "fleet", "key", "id", "name")  # in which a person reads a step


@dataclass(frozen=True)
class Program:
    """Steps in order, and the shape of the id of each fleet that they name by its number; others are plain."""

    steps: tuple[Step, ...]
    fleets: tuple[Mapping[str, Any], ...] = ()

    @property
    def size(self) -> tuple[int, int, str]:
        """How large it is: a smaller one explains a failure better."""
        text = json.dumps([self.steps, self.fleets], sort_keys=True)
        return len(self.steps), len(text), text

    @property
    def price(self) -> Price:
        """What a replay costs at most."""
        made = [cost for cost in map(_made, self.steps) if cost]
        pages = sum(step.get("pages", 1) for step in self.steps)
        return Price(pages + RETRIES * len(made), made.count(Cost.FLEETS), made.count(Cost.KEYS))


def _made(step: Step) -> Cost | None:
    if step["do"] != "send":
        return _MAKES.get(step["do"])
    return may_make(step["method"], "".join(part for part in step["path"] if isinstance(part, str)))


def tidied(program: Program) -> Program:
    """Return a program that sends the same, with its fleets numbered in the order in which they appear."""
    numbers = dict.fromkeys(each["$id"] for each in _recipes(program.steps) if "$id" in each)
    order = {old: new for new, old in enumerate(numbers)}
    shapes = [program.fleets[old] if old < len(program.fleets) else {} for old in order]
    while shapes and not shapes[-1]:
        shapes.pop()
    return Program(tuple(_readable(_renumbered(step, order)) for step in program.steps), tuple(shapes))


def _readable(step: Step) -> Step:
    return {name: step[name] for name in (*(each for each in _ORDER if each in step), *sorted(set(step) - {*_ORDER}))}


def _recipes(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for member in value.values():
            yield from _recipes(member)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _recipes(item)


def _renumbered(value: Any, order: Mapping[int, int]) -> Any:
    if isinstance(value, Mapping):
        return {name: order[member] if name == "$id" else _renumbered(member, order) for name, member in value.items()}
    return [_renumbered(item, order) for item in value] if isinstance(value, list | tuple) else value
