"""A set that only grows is judged as the general search judges it, and at once, however much overlaps."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from fleet_contract.contract_tests.judging.races import linearizability
from fleet_contract.contract_tests.judging.races.growth import Add, Read, smallest_witness
from fleet_contract.contract_tests.judging.races.linearizability import Model, Operation
from tests.suite.objects import NEVER, PROPERTY

ITEMS = "abc"
MANY = 150


def _step(state: frozenset[str], action: Add | Read) -> Iterable[frozenset[str]]:
    if isinstance(action, Add):
        return [state | {action.item}]
    return [state] if sorted(state) == sorted(action.items) else []


MODEL: Model[frozenset[str]] = Model(frozenset(), _step, observes=lambda action: isinstance(action, Read))


def operation(number: int, invoked: float, returned: float, action: Add | Read) -> Operation:
    return Operation(number, invoked, returned, f"#{number}", action)


@st.composite
def histories(draw: st.DrawFn) -> list[Operation]:
    found = list[Operation]()
    spans = st.tuples(st.integers(0, 8), st.integers(1, 4))
    for item in draw(st.lists(st.sampled_from(ITEMS), unique=True)):
        begun, long = draw(spans)
        found.append(operation(len(found), begun, draw(st.sampled_from([begun + long, NEVER])), Add(item)))
    made = [each.action.item for each in found]
    for _ in range(draw(st.integers(0, 4))):
        (begun, long), items = draw(spans), draw(st.lists(st.sampled_from(made), max_size=4)) if made else []
        found.append(operation(len(found), begun, begun + long, Read(tuple(items))))
    return found


@PROPERTY
@given(histories())
def test_it_says_what_the_general_search_says(history: list[Operation]) -> None:
    expected = linearizability.smallest_witness(history, MODEL)
    found = smallest_witness(history)
    assert len(found) == len(expected)
    left_out = [each for each in history if each not in found and isinstance(each.action, Add)]
    free = [operation(each.number, -NEVER, NEVER, each.action) for each in left_out]
    assert linearizability.is_linearizable([*found, *free], MODEL) is not bool(found)


def test_however_many_additions_overlap_the_fewest_operations_are_found() -> None:
    # The general search would not come to an end here.
    adds = [operation(number, number / 100, number / 100 + 5, Add(str(number))) for number in range(MANY)]
    items = tuple(map(str, range(MANY)))
    reads = [operation(MANY + number, 6 + number, 6.5 + number, Read(items)) for number in range(30)]
    assert smallest_witness([*adds, *reads]) == ()
    lost = operation(999, 50, 51, Read(items[1:]))
    assert [each.number for each in smallest_witness([*adds, *reads, lost])] == [0, 999]
    twice = operation(999, 50, 51, Read((*items, "7")))
    assert smallest_witness([*adds, *reads, twice]) == (twice,)
