"""The smallest part of a history that cannot be ordered, by itself."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet_contract.contract_tests.judging.races import linearizability
from fleet_contract.contract_tests.judging.races.linearizability import (
    Model,
    is_linearizable,
    smallest_witness,
)

from .objects import (
    ABSENT,
    CREATED,
    IS_A,
    IS_B,
    NEVER,
    OBJECT,
    PROPERTY,
    R0,
    R1,
    R2,
    REFUSED,
    REGISTER,
    RENAMED,
    UNKNOWN,
    W1,
    W2,
    Action,
    History,
    Kind,
    can_be_ordered,
    every_kind,
    histories,
    history_of,
    of_every_kind,
    reads,
    sequential,
    step_of_register,
    tampered,
)


def keeping(kept: History, history: History) -> History:
    """Return a history of which the operations that are not kept took effect at any time or never."""
    left_out = [replace(each, invoked=-NEVER, returned=NEVER) for each in history if each not in kept]
    return [*kept, *left_out]


@every_kind
def test_what_observes_changes_no_state(kind: Kind) -> None:
    for action in filter(kind.model.observes, kind.actions):
        assert all(set(kind.model.step(state, action)) <= {state} for state in kind.states)


@PROPERTY
@given(of_every_kind(histories), st.data())
def test_what_is_wrong_with_a_part_is_wrong_with_the_whole(case: tuple[Kind, History], data: st.DataObject) -> None:
    kind, history = case
    kept = [each for each in history if data.draw(st.booleans())]
    if not is_linearizable(keeping(kept, history), kind.model):
        assert not can_be_ordered(history, kind.model)


@PROPERTY
@given(of_every_kind(histories))
def test_a_witness_is_the_smallest_part_that_is_wrong_by_itself(case: tuple[Kind, History]) -> None:
    kind, history = case
    witness = smallest_witness(history, kind.model)
    assert bool(witness) is not can_be_ordered(history, kind.model)
    assert list(witness) == sorted(witness, key=lambda each: each.invoked)
    if not witness:
        return
    assert not can_be_ordered(keeping(witness, history), kind.model)
    for fewer in combinations(history, len(witness) - 1):
        assert is_linearizable(keeping(fewer, history), kind.model)


@pytest.mark.parametrize("checks", [0, 30])
def test_a_witness_can_spare_nothing_however_few_checks_there_are(checks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linearizability, "CHECKS", checks)

    @PROPERTY
    @given(of_every_kind(lambda kind: tampered(kind, 12)))
    def can_spare_nothing(case: tuple[Kind, History]) -> None:
        kind, history = case
        witness = smallest_witness(history, kind.model)
        assert bool(witness) is not is_linearizable(history, kind.model)
        for spared in witness:
            fewer = [each for each in witness if each is not spared]
            assert is_linearizable(keeping(fewer, history), kind.model)

    can_spare_nothing()


@pytest.mark.parametrize(
    ("history", "fewest", "checks"),
    [
        (sequential(W2, R2, W1, R1, R0), 2, 5),  # five of one operation
        (sequential(W1, W2, R1), 3, 6),  # three of one, and as many of two
    ],
)
def test_no_more_sub_histories_are_tried_than_there_are_checks(
    history: History, fewest: int, checks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []

    def counted(state: int, action: Action) -> tuple[int, ...]:
        steps.append(action)
        return step_of_register(state, action)

    def needed(checks: int) -> int:
        monkeypatch.setattr(linearizability, "CHECKS", checks)
        steps.clear()
        assert len(smallest_witness(history, Model(0, counted, reads))) == fewest
        return len(steps)

    assert needed(checks - 1) < needed(checks) == needed(5_000)


def test_a_witness_tells_only_what_matters() -> None:
    history = sequential(ABSENT, CREATED, REFUSED, IS_A, RENAMED, IS_B, IS_A, REFUSED)
    witness = smallest_witness(history, OBJECT.model)
    assert [each.number for each in witness] == [4, 6]  # whoever created it: it was renamed, and has its old name


def test_a_witness_keeps_the_operation_without_an_answer_that_came_too_late() -> None:
    history = history_of((0, 1, ABSENT), (2, 3, RENAMED), (4, NEVER, UNKNOWN), (5, 6, IS_B))
    witness = smallest_witness(history, OBJECT.model)
    assert [each.number for each in witness] == [1, 2]


def test_a_create_that_is_left_out_makes_no_rename_impossible() -> None:
    history = sequential(CREATED, RENAMED, IS_B, ABSENT)
    witness = smallest_witness(history, OBJECT.model)
    assert [each.action for each in witness] == [IS_B, ABSENT]


def test_a_needle_is_found_in_a_long_history() -> None:
    rounds = [action for value in range(1, 31) for action in (("write", value), ("read", value))]
    history = sequential(*rounds, R0)
    write, read = smallest_witness(history, REGISTER.model)
    assert (write.action[0], read.number) == ("write", 60)
