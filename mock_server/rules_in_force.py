"""Rules in force: what some calls of a world are to meet, next N times, with some probability, or beyond a rate.

The store counts, so that mocks which share it count together; rules themselves are values that all of them know.
"""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from secrets import token_hex
from typing import Any

from fleet_contract.mock_server.messages import Call
from fleet_contract.mock_server.on_demand import Demand, Rule, demanded, described, rule_of
from fleet_contract.mock_server.store import Chance, Store

Values = Mapping[str, Any]


class Active:
    """A rule in force; `used` is how often it was met, as far as this process knows."""

    def __init__(self, number: int, rule: Rule) -> None:
        self.number = number
        self.rule = rule
        self.used = 0
        self.chance = Chance(number, rule.times, rule.probability, rule.rate, rule.respond is not None)

    @property
    def is_spent(self) -> bool:
        return self.rule.times is not None and self.used >= self.rule.times


class Rules:
    """The rules of a world, in their order; the same seed draws the same numbers for the same calls."""

    def __init__(self, rules: Sequence[Rule], seed: int, world: str, *, is_told: bool = True) -> None:
        self.seed = seed
        self.is_told = is_told or bool(rules)  # by somebody, and so other mocks are to know them
        self._draws = f"{seed} {world}"
        self._tally = token_hex(8)
        self._next = 1
        self._agreed: list[Active] = []  # those that other mocks know, too
        self._active: list[Active] = []
        for rule in rules:
            self.add(rule)

    def __iter__(self) -> Iterator[Active]:
        return iter(self._active)

    def __len__(self) -> int:
        return len(self._active)

    def add(self, rule: Rule) -> Active:
        """Let a rule be in force after all others."""
        added = Active(self._next, rule)
        self._next += 1
        self.is_told = True
        self._hold([*self._active, added])
        return added

    def remove(self, number: int) -> bool:
        """Take a rule away; False where there is none of this number."""
        left = [each for each in self._active if each.number != number]
        is_there = len(left) < len(self._active)
        if is_there:
            self._hold(left)
        return is_there

    def _hold(self, rules: list[Active]) -> None:
        self._agreed, self._active = rules, rules

    async def count(self, store: Store) -> None:
        """Learn from the store how often each was met."""
        uses = await store.uses(self._tally)
        for active in self._active:
            active.used = uses.get(active.number, 0)
        self._let_go()

    async def demand(self, call: Call, store: Store) -> Demand:
        """Return what a call is to meet; raises what the store raises."""
        fitting = [each for each in self._active if each.rule.match.holds(call)]
        if not fitting:
            return Demand()
        meeting = []
        met = await store.meet(self._tally, self._draws, [each.chance for each in fitting])
        for active, (turn, used) in zip(fitting, met, strict=True):
            active.used = used
            if turn:
                random = Random(f"{self._draws} {active.number} {turn}")  # noqa: S311  (no secret)
                meeting.append((active.number, active.rule, random))
        self._let_go()
        return demanded(meeting)

    def _let_go(self) -> None:
        """Look no more at those that were used as often as they may be."""
        self._active = [each for each in self._active if not each.is_spent]

    # --- as a value ---

    @property
    def values(self) -> Values:
        """All that another mock needs to have the same rules."""
        rules = [[each.number, described(each.rule)] for each in self._agreed]
        return {"seed": self.seed, "tally": self._tally, "next": self._next, "rules": rules}

    @classmethod
    def of(cls, values: Values, world: str) -> "Rules":
        """Return the rules that another mock has."""
        rules = cls((), values["seed"], world)
        rules._tally, rules._next = values["tally"], values["next"]
        rules._hold([Active(number, rule_of(value)) for number, value in values["rules"]])
        return rules
