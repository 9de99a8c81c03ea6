"""Linearizability against histories that were thought out by hand, and against trying every order."""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_contract.contract_tests.judging import linearizability
from fleet_contract.contract_tests.judging.linearizability import (
    Model,
    Operation,
    Relaxed,
    is_linearizable,
    overlapping_pairs,
    smallest_witness,
)
from fleet_contract.contract_tests.judging.timeline import timeline

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


def relaxed_register(action: Action) -> Action | None:
    return None if action[0] == "read" else action


def relaxed_object(action: Action) -> Action | None:
    verb, name, status = action
    return (verb, name, None) if verb != "read" and status in {200, 201, None} else None


def relaxed_set(action: Action) -> Action | None:
    return action if action[0] == "add" else None


@dataclass(frozen=True)
class Kind:
    """A model with what it needs to be tried out: its relaxation, and every action of a small world."""

    model: Model[Any]
    relaxed: Relaxed
    actions: tuple[Action, ...]
    states: tuple[Any, ...]

    @property
    def told_what_observes(self) -> Model[Any]:
        return replace(self.model, observes=lambda action: self.relaxed(action) is None)


_SETS = tuple(frozenset(each) for size in range(3) for each in combinations((1, 2), size))
REGISTER = Kind(
    Model(0, step_of_register),
    relaxed_register,
    tuple((verb, value) for verb in ("write", "write, answered 500", "read") for value in range(3)),
    (0, 1, 2),
)
OBJECT = Kind(
    Model("", step_of_object),
    relaxed_object,
    tuple(
        (verb, name, status)
        for verb, statuses in {"create": (201, 409, None), "rename": (200, 404, None), "read": (200, 404)}.items()
        for status in statuses
        for name in "ab"
    ),
    ("", "a", "b"),
)
SET = Kind(
    Model(frozenset(), step_of_set),
    relaxed_set,
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


# --- by hand -----------------------------------------------------------------------------------

W1, W2, R0, R1, R2 = ("write", 1), ("write", 2), ("read", 0), ("read", 1), ("read", 2)
CREATED, REFUSED, UNKNOWN = ("create", "a", 201), ("create", "a", 409), ("create", "a", None)
RENAMED, MISSED, IS_A, IS_B = ("rename", "b", 200), ("rename", "b", 404), ("read", "a", 200), ("read", "b", 200)
ABSENT = ("read", "", 404)
ADD1, ADD2, NONE, ONE, TWO, BOTH = ("add", 1), ("add", 2), *(("list", each) for each in _SETS)

GOOD = {
    "nothing at all": (REGISTER, history_of()),
    "a register, one by one": (REGISTER, sequential(R0, W1, R1, W2, R2)),
    "a read during a write may be early or late": (REGISTER, history_of((0, 9, W1), (1, 2, R0), (3, 4, R1))),
    "writes that overlap are ordered by the read after": (REGISTER, history_of((0, 5, W2), (1, 4, W1), (6, 7, R2))),
    "at equal times both orders are possible": (REGISTER, history_of((0, 1, R1), (1, 2, W1))),
    "at equal times, without an answer": (REGISTER, history_of((0, 1, R1), (1, NEVER, W1))),
    "moments without length overlap": (REGISTER, history_of((1, 1, R1), (1, 1, W1))),
    "a write without an answer took effect": (REGISTER, history_of((0, NEVER, W1), (1, 2, R1))),
    "a write without an answer did not take effect": (REGISTER, history_of((0, NEVER, W1), (1, 2, R0))),
    "a write without an answer took effect late": (
        REGISTER,
        history_of((0, NEVER, W1), (1, 2, R0), (3, 4, W2), (5, 6, R2), (7, 8, R1)),
    ),
    "of two equal writes the one sent first took effect last": (
        REGISTER,
        history_of((0, 9, W1), (1, 2, W1), (3, 4, W2), (5, 6, R2), (7, 8, R1)),
    ),
    "a read without an answer says nothing": (REGISTER, history_of((0, NEVER, R2))),
    "two writes of one value, both without an answer": (
        REGISTER,
        history_of((0, NEVER, W1), (0, NEVER, W1), (1, 2, R1), (3, 4, W2), (5, 6, R1)),
    ),
    "a write that failed took effect": (REGISTER, sequential(("write, answered 500", 1), R1)),
    "a write that failed took no effect": (REGISTER, sequential(("write, answered 500", 1), R0)),
    "one of two creates wins": (OBJECT, history_of((0, 3, REFUSED), (1, 2, CREATED), (4, 5, IS_A))),
    "a rename that overlaps the create": (OBJECT, history_of((0, 9, RENAMED), (1, 8, CREATED), (10, 11, IS_B))),
    "a create without an answer explains a conflict": (OBJECT, history_of((0, NEVER, UNKNOWN), (1, 2, REFUSED))),
    "adds that overlap are seen one by one": (
        SET,
        history_of((0, 9, ADD1), (0, 9, ADD2), (1, 2, NONE), (3, 4, TWO), (5, 6, BOTH)),
    ),
}

BAD = {
    "a read of what nobody wrote": (REGISTER, sequential(R1)),
    "a stale read": (REGISTER, sequential(W1, R0)),
    "a read that goes back in time": (REGISTER, history_of((0, 9, W1), (1, 2, R1), (3, 4, R0))),
    "a stale read while another write goes on": (REGISTER, history_of((0, 1, W1), (0.5, 9, W2), (2, 3, R0))),
    "a read of a write to come": (REGISTER, history_of((0, 1, R1), (1.001, 2, W1))),
    "two readers that disagree on the order": (
        REGISTER,
        history_of((0, 1, W1), (0, 1, W2), (2, 3, R1), (4, 5, R2)),
    ),
    "a write without an answer took effect before it was sent": (REGISTER, history_of((0, 1, R1), (2, NEVER, W1))),
    "a write without an answer took effect and was undone": (
        REGISTER,
        history_of((0, NEVER, W1), (1, 2, R1), (3, 4, R0)),
    ),
    "a write without an answer took effect twice": (
        REGISTER,
        history_of((0, NEVER, W1), (1, 2, R1), (3, 4, W2), (5, 6, R1)),
    ),
    "a write that failed did something else": (REGISTER, sequential(("write, answered 500", 1), R2)),
    "both of two creates win": (OBJECT, history_of((0, 3, CREATED), (1, 2, CREATED))),
    "none of two creates wins": (OBJECT, history_of((0, 3, REFUSED), (1, 2, REFUSED))),
    "a rename that was lost": (OBJECT, sequential(CREATED, RENAMED, IS_A)),
    "a create that is not seen": (OBJECT, history_of((0, 1, CREATED), (2, 9, MISSED))),
    "a create without an answer did nothing, and then refused": (
        OBJECT,
        history_of((0, NEVER, UNKNOWN), (1, 2, IS_A), (3, 4, CREATED)),
    ),
    "two adds seen in opposite orders": (
        SET,
        history_of((0, 9, ADD1), (0, 9, ADD2), (1, 2, ONE), (3, 4, TWO)),
    ),
    "an element that went missing": (SET, sequential(ADD1, ONE, ADD2, TWO)),
}


@pytest.mark.parametrize(("kind", "history"), GOOD.values(), ids=GOOD)
def test_a_history_that_can_be_ordered_is_linearizable(kind: Kind, history: History) -> None:
    assert is_linearizable(history, kind.model)
    assert is_linearizable(history[::-1], kind.told_what_observes)
    assert smallest_witness(history, kind.model, kind.relaxed) == ()


@pytest.mark.parametrize(("kind", "history"), BAD.values(), ids=BAD)
def test_a_history_that_cannot_be_ordered_is_not(kind: Kind, history: History) -> None:
    assert not is_linearizable(history, kind.model)
    assert not is_linearizable(history[::-1], kind.told_what_observes)
    assert smallest_witness(history, kind.model, kind.relaxed) != ()


@pytest.mark.parametrize(("wrong", "expected"), [(R0, False), (("read", 149), True)])
def test_a_long_history_is_searched_without_a_deep_stack(wrong: Action, expected: bool) -> None:
    rounds = [action for value in range(150) for action in (("write", value), ("read", value))]
    assert is_linearizable(sequential(*rounds, wrong), REGISTER.model) is expected


@pytest.mark.parametrize(("winners", "expected"), [(0, False), (1, True), (2, False)])
def test_a_race_of_twenty_is_searched_in_no_time(winners: int, expected: bool) -> None:
    dice = random.Random(1)  # noqa: S311
    actions = [*[CREATED] * winners, *[REFUSED] * (20 - winners)]
    race = history_of(*((dice.random(), 1 + dice.random(), action) for action in actions))
    assert is_linearizable(race, OBJECT.model) is expected
    assert len(smallest_witness(race, OBJECT.model, OBJECT.relaxed)) == (0 if expected else winners or 1)


@pytest.mark.parametrize("last", range(20))
def test_twenty_writes_without_an_answer_are_searched_in_no_time(last: int) -> None:
    writes = [(0.0, NEVER, ("write", value)) for value in range(1, 20)]
    reads = [(2.0 * value, 2.0 * value + 1, ("read", value)) for value in range(1, last + 1)]
    assert is_linearizable(history_of(*writes, *reads), REGISTER.model)
    assert not is_linearizable(history_of(*writes, *reads, (60, 61, ("read", 20))), REGISTER.model)


def test_equal_writes_without_an_answer_are_searched_in_no_time() -> None:
    writes = [(0.0, NEVER, action) for action in (W1, W2) for _ in range(12)]
    reads = [(2.0 * turn, 2.0 * turn + 1, (R1, R2)[turn % 2]) for turn in range(1, 25)]
    assert is_linearizable(history_of(*writes, *reads), REGISTER.model)
    assert not is_linearizable(history_of(*writes, *reads, (60, 61, R2)), REGISTER.model)


def test_reads_that_overlap_are_searched_in_no_time_where_the_model_tells_them() -> None:
    rounds = [(value, 50.0, action) for value in range(1, 11) for action in (("write", value), ("read", value))]
    assert is_linearizable(history_of(*rounds), REGISTER.told_what_observes)


def test_an_operation_that_ends_before_it_begins_is_an_error_of_ours() -> None:
    with pytest.raises(ValueError, match="Operation 0 returned"):
        history_of((2, 1, W1))
    with pytest.raises(ValueError, match="Operation 0 returned"):
        history_of((math.nan, 1, W1))


@pytest.mark.parametrize(
    ("history", "pairs"),
    [
        (history_of(), 0),
        (sequential(W1, R1, W2), 0),
        (history_of((0, 1, W1), (1, 2, R1)), 1),
        (history_of((0, NEVER, W1), (1, 2, R1), (3, 4, R1)), 2),
        (history_of((0, 9, W1), (1, 8, W1), (2, 7, W1), (3, 6, W1)), 6),
    ],
)
def test_pairs_that_overlap_are_counted_once(history: History, pairs: int) -> None:
    assert overlapping_pairs(history) == overlapping_pairs(history[::-1]) == pairs


# --- against every order -----------------------------------------------------------------------


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


@every_kind
def test_the_search_finds_what_trying_every_order_finds(kind: Kind) -> None:
    found = set()

    @settings(PROPERTY, max_examples=150)
    @given(histories(kind))
    def agrees(history: History) -> None:
        expected = can_be_ordered(history, kind.model)
        found.add(expected)
        assert is_linearizable(history, kind.model) is expected
        assert is_linearizable(history, kind.told_what_observes) is expected

    agrees()
    assert found == {True, False}


@PROPERTY
@given(of_every_kind(lambda kind: executed(kind, 15)), st.randoms(use_true_random=False))
def test_what_an_object_really_did_is_linearizable(case: tuple[Kind, History], dice: random.Random) -> None:
    kind, history = case
    shuffled = dice.sample(history, len(history))
    assert is_linearizable(shuffled, kind.model)
    assert smallest_witness(shuffled, kind.model, kind.relaxed) == ()


# --- witnesses ---------------------------------------------------------------------------------


def keeping(kept: History, history: History, relaxed: Relaxed) -> History:
    """Return a history of which the operations that are not kept are relaxed."""
    result = list(kept)
    for each in history:
        action = relaxed(each.action)
        if each not in kept and action is not None:
            result.append(Operation(each.number, -NEVER, NEVER, each.text, action))
    return result


@every_kind
def test_a_relaxed_action_leads_wherever_its_action_leads(kind: Kind) -> None:
    for action in kind.actions:
        relaxed = kind.relaxed(action)
        for state in kind.states:
            allowed = {state} if relaxed is None else {state, *kind.model.step(state, relaxed)}
            assert set(kind.model.step(state, action)) <= allowed


@PROPERTY
@given(of_every_kind(histories), st.data())
def test_what_is_wrong_with_a_part_is_wrong_with_the_whole(case: tuple[Kind, History], data: st.DataObject) -> None:
    kind, history = case
    kept = [each for each in history if data.draw(st.booleans())]
    if not is_linearizable(keeping(kept, history, kind.relaxed), kind.model):
        assert not can_be_ordered(history, kind.model)


@PROPERTY
@given(of_every_kind(histories))
def test_a_witness_is_the_smallest_part_that_is_wrong_by_itself(case: tuple[Kind, History]) -> None:
    kind, history = case
    witness = smallest_witness(history, kind.model, kind.relaxed)
    assert bool(witness) is not can_be_ordered(history, kind.model)
    assert list(witness) == sorted(witness, key=lambda each: each.invoked)
    if not witness:
        return
    assert not can_be_ordered(keeping(witness, history, kind.relaxed), kind.model)
    for fewer in combinations(history, len(witness) - 1):
        assert is_linearizable(keeping(fewer, history, kind.relaxed), kind.model)


@pytest.mark.parametrize("checks", [0, 30])
def test_a_witness_can_spare_nothing_however_few_checks_there_are(checks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linearizability, "CHECKS", checks)

    @PROPERTY
    @given(of_every_kind(lambda kind: tampered(kind, 12)))
    def can_spare_nothing(case: tuple[Kind, History]) -> None:
        kind, history = case
        witness = smallest_witness(history, kind.model, kind.relaxed)
        assert bool(witness) is not is_linearizable(history, kind.model)
        for spared in witness:
            fewer = [each for each in witness if each is not spared]
            assert is_linearizable(keeping(fewer, history, kind.relaxed), kind.model)

    can_spare_nothing()


def test_no_more_sub_histories_are_tried_than_there_are_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []

    def counted(state: int, action: Action) -> tuple[int, ...]:
        steps.append(action)
        return step_of_register(state, action)

    def needed(checks: int) -> int:
        monkeypatch.setattr(linearizability, "CHECKS", checks)
        steps.clear()
        assert len(smallest_witness(sequential(W2, R2, W1, R1, R0), Model(0, counted), relaxed_register)) == 2
        return len(steps)

    assert needed(0) == needed(4) < needed(5) == needed(5_000)


def test_a_witness_tells_only_what_matters() -> None:
    history = sequential(ABSENT, CREATED, REFUSED, IS_A, RENAMED, IS_B, IS_A, REFUSED)
    witness = smallest_witness(history, OBJECT.model, OBJECT.relaxed)
    assert [each.number for each in witness] == [4, 6]  # whoever created it: it was renamed, and has its old name


def test_a_witness_keeps_the_operation_without_an_answer_that_came_too_late() -> None:
    history = history_of((0, 1, ABSENT), (2, 3, RENAMED), (4, NEVER, UNKNOWN), (5, 6, IS_B))
    witness = smallest_witness(history, OBJECT.model, OBJECT.relaxed)
    assert [each.number for each in witness] == [1, 2]


def test_a_create_that_is_left_out_makes_no_rename_impossible() -> None:
    history = sequential(CREATED, RENAMED, IS_B, ABSENT)
    witness = smallest_witness(history, OBJECT.model, OBJECT.relaxed)
    assert [each.action for each in witness] == [IS_B, ABSENT]


def test_a_needle_is_found_in_a_long_history() -> None:
    rounds = [action for value in range(1, 31) for action in (("write", value), ("read", value))]
    history = sequential(*rounds, R0)
    write, read = smallest_witness(history, REGISTER.model, REGISTER.relaxed)
    assert (write.action[0], read.number) == ("write", 60)


# --- timelines ---------------------------------------------------------------------------------


def test_a_timeline_is_drawn_to_the_order_of_moments() -> None:
    history = history_of((10, 10.002, IS_A), (0, 10.001, CREATED), (10.003, NEVER, RENAMED), (10.004, 10.004, ABSENT))
    assert timeline(history, width=31).splitlines() == [
        "├─────────┤                      create a 201  10001.0 ms",
        "     ├─────────┤                 read a 200    2.0 ms",
        "                    ├─────────>  rename b 200  no answer",
        "                         │       read  404     0.0 ms",
    ]


def test_a_timeline_of_nothing_is_empty() -> None:
    assert timeline(()) == ""


def test_a_timeline_is_wider_where_there_are_more_moments() -> None:
    lines = timeline(sequential(*[W1] * 50), width=20).splitlines()
    assert [line.index("├") for line in lines] == list(range(0, 100, 2))


@PROPERTY
@given(arbitrary(REGISTER, 12), st.integers(1, 90))
def test_bars_overlap_exactly_where_operations_do(history: History, width: int) -> None:
    lines = timeline(history, width).splitlines()
    drawn = sorted(history, key=lambda each: (each.invoked, each.returned, each.number))
    assert len(lines) == len(history)
    bars = [{column for column, sign in enumerate(line) if sign in "├─┤>│"} for line in lines]
    for (bar, one), (other_bar, other) in combinations(zip(bars, drawn, strict=True), 2):
        apart = one.returned < other.invoked or other.returned < one.invoked
        assert bool(bar & other_bar) is not apart
    assert all(each.text in line for line, each in zip(lines, drawn, strict=True))
