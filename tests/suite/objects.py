"""Objects that do one thing at a time, and histories of them: true ones, tampered ones, and any at all."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from fleet_contract.contract_tests.judging.races.linearizability import Model, Operation

NEVER = math.inf
Action = tuple[Any, ...]
History = Sequence[Operation]
PROPERTY = settings(derandomize=True, deadline=None, max_examples=75, database=None)

# --- objects -----------------------------------------------------------------------------------


def step_of_register(state: int, action: Action) -> tuple[int, ...]:
    verb, value, *_ = action
    outcomes = {"write": (value,), "write, answered 500": (state, value), "read": (state,) if state == value else ()}
    return outcomes[verb]


def step_of_object(state: str, action: Action) -> tuple[str, ...]:
    """An object that is created once and renamed at will; its state is its name, empty before it is there."""
    verb, name, status = action
    if status is None:  # no answer: whatever it would have done
        return (name,) if (verb == "create") is (not state) else ()
    allowed = {
        "create": {201: not state, 409: bool(state)},
        "rename": {200: bool(state), 404: not state},
        "read": {200: bool(state) and name == state, 404: not state},
    }[verb][status]
    changed = name if status in {200, 201} else state
    return (changed,) if allowed else ()


def step_of_set(state: frozenset[int], action: Action) -> tuple[frozenset[int], ...]:
    verb, value = action
    if verb == "add":
        return (state | {value},)
    return (state,) if state == value else ()


def reads(action: Action) -> bool:
    return action[0] in {"read", "list"}


def reads_or_is_refused(action: Action) -> bool:
    return reads(action) or action[2] in {404, 409}


@dataclass(frozen=True)
class Kind:
    """A model with what it needs to be tried out: every action of a small world, and its states."""

    model: Model[Any]
    actions: tuple[Action, ...]
    states: tuple[Any, ...]

    @property
    def not_told_what_observes(self) -> Model[Any]:
        return Model(self.model.initial, self.model.step)


_SETS = tuple(frozenset(each) for size in range(3) for each in combinations((1, 2), size))
REGISTER = Kind(
    Model(0, step_of_register, reads),
    tuple((verb, value) for verb in ("write", "write, answered 500", "read") for value in range(3)),
    (0, 1, 2),
)
OBJECT = Kind(
    Model("", step_of_object, reads_or_is_refused),
    tuple(
        (verb, name, status)
        for verb, statuses in {"create": (201, 409, None), "rename": (200, 404, None), "read": (200, 404)}.items()
        for status in statuses
        for name in "ab"
    ),
    ("", "a", "b"),
)
SET = Kind(
    Model(frozenset(), step_of_set, reads),
    (("add", 1), ("add", 2), *(("list", each) for each in _SETS)),
    _SETS,
)
KINDS = {"register": REGISTER, "object": OBJECT, "set": SET}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def history_of(*operations: tuple[float, float, Action]) -> tuple[Operation, ...]:
    return tuple(
        Operation(number, invoked, returned, " ".join(map(str, action)), action)
        for number, (invoked, returned, action) in enumerate(operations)
    )


def sequential(*actions: Action) -> tuple[Operation, ...]:
    return history_of(*((2.0 * turn, 2.0 * turn + 1, action) for turn, action in enumerate(actions)))


# --- histories ---------------------------------------------------------------------------------

W1, W2, R0, R1, R2 = ("write", 1), ("write", 2), ("read", 0), ("read", 1), ("read", 2)
CREATED, REFUSED, UNKNOWN = ("create", "a", 201), ("create", "a", 409), ("create", "a", None)
RENAMED, MISSED, IS_A, IS_B = ("rename", "b", 200), ("rename", "b", 404), ("read", "a", 200), ("read", "b", 200)
ABSENT = ("read", "", 404)
ADD1, ADD2, NONE, ONE, TWO, BOTH = ("add", 1), ("add", 2), *(("list", each) for each in _SETS)


@st.composite
def arbitrary(draw: st.DrawFn, kind: Kind, most: int = 6) -> History:
    """Any answers at any times, most of which make no sense together."""
    moments = st.integers(0, 8)
    operations = []
    for action in draw(st.lists(st.sampled_from(kind.actions), max_size=most)):
        invoked = draw(moments)
        operations.append((invoked, draw(st.sampled_from([*range(invoked, 10), NEVER])), action))
    return history_of(*operations)


@st.composite
def executed(draw: st.DrawFn, kind: Kind, most: int = 6) -> History:
    """What clients saw of an object that did one thing at a time: each waited for a while before and after."""
    state = kind.model.initial
    operations: list[tuple[float, float, Action]] = []
    for turn in range(draw(st.integers(0, most))):
        possible = [(action, after) for action in kind.actions for after in kind.model.step(state, action)]
        action, after = draw(st.sampled_from(possible))
        before, waited = draw(st.integers(0, 4)), draw(st.sampled_from([0, 1, 2, 3, 4, NEVER]))
        happened = waited < NEVER or draw(st.booleans())
        state = after if happened else state
        operations.append((turn - before, turn + waited, action))
    return history_of(*operations)


@st.composite
def tampered(draw: st.DrawFn, kind: Kind, most: int = 6) -> History:
    """An execution of which one action was exchanged: nearly right, and often wrong."""
    history = list(draw(executed(kind, most).filter(bool)))
    index = draw(st.integers(0, len(history) - 1))
    history[index] = replace(history[index], action=draw(st.sampled_from(kind.actions)))
    return tuple(history)


def histories(kind: Kind, most: int = 6) -> st.SearchStrategy[History]:
    return arbitrary(kind, most) | tampered(kind, most)


def of_every_kind(strategy: Callable[[Kind], st.SearchStrategy[History]]) -> st.SearchStrategy[tuple[Kind, History]]:
    return st.sampled_from(list(KINDS.values())).flatmap(lambda kind: st.tuples(st.just(kind), strategy(kind)))


# --- every order -------------------------------------------------------------------------------


def can_be_ordered(history: History, model: Model[Any]) -> bool:
    return any(respects_time(order) and is_possible(order, model) for order in every_order(history))


def every_order(history: History) -> Iterator[History]:
    answered = [each for each in history if each.returned < NEVER]
    unanswered = [each for each in history if each.returned == NEVER]
    for size in range(len(unanswered) + 1):
        for some in combinations(unanswered, size):
            yield from permutations([*answered, *some])


def respects_time(order: History) -> bool:
    return not any(later.returned < earlier.invoked for earlier, later in combinations(order, 2))


def is_possible(order: History, model: Model[Any]) -> bool:
    states = {model.initial}
    for each in order:
        states = {after for state in states for after in model.step(state, each.action)}
    return bool(states)
