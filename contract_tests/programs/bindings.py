"""The bindings of one replay: the ids, names and keys that stand for the symbols of a program, fresh and marked.

A text of a program is a plain string, or a recipe: an object with one of `$id`, `$name`, `$text`, `$number` and
`$fixture`, and with what is done to the text that it names.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fleet_contract.contract_tests.driving.api import Api
from fleet_contract.contract_tests.driving.untested import Reason, SkipReason, Untested
from fleet_contract.contract_tests.programs.changes import CHANGES
from fleet_contract.contract_tests.target.target import Fixtures

Recipe = Mapping[str, Any]
_END = "-1"  # behind the number of an id, so that no change of one is that of another: 12 is both 121 and 125 cut short
SYMBOLS = ("$id", "$name", "$text", "$number", "$fixture")


def is_recipe(value: Any) -> bool:
    """Say whether a value of a program stands for another."""
    return isinstance(value, Mapping) and any(symbol in value for symbol in SYMBOLS)


class Bindings:
    """What each symbol of a program is in one replay; the same symbol is the same text throughout."""

    def __init__(self, fleets: Sequence[Recipe], api: Api, fixtures: Fixtures) -> None:
        self._shapes = fleets
        self._api = api
        self._fixtures = fixtures
        self._ids: dict[int, str] = {}
        self._names: dict[int, str] = {}
        self._numbers: dict[int, int] = {}
        self._keys: dict[int, dict[str, Any]] = {}

    def value(self, given: Any) -> Any:
        """Return a value with each recipe in it replaced; raises Untested for a fixture that the target lacks."""
        if is_recipe(given):
            return self._cooked(given)
        if isinstance(given, Mapping):
            return {name: self.value(member) for name, member in given.items()}
        return [self.value(item) for item in given] if isinstance(given, list | tuple) else given

    def key(self, number: int) -> dict[str, Any]:
        """Return the members of a charging key of ours, the same for the same number."""
        if number not in self._keys:
            self._keys[number] = self._api.fresh_key()
        return self._keys[number]

    def _cooked(self, recipe: Recipe) -> Any:
        symbol = next(symbol for symbol in SYMBOLS if symbol in recipe)
        start = _STARTS[symbol](self, recipe[symbol])
        return shaped(start, recipe) if isinstance(start, str) else start

    def id(self, number: int) -> str:
        """Return the id of a fleet of the program."""
        if number not in self._ids:
            shape = self._shapes[number] if number < len(self._shapes) else {}
            self._ids[number] = shaped(self._api.fresh_id(_END), shape)
        return self._ids[number]

    def name(self, number: int) -> str:
        """Return a name that only this symbol has."""
        if number not in self._names:
            self._names[number] = self._api.fresh_name()
        return self._names[number]

    def number(self, number: int) -> int:
        """Return a number that nobody else would call a fleet or a name, the same for the same symbol."""
        if number not in self._numbers:
            self._numbers[number] = self._api.fresh_number()
        return self._numbers[number]

    def fixture(self, name: str) -> str:
        fleet: str | None = getattr(self._fixtures, name)
        if fleet is None:
            raise Untested(Reason(SkipReason.FIXTURE, entries=(f"fixtures.{name}",)))
        return fleet


_STARTS: Mapping[str, Callable[[Bindings, Any], Any]] = {
    "$id": Bindings.id,
    "$name": Bindings.name,
    "$text": lambda _, text: text,
    "$number": Bindings.number,
    "$fixture": Bindings.fixture,
}


def shaped(start: str, shape: Recipe) -> str:
    """Return a text with its ending, brought to its length in code points, and changed, in this order."""
    text = start + shape.get("ending", "")
    length = shape.get("length")
    if length is not None:
        filler = shape.get("filler", "a")
        text = (text + filler * length)[: max(length, len(start))]
    return CHANGES[shape["change"]](text) if "change" in shape else text
