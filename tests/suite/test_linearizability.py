"""Linearizability against histories that were thought out by hand, and against trying every order."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_contract.contract_tests.judging.races.linearizability import (
    Operation,
    is_linearizable,
    overlapping_pairs,
    smallest_witness,
)

from .objects import (
    ADD1,
    ADD2,
    BOTH,
    CREATED,
    IS_A,
    IS_B,
    MISSED,
    NEVER,
    NONE,
    OBJECT,
    ONE,
    PROPERTY,
    R0,
    R1,
    R2,
    REFUSED,
    REGISTER,
    RENAMED,
    SET,
    TWO,
    UNKNOWN,
    W1,
    W2,
    Action,
    History,
    Kind,
    can_be_ordered,
    every_kind,
    executed,
    histories,
    history_of,
    of_every_kind,
    sequential,
)

# --- by hand -----------------------------------------------------------------------------------

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
    assert is_linearizable(history[::-1], kind.not_told_what_observes)
    assert smallest_witness(history, kind.model) == ()


@pytest.mark.parametrize(("kind", "history"), BAD.values(), ids=BAD)
def test_a_history_that_cannot_be_ordered_is_not(kind: Kind, history: History) -> None:
    assert not is_linearizable(history, kind.model)
    assert not is_linearizable(history[::-1], kind.not_told_what_observes)
    assert smallest_witness(history, kind.model) != ()


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
    assert len(smallest_witness(race, OBJECT.model)) == (0 if expected else winners or 1)


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
    assert is_linearizable(history_of(*rounds), REGISTER.model)


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


@every_kind
def test_the_search_finds_what_trying_every_order_finds(kind: Kind) -> None:
    found = set()

    @settings(PROPERTY, max_examples=150)
    @given(histories(kind))
    def agrees(history: History) -> None:
        expected = can_be_ordered(history, kind.model)
        found.add(expected)
        assert is_linearizable(history, kind.model) is expected
        assert is_linearizable(history, kind.not_told_what_observes) is expected

    agrees()
    assert found == {True, False}


@PROPERTY
@given(of_every_kind(lambda kind: executed(kind, 15)), st.randoms(use_true_random=False))
def test_what_an_object_really_did_is_linearizable(case: tuple[Kind, History], dice: random.Random) -> None:
    kind, history = case
    shuffled = dice.sample(history, len(history))
    assert is_linearizable(shuffled, kind.model)
    assert smallest_witness(shuffled, kind.model) == ()


def test_at_equal_times_both_orders_are_possible() -> None:
    one, two, later = (Operation(number, at, at + 1, "", number) for number, at in ((1, 0.0), (2, 1.0), (3, 5.0)))
    assert not one.precedes(two)
    assert one.overlaps(two)
    assert two.overlaps(one)
    assert one.precedes(later)
    assert not one.overlaps(later)
    assert not later.overlaps(one)
    assert not one.overlaps(one)
